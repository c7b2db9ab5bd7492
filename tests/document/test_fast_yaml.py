"""The fast parser gives exactly the tree of PyYAML with our rules, or leaves the text to it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.processes import MAX_RUN_S

from dynclient.document import text_parser
from dynclient.document.yaml import fast_yaml
from dynclient.document.yaml.fast_yaml import UnsuitableText, parse_fast
from dynclient.errors import DocumentError

pytestmark = pytest.mark.skipif(not fast_yaml.is_installed(), reason="yaml-rs is not installed")

REPO = Path(__file__).parents[2]


def parse_slowly(text: str):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast_yaml, "is_installed", lambda: False)
        return text_parser.parse_text(text.encode(), "api.yaml")


def assert_same(text: str) -> bool:
    """Compare the two where the fast one reads the text; tell whether it does."""
    try:
        tree = parse_fast(text)
    except UnsuitableText:
        return False
    try:
        slow = parse_slowly(text)
    except DocumentError:  # It reads a few texts that are no YAML: [ |x ].
        return False
    assert repr(tree) == repr(slow.tree)
    assert slow.problems == []
    return True


def test_the_shipped_document_is_read_by_the_fast_parser():
    assert assert_same((REPO / "spec" / "talon-one" / "integration.yaml").read_text())


@pytest.mark.parametrize(
    "value",
    [
        "1", "-1", "+1", "012", "0o17", "0x1F", "1.50", ".5", "5.", "1e3", "-.INF", ".nan", "true", "null", "~", "", "yes", "no", "on",
        "12:30", "2020-01-31", "=", "<<", "9223372036854775808", "1e400", "5e-324", "0.1", "'it''s'", '"\\u00e9\\x41"', "a # b", "a#b",
        "{b: 1, c: [d, 'e']}", "[a, {b: c}]", "|\n  x\n   y\n", ">-\n  x\n  y\n\n  z\n", "x\n  y\n  z", "a_b", "v1_2", "R&D", "no!",
        "\n- a\n- b: c\n  d: e",
    ],
)  # fmt: skip
def test_usual_values_are_read_by_the_fast_parser(value):
    assert assert_same(f"a: {value}\nb: 1\n")
    assert assert_same(f"paths:\n  200: x\na: {value}\n")


@pytest.mark.parametrize(
    "text",
    [
        "a: 1_000\n", "a: _1\n", "a: __1\n", "a: _.5\n", "a: -_1\n", "a: ._5\n", "a: 1_\n", "a: 0x1_0\n", "a: 0b11\n", "a: -0x1F\n", "a: [+0o7]\n", "a: 0X1F\n", "a: 0O17\n", "a: -1_0\n", "a: .5_0\n", "a: [1_0]\n",
        "a: +.1_0\n", "a: +0b1\n", "- 1_000\n", "a: !x b\n", "a: &x b\nc: *x\n", "%YAML 1.2\n---\na: b\n", "a: b\n---\nc: d\n", "a: b\n...\n",
        "a: 1\na: 2\n", "200: a\n'200': b\n", "007: a\n", "0x10: a\n", "+1: a\n", "-0: a\n", "1.50: a\n", "true: a\n", "null: a\n", "? a\n: b\n",
        "? [a]\n: b\n", "{a: b}: c\n", 'a: "\\ud83d\\ude00"\n', "a:\tb\n", "a: \x7f\n", "a: \x01\n", "a: \x00\n", "a: b\rc: d\n", "a: b\r\n",
        "a: \u2028x\n", "a: x\x85y\n", "a: \ufeffb\n", "\ufeffa: b\n", "a: |", "a: |\n", "a: >-\n# b\n", "a: |\n  b", "", "# a\n", "a\n", "- a\n",
        "[?x]\n", "a: [b, ?c=d]\n", "a: b: c\n", "a: [1,\n", "a: @b\n", "a: " + "9" * 5000 + "\n", "a: 0x" + "f" * 5000 + "\n",
    ],
)  # fmt: skip
def test_a_text_where_the_two_differ_is_left_to_pyyaml(text):
    with pytest.raises(UnsuitableText):
        parse_fast(text)


@pytest.mark.parametrize(
    "text",
    [
        "- " * 100_000 + "x\n", "a:\n" + "- " * 100_000 + "x\n", "[" * 100_000 + "\n", "a: " + "{a: " * 100_000 + "\n", "? " * 100_000 + "x\n",
        "a:\n" + "  - ? " * 50_000 + "x\n", "a:\n" + "".join(" " * i + "a:\n" for i in range(1, 700)) + "\n",
        "a:\n" + "".join("- a:\n" + "  " * i for i in range(1, 400)) + "x: 1\n",
    ],
)  # fmt: skip
def test_a_deep_text_does_not_reach_the_stack_of_the_fast_parser(text):
    code = (
        "import sys\nfrom dynclient.document.yaml.fast_yaml import parse_fast, UnsuitableText\n"
        "try:\n    parse_fast(sys.stdin.read())\nexcept UnsuitableText:\n    print('left')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=text, capture_output=True, text=True, timeout=MAX_RUN_S, check=True
    )  # fmt: skip
    assert done.stdout == "left\n"


_FRAGMENTS = st.sampled_from(
    [
        "a", "b: ", "- ", "? ", ": ", ", ", "{", "}", "[", "]", "'", '"', "|", ">", "|-", ">+", "\n", "\n\n", "\n  ", "\n    ", "  - ", "# c", " #", "#",
        "1", "0", "200", "-1", "1.5", "1e3", "0x1F", "0o7", "_", "1_0", ".5", "+", "-", "true", "null", "~", "<<", "=", "é", "😀", "\\", "\\n",
        "\\u00e9", "''", "!t ", "&x ", "*x", "%", "@", "---", "...", " ", "\t", "\x85", "\u2028", "\ufeff", "\r\n", "\x7f", "key: value\n", "x y z",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(_FRAGMENTS, max_size=14).map(lambda parts: "a: " + "".join(parts) + "\n"))
def test_hostile_text_gives_the_same_tree_or_is_left_to_pyyaml(text):
    assert_same(text)


@settings(max_examples=400, deadline=None)
@given(st.text("-+._0179exobXAF:~", max_size=6), st.sampled_from(["a: %s\n", "a: [%s]\n", "a:\n- %s\n", "%s: 1\n"]))  # fmt: skip
def test_whatever_looks_like_a_number_is_read_the_same(token, template):
    assert_same(template % token)


@settings(max_examples=200, deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=8))  # fmt: skip
def test_what_pyyaml_writes_is_read_the_same(value):
    import yaml

    assert_same(yaml.safe_dump({"a": value}, allow_unicode=True, sort_keys=False))


@pytest.mark.skipif("DYNCLIENT_CORPUS" not in os.environ, reason="there are no real documents")
def test_every_real_document_gives_the_same_tree(real_documents):
    paths = [path for path in real_documents.rglob("*.y*ml") if path.is_file()]
    texts = [path.read_bytes().decode("utf-8-sig", "replace") for path in paths]
    assert sum(map(assert_same, texts)) >= len(texts) * 0.8
