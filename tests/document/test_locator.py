from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.document.files.locator import Locator, locate
from dynclient.document.references import escape_token

YAML = b"""\
# a comment
openapi: 3.0.1
paths:
  /pets/{id}:
    get: {tags: [a, "b"], x: 1}
    "a~b": |
      text
  other: &shared
    - name: 1
    -   - deep
    -
      key: 2
again: *shared
200:
  ? [complex]
  : {lost: 1}
  found: 1
twice: 1
twice:
  second: 1
~1: 1
"""


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ("", (2, 1)), ("/openapi", (2, 1)), ("/paths", (3, 1)), ("/paths/~1pets~1{id}", (4, 3)), ("/paths/~1pets~1{id}/get", (5, 5)),
        ("/paths/~1pets~1{id}/get/tags", (5, 11)), ("/paths/~1pets~1{id}/get/tags/1", (5, 21)), ("/paths/~1pets~1{id}/get/x", (5, 27)),
        ("/paths/~1pets~1{id}/a~0b", (6, 5)), ("/paths/other", (8, 3)), ("/paths/other/0", (9, 7)), ("/paths/other/0/name", (9, 7)),
        ("/paths/other/1/0", (10, 11)), ("/paths/other/2", (12, 7)), ("/paths/other/2/key", (12, 7)), ("/again", (13, 1)),
        ("/again/2/key", (12, 7)), ("/200", (14, 1)), ("/200/found", (17, 3)), ("/twice", (19, 1)), ("/twice/second", (20, 3)), ("/~01", (21, 1)),
    ],
)  # fmt: skip
def test_a_pointer_is_located_at_its_key_or_entry(pointer, place):
    assert locate(YAML, pointer) == place


@pytest.mark.parametrize(
    "pointer",
    ["/nothing", "/openapi/x", "/paths/other/3", "/paths/other/-1", "/paths/other/00", "/paths/other/-", "/paths/other/x", "/200/lost",
     "/paths/other/99999999999999999999", "openapi", "#/openapi", "/paths/", "/", "/paths/other/\u0660"],
)  # fmt: skip
def test_a_pointer_that_leads_nowhere_has_no_position(pointer):
    assert locate(YAML, pointer) is None


JSON = (
    b'{\r\n\t"a\\/b": [true, {"c": "\\ud83d\\ude00"}, -1.5e+3],\r\n\t"\\u00e4": {"": []},\r\n\t"'
    + b"k" * 2000
    + b'": null}'
)


@pytest.mark.parametrize(
    ("pointer", "place"),
    [("", (1, 1)), ("/a~1b", (2, 2)), ("/a~1b/0", (2, 11)), ("/a~1b/1", (2, 17)), ("/a~1b/1/c", (2, 18)), ("/a~1b/2", (2, 40)),
     ("/ä", (3, 2)), ("/ä/", (3, 13)), ("/" + "k" * 2000, (4, 2))],
)  # fmt: skip
def test_json_is_located_too(pointer, place):
    assert locate(JSON, pointer) == place


def test_a_byte_order_mark_takes_no_column():
    assert locate(b"\xef\xbb\xbfa: 1", "/a") == (1, 1)
    assert locate("{ 'a': 1}".encode("utf-16"), "/a") == (1, 3)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a: [",
        b"a: *b",
        b"\xff\xff",
        b"[" * 100_000,
        b'{"a": 1]',
        b"]",
        b'{"a": NaN',
        b'{"a": {"b": 1}]}',
    ],
)
def test_nothing_is_located_in_what_is_no_document(data):
    assert locate(data, "/a") is None
    assert locate(data, "") is None


def test_what_only_looks_like_json_is_located_as_yaml():
    assert locate(b"{a: 1, # one\n b: [1,]}", "/b/0") == (2, 6)


def test_a_locator_reads_at_the_first_question_and_only_once():
    reads = []

    def read() -> bytes:
        reads.append(1)
        return b"a: 1\nb: 2\n"

    ask = Locator(read)
    assert reads == []
    assert [ask("/a"), ask("/b"), ask("/c")] == [(1, 1), (2, 1), None]
    assert reads == [1]


def test_a_text_that_cannot_be_read_has_no_positions_and_is_read_once():
    reads = []

    def read() -> bytes:
        reads.append(1)
        raise FileNotFoundError

    ask = Locator(read)
    assert [ask("/a"), ask("")] == [None, None]
    assert reads == [1]


def _pointers(value, pointer=""):
    yield pointer, value
    children = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in children:
        yield from _pointers(inner, f"{pointer}/{escape_token(str(key))}")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(
    st.lists(values) | st.dictionaries(st.text(), values),
    st.sampled_from([None, 1, "\t"]),
    st.booleans(),
)
def test_at_each_place_stands_the_key_or_the_value(tree, indent, ascii_only):
    text = json.dumps(tree, indent=indent, ensure_ascii=ascii_only)
    ask, lines = Locator(text.encode), text.split("\n")
    for pointer, value in _pointers(tree):
        line, column = ask(pointer)
        written = lines[line - 1][column - 1 :]
        key = pointer.rsplit("/", 1)[-1].replace("~1", "/").replace("~0", "~")
        starts = [
            json.dumps(key, ensure_ascii=ascii_only),
            json.dumps(value, ensure_ascii=ascii_only, indent=indent).split("\n")[0],
        ]
        assert written.startswith(tuple(starts))
