#!/usr/bin/env bash
# Usage: run_python.sh TEST.py: runs a test of the package tessera.
set -eu
if readelf -d python/tessera/_tessera.so | grep -qE 'NEEDED.*lib(a|t|ub)san'; then
  echo "skipped: the interpreter is not built with the module's sanitizer"
  exit 0
fi
export PYTHONPATH=python:tests/python PYTHONDONTWRITEBYTECODE=1
exec /usr/bin/python3 -X faulthandler "$@"
