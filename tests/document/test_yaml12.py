from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dynclient.document.files import locator
from dynclient.document.loading_limits import LoadingLimits
from dynclient.document.text_parser import parse_text as parse
from dynclient.document.yaml import fast_yaml
from dynclient.errors import DocumentSyntaxError, DocumentTooLarge
from dynclient.masking import mask_url


@pytest.fixture(scope="module", params=["PyYAML", "yaml-rs"], autouse=True)
def _parser(request):
    """Run every test with PyYAML alone, and with the fast parser before it."""
    fast_yaml.is_installed.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "PyYAML":
            patch.setattr(fast_yaml, "is_installed", lambda: False)
        elif not fast_yaml.is_installed():
            pytest.skip("yaml-rs is not installed")
        yield


NULLS = ["", "~", "null", "Null", "NULL"]
BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
INTS = {
    "0": 0, "-0": 0, "12": 12, "012": 12, "+12": 12, "-12": -12, "09": 9, "0o14": 12, "0o0": 0, "0x1F": 31, "0xff": 255,
    "123456789012345678901234567890": 123456789012345678901234567890,
}  # fmt: skip
FLOATS = {
    "1.": 1.0, ".5": 0.5, "-.5": -0.5, "+.5": 0.5, "1.5": 1.5, "01.50": 1.5, "1e3": 1000.0, "1E+3": 1000.0, "12e-1": 1.2,
    "1.e1": 10.0, ".5E1": 5.0, ".inf": math.inf, "-.Inf": -math.inf, "+.INF": math.inf,
}  # fmt: skip
TEXTS = [
    "=", "<<", "yes", "no", "Yes", "on", "off", "y", "n", "Y", "N", "nUll", "none", "tRUE", "2020-01-31", "2020-01-31T10:00:00Z",
    "12:30:45", "1:30", "1_000", "0b11", "0o8", "0O14", "-0o14", "-0x1F", "0X1F", "0x", "0o", ".", "+", "..", "1e", "e3", "1.2.3",
    ".Inf.", ".iNF", "+.nan", "-.NaN", "1,000", "١٢", "0x1G", "1e3.5", "12abc", "~~", "null null",
]  # fmt: skip


def tree(text: str):
    parsed = parse(text.encode(), "spec.yaml")
    assert parsed.problems == []
    return parsed.tree


def refusal(data: bytes | str, uri: str = "dir/spec.yaml") -> DocumentSyntaxError:
    with pytest.raises(DocumentSyntaxError) as refused:
        parse(data.encode() if isinstance(data, str) else data, uri)
    assert refused.value.uri == mask_url(uri)
    return refused.value


def problems(text: str):
    return parse(text.encode(), "spec.yaml").problems


def exactly(value):
    return type(value), value


# ---------------------------------------------------------------- the core schema


@pytest.mark.parametrize("text", NULLS)
def test_null_is_what_the_core_schema_calls_null(text):
    assert tree(f"a: {text}\n") == {"a": None}


@pytest.mark.parametrize(("text", "value"), [*BOOLS.items(), *INTS.items(), *FLOATS.items()])
def test_a_plain_scalar_is_what_the_core_schema_says(text, value):
    assert exactly(tree(f"a: {text}")["a"]) == exactly(value)


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number_is_a_float(text):
    assert math.isnan(tree(f"a: {text}")["a"])


@pytest.mark.parametrize("text", TEXTS)
def test_every_other_plain_scalar_is_text(text):
    assert tree(f"a: {text}") == {"a": text}


@pytest.mark.parametrize("text", [*BOOLS, *INTS, *FLOATS, "null", "~", ""])
@pytest.mark.parametrize("written", ["'{}'", '"{}"', "! {}", "!!str {}", "!!str '{}'", "|-\n  {}"])
def test_a_quoted_scalar_is_text_whatever_it_looks_like(text, written):
    assert tree("a: " + written.format(text) + "\n") == {"a": text}


def test_a_merge_key_is_an_ordinary_key():
    assert tree("a: &x {b: 1}\nc:\n  <<: *x\n") == {"a": {"b": 1}, "c": {"<<": {"b": 1}}}


def test_an_integer_of_a_thousand_digits_stays_exact():
    assert tree("a: " + "7" * 1000) == {"a": int("7" * 1000)}


@pytest.mark.parametrize("text", ["7" * 5000, "0x" + "f" * 5000])
@pytest.mark.parametrize("document", ["a: {}", '{{"a": {}}}'])
def test_an_integer_that_python_could_not_print_is_text_and_a_problem(text, document):
    parsed = parse(document.format(text).encode(), "spec.yaml")
    assert parsed.tree == {"a": text}
    assert [(p.code, p.pointer, p.line) for p in parsed.problems] == [("integer-too-long", "/a", 1)]


# ---------------------------------------------------------------- tags


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!!int '12'", 12), ("!!int 0x1F", 31), ("!!float 1", 1.0), ("!!float '1e2'", 100.0), ("!!bool 'true'", True),
        ("!!null ''", None), ("!!null", None), ("!!map {b: 1}", {"b": 1}), ("!!seq [1]", [1]), ("! {b: 1}", {"b": 1}),
    ],
)  # fmt: skip
def test_the_tags_of_the_core_schema_are_honoured(text, value):
    assert exactly(tree(f"a: {text}")["a"]) == exactly(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!!python/object/apply:os.getcwd []", []), ("!!python/name:os.getcwd x", "x"), ("!!binary aGk=", "aGk="), ("!thing 12", "12"),
        ("!!timestamp 2020-01-01", "2020-01-01"), ("!!set {b}", {"b": None}), ("!thing {b: 1}", {"b": 1}), ("!!map [1]", [1]),
        ("!<int> 12", "12"), ("!!str {b: 1}", {"b": 1}),
    ],
)  # fmt: skip
def test_any_other_tag_constructs_nothing_and_is_a_problem(text, value):
    parsed = parse(f"x: 1\na: {text}".encode(), "spec.yaml")
    assert parsed.tree == {"x": 1, "a": value}
    assert [(p.code, p.severity, p.line, p.column, p.pointer) for p in parsed.problems] == [
        ("unknown-tag", "warning", 2, 4, "/a")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "!!int x",
        "!!int 1.5",
        "!!bool 1",
        "!!null x",
        "!!float x",
        "!!float " + "9" * 400,
        "!!int " + "9" * 5000,
    ],
)
def test_a_tag_that_does_not_fit_its_scalar_is_a_problem(text):
    parsed = parse(f"a: {text}".encode(), "spec.yaml")
    assert parsed.tree == {"a": text.split()[1]}
    assert [p.code for p in parsed.problems] == ["wrong-tag"]


def test_problems_without_number_are_cut_off():
    assert len(problems("- !x a\n" * 5000)) == 1000


# ---------------------------------------------------------------- keys


@pytest.mark.parametrize(
    "key",
    ["200", "0200", "0x1F", "1.50", "true", "null", "~", "=", "<<", "no", "2020-01-01", "12:30"],
)
def test_a_key_is_its_text_as_written(key):
    assert tree(f"{key}: 1") == {key: 1}
    assert tree(f"{{'{key}': 1}}") == {key: 1}


def test_an_empty_key_is_the_empty_text():
    assert tree("? \n: 1\n") == {"": 1}


def test_an_alias_as_key_is_the_text_that_it_names():
    assert tree("- &k 012\n- *k : 1\n- &l m: 2\n- *l\n") == [12, {"012": 1}, {"m": 2}, "m"]


def test_a_duplicate_key_is_a_problem_and_the_last_wins():
    parsed = parse(b"a:\n  b/c: 1\n  d: 2\n  b/c: 3\n", "spec.yaml")
    assert parsed.tree == {"a": {"b/c": 3, "d": 2}}
    (problem,) = parsed.problems
    assert (problem.code, problem.severity, problem.pointer, problem.file) == (
        "duplicate-key",
        "error",
        "/a/b~1c",
        "spec.yaml",
    )
    assert (problem.line, problem.column) == (4, 3)
    assert "line 2" in problem.message
    assert "line 4" in problem.message


def test_keys_that_are_equal_as_json_keys_are_duplicates():
    assert [p.code for p in problems("200: a\n'200': b\n")] == ["duplicate-key"]


def test_a_duplicate_key_in_json_is_reported_with_both_lines():
    parsed = parse(b'{\n\t"a": ["\\ud83d\\ude00", {"b": 1,\n\t"c": 0,\n\t"b": 2}]\n}', "spec.json")
    assert parsed.tree == {"a": ["\U0001f600", {"b": 2, "c": 0}]}
    (problem,) = parsed.problems
    assert (problem.code, problem.pointer, problem.line, problem.column) == (
        "duplicate-key",
        "/a/1/b",
        4,
        2,
    )
    assert "line 2 and in line 4" in problem.message


@pytest.mark.parametrize("key", ["? [a, {b: c}]\n: ", "? {a: [b]}\n: ", "? *x\n: "])
@pytest.mark.parametrize("value", ["1", "[1, {y: 2}]", "{y: [2]}"])
def test_a_list_or_mapping_as_key_is_a_problem_and_its_entry_is_left_out(key, value):
    parsed = parse(f"first: &x [0]\n{key}{value}\nlast: 2\n".encode(), "spec.yaml")
    assert parsed.tree == {"first": [0], "last": 2}
    assert [(p.code, p.severity, p.line) for p in parsed.problems] == [("complex-key", "error", 2)]


# ---------------------------------------------------------------- aliases, depth


def test_an_alias_is_the_same_object():
    found = tree("a: &x {b: [1]}\nc: *x\n")
    assert found["c"] is found["a"]


def test_an_anchor_may_be_given_again():
    assert tree("- &x 1\n- *x\n- &x 2\n- *x\n- &y [&y 3, *y]\n- *y\n") == [1, 1, 2, 2, [3, 3], 3]


@pytest.mark.parametrize("text", ["a: &x [*x]", "a: &x {b: {c: *x}}", "&x\na: *x"])
def test_an_alias_inside_of_what_it_names_is_refused(text):
    assert "*x stands inside of what it names" in refusal(text).headline


def test_an_alias_without_anchor_is_refused_with_its_place():
    error = refusal("a: 1\nb:  *nobody\n")
    assert (error.line, error.column) == (2, 5)
    assert "*nobody" in error.headline


def bomb(levels: int) -> str:
    lines = [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(["a0: &a0 [1,2,3,4,5,6,7,8,9]", *lines])


def test_an_alias_bomb_is_refused():
    with pytest.raises(DocumentTooLarge, match="aliases"):
        parse(bomb(9).encode(), "spec.yaml")


def test_nodes_are_counted_as_if_the_aliases_were_written_out():
    text = "- &x [1, {a: 2}]\n- *x\n- *x\n"  # root, then three times: list, 1, mapping, key, 2
    assert len(parse(text.encode(), "spec.yaml", LoadingLimits(nodes=16)).tree) == 3
    with pytest.raises(DocumentTooLarge):
        parse(text.encode(), "spec.yaml", LoadingLimits(nodes=15))


NESTED = {
    "json lists": lambda n: "[" * n + "]" * n,
    "json objects": lambda n: '{"a":' * n + "1" + "}" * n,
    "flow": lambda n: "[ # yaml\n" + "[" * (n - 1) + "]" * n,
    "dashes": lambda n: "- " * n + "1",
    "indentation": lambda n: "".join(" " * i + "a:\n" for i in range(n)),
    "aliases": lambda n: "- &a2 [1]\n" + "".join(f"- &a{i} [*a{i - 1}]\n" for i in range(3, n + 1)),
}


@pytest.mark.parametrize("nested", NESTED.values(), ids=NESTED)
def test_five_hundred_levels_are_read_and_one_more_is_refused(nested):
    parse(nested(500).encode(), "spec.yaml")
    with pytest.raises(DocumentTooLarge, match="500 levels"):
        parse(nested(501).encode(), "spec.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "- " * 100_000,
        "[\n" * 100_000,
        NESTED["json lists"](100_000),
        NESTED["indentation"](3000),
    ],
)
def test_any_depth_ends_in_a_clear_error(text):
    with pytest.raises(DocumentTooLarge, match="500 levels"):
        parse(text.encode(), "spec.yaml")


def test_an_alias_is_as_deep_as_the_deepest_part_of_what_it_names():
    def text(levels: int) -> str:
        named = "[" * 400 + "]" * 400
        return f"- &outer [{named}, &inner [1]]\n- " + "[" * levels + "*outer" + "]" * levels

    parse(text(98).encode(), "spec.yaml")
    with pytest.raises(DocumentTooLarge, match="500 levels"):
        parse(text(99).encode(), "spec.yaml")


def test_depth_does_not_depend_on_how_deep_the_caller_is():
    def deeper(levels: int):
        return (
            deeper(levels - 1)
            if levels
            else parse(NESTED["json objects"](400).encode(), "spec.json").tree
        )

    found = deeper(sys.getrecursionlimit() - 300)
    for _ in range(400):
        found = found["a"]
    assert found == 1


def test_tag_directives_without_number_are_refused():
    directives = "".join(f"%TAG !a{n}! tag:x\n" for n in range(1000))
    with pytest.raises(DocumentTooLarge, match="%TAG"):
        parse(f"# long\n{directives}--- 1".encode(), "spec.yaml")


# ---------------------------------------------------------------- encodings, characters


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize(
    "text", ["ä: €😀\n", '{"ä": "€\\ud83d\\ude00"}']
)  # the latter is JSON only
def test_the_byte_order_mark_says_the_encoding(encoding, text):
    assert parse(text.encode(encoding), "spec.yaml").tree == {"ä": "€😀"}


def test_big_endian_utf_16_is_read():
    assert parse(b"\xfe\xff" + "ä: €".encode("utf-16-be"), "spec.yaml").tree == {"ä": "€"}


def test_bytes_that_are_not_utf_8_are_refused_with_their_place():
    error = refusal("a: 1\r\nä: ".encode() + b"\xff\xfe\n")
    assert (error.line, error.column) == (2, 4)
    assert error.headline == (
        "spec.yaml is not valid UTF-8 in line 2, column 4: invalid start byte (byte 0xff)"
    )


def test_broken_utf_16_is_refused_with_its_place():
    error = refusal(b"\xff\xfe" + "a: 1\nb: ".encode("utf-16-le") + b"\x00\xdc")
    assert error.line == 2
    assert "UTF-16" in error.headline


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\x00", "U+0000"),
        ("\x07", "U+0007"),
        ("\x7f", "U+007F"),
        ("\x9f", "U+009F"),
        ("\ufffe", "U+FFFE"),
    ],
)
def test_a_control_character_is_refused_with_its_place(character, name):
    error = refusal(f"a: 1\nb: ä{character}\n")
    assert (error.line, error.column) == (2, 5)
    assert name in error.headline


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("text", ["a: b{}c\nd: 1\n", "a: |-\n  b{}c\nd: 1\n", "a: 'b{}c'\nd: 1\n"])
def test_what_yaml_1_1_took_for_a_line_break_is_an_ordinary_character(character, text):
    assert tree(text.format(character) + "e: \ue000\n") == {
        "a": f"b{character}c",
        "d": 1,
        "e": "\ue000",
    }
    assert locator.locate(text.format(character).encode(), "/d")[0] == text.count("\n")


def test_half_of_a_surrogate_pair_becomes_a_replacement_character():
    parsed = parse(
        rb'{"a": "\ud83d\ude00 \ud83d \\ud83d",' + b"\n" + rb' "\uDE00": 1}', "spec.json"
    )
    assert parsed.tree == {"a": "\U0001f600 \ufffd \\ud83d", "\ufffd": 1}
    assert [(p.code, p.line, p.column) for p in parsed.problems] == [("lone-surrogate", 1, 21)]


# ---------------------------------------------------------------- tabs


@pytest.mark.parametrize(
    "text",
    [
        "a: b\n\t\nd: e",
        "a: b\r\n \t \r\nd: e\r\n",
        "a: b\n\t",
        "a: |-\n  b\n\t\nd: e",
        "a:\tb\nd: \te",
        "a: b\t\nd: e\t",
    ],
)
def test_tabs_where_yaml_1_2_allows_them_are_read(text):
    expected = {"a": "b", "d": "e"} if "e" in text else {"a": "b"}
    assert parse(text.encode(), "spec.yaml").tree == expected


def test_a_tab_after_a_dash_is_read():
    assert parse(b"a:\n-\t1\n- -\t2\n", "spec.yaml").tree == {"a": [1, [2]]}


def test_a_line_of_blanks_and_a_tab_does_not_set_the_indentation_of_a_block():
    assert parse(b"a: |\n      \t\n  b\n", "spec.yaml").tree == {"a": "\nb\n"}


def test_tabs_that_had_to_be_replaced_are_a_problem_with_its_line():
    assert [(p.code, p.severity, p.line, p.column) for p in problems("a: 1\n\n\t\nb: 2\n")] == [
        ("tab", "warning", 3, 1)
    ]


def test_a_tab_that_libyaml_can_read_stays():
    assert tree("a: |\n  x\n  \t\n  -\ty\n") == {"a": "x\n\t\n-\ty\n"}


def test_lines_are_kept_where_tabs_were_replaced():
    assert locator.locate(b"a: 1\n\t\n-\n".replace(b"-\n", b"b: 2\n"), "/b") == (3, 1)


def test_indentation_by_tabs_is_refused_with_a_hint():
    error = refusal("a:\n\tb: 1\n")
    assert (error.line, error.column) == (2, 1)
    assert "spaces" in error.hint


# ---------------------------------------------------------------- JSON, streams, errors


@pytest.mark.parametrize(
    "text", ["{a: 1}", '{"a": 1,}', '{"a": 1 # one\n}', "{'a': 1}", '\n\t{"a"\n: 1}']
)
def test_what_only_looks_like_json_is_read_as_yaml(text):
    assert parse(text.encode(), "spec.json").tree == {"a": 1}


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_the_numbers_that_json_does_not_have_are_text(word):
    assert parse(f'{{"a": {word}}}'.encode(), "spec.json").tree == {"a": word}


def test_json_that_yaml_would_refuse_is_read():
    key = "k" * 3000
    assert parse(
        json.dumps({key: "\x7f\x85 \\/ \U0001f600"}, ensure_ascii=False).encode(), "spec.json"
    ).tree == {key: "\x7f\x85 \\/ \U0001f600"}


def test_a_json_file_that_is_neither_json_nor_yaml_gets_the_error_of_json():
    error = refusal('{"a": 1,\n "b" 2}', "dir/spec.json")
    assert (error.headline, error.line, error.column) == (
        "spec.json is not valid JSON in line 2, column 6: Expecting ':' delimiter",
        2,
        6,
    )


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "\ufeff"])
def test_an_empty_text_is_none(text):
    assert tree(text) is None


def test_of_several_documents_the_first_is_used():
    parsed = parse(b"a: 1\n---\nb: 2\n---\nc: 3\n", "spec.yaml")
    assert parsed.tree == {"a": 1}
    assert [(p.code, p.line) for p in parsed.problems] == [("several-documents", 2)]


def test_a_version_directive_changes_nothing():
    assert tree("%YAML 1.1\n---\na: yes\n...\n") == {"a": "yes"}


@pytest.mark.parametrize(
    ("text", "place", "what", "hint"),
    [
        ("a: 1\n b: 2\n", (2, 3), "mapping values are not allowed in this context", "quotes"),
        ("a:\n  b: 1\n c: 2\n", (3, 2), "did not find expected key", "indentation"),
        ("a: 'b\n", (2, 1), "found unexpected end of stream", "never closed"),
        ("a: @b\n", (1, 4), "found character that cannot start any token", "@"),
        ('a: "\\d"\n', (1, 5), "found unknown escape character", "backslash"),
        ("a: 1\n}", (2, 1), "did not find expected key", "indentation"),
        ("{a: 1}\n}", (2, 1), "did not find expected <document start>", None),
    ],
)
def test_a_syntax_error_says_what_and_where(text, place, what, hint):
    error = refusal(text, "https://example.org/dir/spec.yaml?key=secret")
    assert (error.headline, (error.line, error.column)) == (
        f"spec.yaml is not valid YAML in line {place[0]}, column {place[1]}: {what}",
        place,
    )
    assert hint is None or hint in error.hint
    assert "secret" not in str(error)


def test_the_parser_in_pure_python_reads_the_same(monkeypatch):
    text = "# c\na: [1, 'x', ~, ! 2, !!str 3]\nb: &x |\n  t\u2028u\n200: *x\na: {c: 012, d: '12'}\n"
    by_c = parse(text.encode(), "spec.yaml")
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    by_python = parse(text.encode(), "spec.yaml")
    assert by_python == by_c
    assert refusal("a: \x07b").column == 4
    assert refusal("a: [\n").line == 2
    with pytest.raises(DocumentTooLarge):
        parse(b"[" * 100_000, "spec.yaml")


# ---------------------------------------------------------------- promises

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**30, max_value=10**31)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from([*NULLS, *BOOLS, *INTS, *FLOATS, *TEXTS])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(TEXTS), inner),
    max_leaves=20,
)


def same(one, other) -> bool:
    """Equal, and of equal types all the way down: 1 is not 1.0 is not True."""
    return repr(one) == repr(other)


@given(values, st.booleans(), st.sampled_from([None, 1]))
def test_what_json_writes_is_read_as_it_was(value, ascii_only, indent):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    if isinstance(value, dict | list):
        assert same(parse(text.encode(), "spec.json").tree, value)


@given(values)
def test_what_a_yaml_writer_quotes_is_read_as_it_was(value):
    text = yaml.safe_dump(value, default_style='"', sort_keys=False)
    parsed = parse(text.encode(), "spec.yaml")
    assert same(parsed.tree, value)
    assert parsed.problems == []


def read_or_refused(data: bytes):
    """The tree, or None for a text that is refused; the refusal knows its place."""
    try:
        return parse(data, "spec.yaml").tree
    except DocumentSyntaxError as error:
        known = (error.line, error.column)
    assert min(known) >= 1
    return None


@given(st.binary() | st.text("[]{}:,-?&*!|>'\"%@`#\n \tab1~", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused_with_their_place(data):
    found = read_or_refused(data)
    json.dumps(found, ensure_ascii=False).encode()
    assert all(type(key) is str for key in _keys(found))


def _keys(value):
    if isinstance(value, dict):
        yield from value
    for inner in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from _keys(inner)


def test_every_document_of_the_corpus_is_read_or_refused():
    if "DYNCLIENT_CORPUS" not in os.environ:
        pytest.skip("DYNCLIENT_CORPUS names no folder of real documents")
    files = [
        p
        for p in Path(os.environ["DYNCLIENT_CORPUS"]).rglob("*")
        if p.suffix in {".yaml", ".yml", ".json"}
    ]
    assert files
    for path in files:
        read_or_refused(path.read_bytes())
