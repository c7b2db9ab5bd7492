"""A call as a command line, and that the command line makes the same call."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import dynclient
from dynclient.cli.main import root
from dynclient.description.command_text import format_command_line

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "spec" / "talon-one" / "integration.yaml"
CLIENT = dynclient.Client(SPEC)


@pytest.mark.parametrize("name", CLIENT.operations)
def test_a_command_line_makes_the_call_that_it_was_made_of(name):
    operation = CLIENT[name]
    call = operation.example()
    line = format_command_line(name, operation._plan.binder, call)
    program, *words = shlex.split(line)
    assert program == "dynclient"
    result = CliRunner().invoke(root, [*words, "--spec", str(SPEC), "--curl"], input="")
    assert result.stdout == operation.request(call).curl() + "\n"


@pytest.mark.parametrize(
    ("call", "line"),
    [
        ({"path": {"itemId": 7}}, "dynclient call getItem 7"),
        ({"path": {"itemId": "a=b"}}, "dynclient call getItem itemId=a=b"),
        ({"path": {"itemId": "-x"}}, "dynclient call getItem itemId=-x"),
        ({"path": {"itemId": "a b.json"}}, "dynclient call getItem 'itemId=a b.json'"),
        ({"path": {"itemId": ""}}, "dynclient call getItem itemId="),
        ({"query": {"x": 1}}, "dynclient call getItem --param query.x:=1"),
        ({"body": b"\0"}, "dynclient call getItem --body @FILE"),
        ({"body": "it's"}, "dynclient call getItem --body 'it'\"'\"'s'"),
        (
            {"body": [1], "media_type": "a/b"},
            "dynclient call getItem --body '[1]' --media-type a/b",
        ),
        ({"body": {}}, "dynclient call getItem --body '{}'"),
    ],
)
def test_a_value_that_could_be_misread_is_named(call, line):
    binder = dynclient.Client(ROOT / "tests" / "cli" / "shop.yaml")["getItem"]._plan.binder
    assert format_command_line("getItem", binder, dynclient.Call(call)) == line
