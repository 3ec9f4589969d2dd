#!/usr/bin/python3
"""Renders the templates of this folder with jinja2, set up as transformers does.

usage: make_golden.py [--check]

Writes golden.json; with --check, compares instead and fails if anything is
different. Needs the package python3-jinja2.
"""

import copy
import datetime
import json
import pathlib
import sys

import jinja2
import jinja2.ext
import jinja2.nodes
import jinja2.sandbox

HERE = pathlib.Path(__file__).parent
NOW = datetime.datetime(2025, 7, 4, 15, 6, 7)
SPECIAL_TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


class GenerationBlock(jinja2.ext.Extension):
    """{% generation %} marks text and prints it as it is."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        call = self.call_method("_pass")
        return jinja2.nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _pass(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.TemplateError(message)


def to_json(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(
        value,
        ensure_ascii=ensure_ascii,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )


def make_environment():
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[GenerationBlock, jinja2.ext.loopcontrols],
    )
    environment.filters["tojson"] = to_json
    environment.globals["raise_exception"] = raise_exception
    environment.globals["strftime_now"] = NOW.strftime
    return environment


def rendered(environment, source, variables):
    """The text, or None where jinja2 raises."""
    try:
        return environment.from_string(source).render(**variables)
    except Exception:  # whatever it is, the engine has to refuse it
        return None


def variables_of(conversation):
    tools = json.loads((HERE / "tools.json").read_text("utf-8"))
    variables = {
        "tools": None,
        "documents": None,
        "add_generation_prompt": True,
        **SPECIAL_TOKENS,
        **conversation,
    }
    if variables["tools"] == "TOOLS":
        variables["tools"] = tools
    return variables


def make_golden():
    environment = make_environment()
    conversations = json.loads((HERE / "conversations.json").read_text("utf-8"))
    golden = {"templates": {}, "expressions": []}
    for path in sorted((HERE / "templates").glob("*.jinja")):
        source = path.read_bytes().decode("utf-8")
        golden["templates"][path.stem] = {
            name: rendered(environment, source, variables_of(conversation))
            for name, conversation in conversations.items()
        }
    expressions = json.loads((HERE / "expressions.json").read_text("utf-8"))
    for source in expressions["sources"]:
        variables = copy.deepcopy(expressions["variables"])  # pop() changes it
        golden["expressions"].append(rendered(environment, source, variables))
    return golden


def main():
    text = json.dumps(make_golden(), ensure_ascii=False, indent=1) + "\n"
    path = HERE / "golden.json"
    if "--check" not in sys.argv[1:]:
        path.write_text(text, "utf-8")
        return 0
    if path.read_text("utf-8") == text:
        return 0
    print("jinja2", jinja2.__version__, "gives other texts than golden.json")
    return 1


if __name__ == "__main__":
    sys.exit(main())
