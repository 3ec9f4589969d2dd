#!/usr/bin/env bash
# The golden texts of chat templates, once more by Debian's python3-jinja2.
exec /usr/bin/python3 testdata/chat/make_golden.py --check
