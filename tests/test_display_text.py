"""Text as it is shown: no terminal and no CI runner obeys it, and JSON still means the same."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dynclient.display_text import (
    dump_json,
    escape_json_text,
    escape_runner_commands,
    escape_unprintable,
)

#: What runners look for. Source: actions/runner, ActionCommand; Azure Pipelines agent, Command;
#: TeamCity, service messages.
ANYWHERE = re.compile(r"##\w*\[")
AT_START = re.compile(r"^\s*::[A-Za-z]", re.MULTILINE)

_CONTROLS = [
    "\x1b[2J",
    "\x9b",
    "\x9d",
    "\u202e",
    "\u2066",
    "\r",
    "\n",
    "\t",
    "\u2028",
    "\x85",
    "\x00",
]
_COMMANDS = ["##vso[task.complete]", "##[group]", "::error::x"]
_PARTS = ["##", "#", "[", "vso[", "::", ":", "error", " ", "\\"]

#: Texts made of hostile pieces.
HOSTILE = st.lists(
    st.one_of(st.text(max_size=3), st.sampled_from([*_CONTROLS, *_COMMANDS, *_PARTS])), max_size=8
).map("".join)


def is_calm(text, keep=""):
    """Tell whether neither a terminal nor a runner would obey a text."""
    has_control = any(not char.isprintable() and char not in keep for char in text)
    return not (has_control or ANYWHERE.search(text) or AT_START.search(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain äöü 漢字 😀", "plain äöü 漢字 😀"),
        ("a\x9b31mb", "a\\x9b31mb"),
        ("a\x9d0;title\x07", "a\\x9d0;title\\x07"),
        ("user\u202etxt.exe", "user\\u202etxt.exe"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("##vso[task.setvariable variable=a]b", "#\\x23vso[task.setvariable variable=a]b"),
        ("x ##[error]y", "x #\\x23[error]y"),
        ("##teamcity[x]", "#\\x23teamcity[x]"),
        ("###[x]", "##\\x23[x]"),
        ("::error::x", "\\x3a:error::x"),
        ("  ::add-mask::x", "  \\x3a:add-mask::x"),
        ("a ::error::x", "a ::error::x"),
        ("::1", "::1"),
        ("## heading", "## heading"),
        ("a\nb\tc", "a\\nb\\tc"),
    ],
)
def test_what_would_steer_is_escaped(text, expected):
    assert escape_unprintable(text) == expected


@given(HOSTILE)
@example("####[")
@example("::::error")
def test_no_text_steers_a_terminal_or_a_runner(text):
    assert is_calm(escape_unprintable(text))
    assert is_calm(escape_unprintable(text, keep="\n\t"), keep="\n\t")
    assert escape_runner_commands(escape_unprintable(text)) == escape_unprintable(text)


@given(HOSTILE)
def test_escaping_twice_is_escaping_once(text):
    once = escape_unprintable(text)
    assert escape_unprintable(once) == once


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | HOSTILE,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HOSTILE, inner, max_size=3),
        max_leaves=6,
    )
)
def test_json_means_the_same_and_steers_nothing(value):
    for indent in (None, 2):
        text = dump_json(value, indent)
        assert json.loads(text) == value
        assert is_calm(text, keep="\n")
        assert escape_json_text(text) == text


def test_letters_of_all_languages_stay_in_json():
    assert dump_json({"ä": "漢字 😀"}) == '{"ä": "漢字 😀"}'
    assert dump_json("##vso[x]\u009b") == '"#\\u0023vso[x]\\u009b"'
