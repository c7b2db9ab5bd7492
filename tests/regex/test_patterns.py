from __future__ import annotations

import contextlib
import json
import pathlib
import pickle
import random
import re
from collections.abc import Iterator

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynclient import regex
from dynclient.regex import character_classes, matcher, syntax_tree

#: The first example pays for compiling; no test here is about time.
unhurried = settings(deadline=None)

FANCY = jsonschema_rs.FancyRegexOptions(backtrack_limit=regex.BACKTRACK_LIMIT)


def found(pattern: str, text: str) -> bool:
    return regex.compile(pattern).search(text)


# --- reading -------------------------------------------------------------------------------------------------------


def test_a_pattern_becomes_a_tree() -> None:
    a, digit = regex.Literal("a"), regex.CharacterClass(((0x30, 0x39),))

    assert regex.parse("") == regex.Concatenation(())
    assert regex.parse("a") == a
    assert regex.parse("(?:a)") == a
    assert regex.parse(r"^a|\d$") == regex.Alternation(
        (
            regex.Concatenation((regex.Assertion("start"), a)),
            regex.Concatenation((digit, regex.Assertion("end"))),
        )
    )
    assert regex.parse(r"(?<n>a)\k<n>") == regex.Concatenation(
        (regex.Group(a, 1, "n"), regex.Backreference(1))
    )
    assert regex.parse("a{2,}?") == regex.Repeat(a, 2, None, is_lazy=True)
    assert regex.parse("(?<!a)") == regex.Assertion("not behind", a)


def test_classes_are_sorted_ranges_without_surrogates() -> None:
    assert regex.parse("[c-ea-b]") == regex.CharacterClass(((0x61, 0x65),))
    assert regex.parse("[^]") == regex.CharacterClass(((0, 0xD7FF), (0xE000, 0x10FFFF)))
    assert regex.parse(r"[\uD800-\uDFFF]") == regex.CharacterClass(())


@pytest.mark.parametrize(
    ("pattern", "matching_texts", "other_texts"),
    [
        (r"^\d$", ["7"], ["\u0667", "7\n", "x"]),
        (r"^\w$", ["a", "_"], ["é", "\u017f", "-"]),
        (r"^\s$", ["\ufeff", "\u3000", "\u2028", " "], ["\u0085", "\u180e", "\u200b"]),
        ("^.$", ["a", "\u0085", "😀"], ["\n", "\r", "\u2028", "\u2029"]),
        ("^a$", ["a"], ["a\n", "\na", "a\nb"]),
        (r"a\b", ["a", "ab a", "aé"], ["ab", "a_"]),
        (r"^é\B$", ["é"], ["éa"]),
        ("a|[]", ["a"], ["b", ""]),
        ("^[^]$", ["\n", "😀"], ["", "ab"]),
        (r"^\u{1F600}$", ["😀"], ["😁"]),
        (r"^\uD83D\uDE00$", ["😀"], ["😁"]),
        (r"^[\uD83D\uDE00-\uD83D\uDE02]$", ["😁"], ["😃"]),
        (r"^\0\x41\u0042\cJ$", ["\0AB\n"], ["AB"]),
        (r"^\07\101$", ["\x07A"], []),
        (r"^(a)\1\2$", ["aa\x02"], ["aaa"]),
        (r"^{a{,}$", ["{a{,}"], ["a"]),
        (r"^[\b]$", ["\b"], ["b"]),
        (r"^a\-\_\@\/$", ["a-_@/"], []),
        (r"^[\d-x]+$", ["1-x"], ["a"]),
        (r"^[a&&b~~-]+$", ["a&b~-"], ["c"]),
        (r"^(?<n>.)-\k<n>$", ["x-x"], ["x-y"]),
        (r"^\p{L}\p{Script=Han}\P{L}$", ["é漢1"], ["é漢x"]),
        (r"(?=a)*b", ["b"], ["a"]),
        (r"(?<=\$)\d+(?!\d|%)", ["$42"], ["42", "$42%"]),
        ("^[[:alpha:]_]+$", ["a_Z"], ["é", "1"]),
        (r"^[^[:cntrl:]\s]$", ["x", "é"], ["\x7f", " ", "\x01"]),
        ("^[[:^digit:]]$", ["x"], ["1"]),
        (r"\Aa\z", ["a"], ["a\n", "ba"]),
        (r"^\x{1F600}\pL$", ["😀a"], ["x"]),
        (r"^(?P<n>.)(?P=n)$", ["xx"], ["xy"]),
        ("^(?i)straße$", ["STRAßE", "\u017ftra\u1e9ee"], ["strasse"]),
        ("(?i)^[^k]$", ["a"], ["K", "\u212a"]),
        ("^(?i:a)b$", ["Ab"], ["AB"]),
        ("(?s)^.$", ["\n"], []),
        ("/v1/", ["x/v1/y"], ["v1"]),
        (r"/\$/", ["/$/"], ["$"]),
        ("^a{\u0663}$", ["a{\u0663}"], ["aaa"]),
        ("^(?:(?=a)){2}a(?:^|b)*$", ["a", "ab"], ["b"]),
        ("^(?:(?!x?)a)*$", [""], ["a", "x"]),
    ],
)
def test_a_pattern_means_what_ecma_262_or_its_dialect_says(
    pattern: str, matching_texts: list[str], other_texts: list[str]
) -> None:
    assert [text for text in matching_texts if not found(pattern, text)] == []
    assert [text for text in other_texts if found(pattern, text)] == []


@pytest.mark.parametrize(
    ("pattern", "position", "word"),
    [
        ("a(b", 1, "not closed"),
        ("ab)", 2, "never opened"),
        ("[a", 0, "not closed"),
        ("a**", 2, "repeat"),
        ("a++", 2, "possessive"),
        ("^*", 1, "repeat"),
        ("(?<=a)+", 6, "repeat"),
        ("a{3,2}", 1, "order"),
        ("a[z-a]", 2, "order"),
        (r"a{,3}", 1, "{0,n}"),
        (r"a\h", 1, "escape"),
        ("a\\", 1, "backslash"),
        (r"\Qa\E", 0, "escape"),
        (r"\u12", 0, "escape"),
        (r"\u{110000}", 0, "code point"),
        (r"\p{Klingon}", 0, "property"),
        (r"\p{L", 0, "property"),
        (r"\k<n>", 0, "names no group"),
        ("(?<n>a)(?<n>b)", 7, "two groups"),
        ("[[:foo:]]", 1, "POSIX"),
        ("[[=a=]]", 1, "POSIX"),
        ("[]a]", 0, "empty"),
        ("[a-z&&[^b]]", 4, "intersection"),
        ("(?>a)", 0, "atomic"),
        ("(?#a)", 0, "comment"),
        ("a(?i)b", 1, "flags"),
        ("(?m)^a", 4, "(?m)"),
        ("(?x)a", 2, "flag x"),
        ("/^a$/", 0, "delimiters"),
        ("/a/i", 0, "delimiters"),
        (r"(a)|\1", 0, "group 1"),
        (r"(?:(a)|b)*\1", 0, "group 1"),
        (r"(a\1)", 0, "group 1"),
        (r"(a|b)+\1", 0, "group 1"),
        (r"(?i)(a)\1", 7, "flag i"),
    ],
)
def test_a_pattern_without_a_sure_meaning_is_refused(
    pattern: str, position: int, word: str
) -> None:
    with pytest.raises(regex.PatternError) as caught:
        regex.compile(pattern)

    assert word in str(caught.value)
    assert caught.value.position == position
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a{1000}){1000}",
        "((a{100}){100}){100}",
        "(?:" * 40 + "a" + "{9})" * 40,
        "a{2000000000}",
        "a{" + "9" * 5000 + "}",
        "(" * 51 + "a" + ")" * 51,
        "a" * 20_001,
        r"[^\p{L}]" * 100,
    ],
)
def test_a_pattern_that_would_blow_up_is_too_large(pattern: str) -> None:
    with pytest.raises(regex.PatternError, match="too large"):
        regex.parse(pattern)


def test_fifty_nested_groups_are_read() -> None:
    assert found("(?:b|(a" * 24 + "c" + ")+)*" * 24, "x")


@unhurried
@given(st.text("ab01[](){}|*+?^$\\.-:=!<>&~,dwsbBpPkuxi/", max_size=30))
def test_any_text_is_a_pattern_or_is_refused(text: str) -> None:
    with contextlib.suppress(regex.PatternError):
        regex.compile(text).search("ab")


# --- matching ------------------------------------------------------------------------------------------------------


def test_a_lone_surrogate_matches_nothing() -> None:
    assert not found("", "\ud800")
    assert not found("^[^]*$", "a\udfff")
    assert not found("(?!b)", "\ud800")


def test_a_linear_pattern_has_neither_lookarounds_nor_backreferences() -> None:
    linear = {
        pattern: regex.compile(pattern).is_linear
        for pattern in ["^a+$", "(?=a)", r"(a)\1", r"\b", r"(?<!a)"]
    }

    assert linear == {"^a+$": True, "(?=a)": False, r"(a)\1": False, r"\b": False, r"(?<!a)": False}


def test_rust_source_spells_out_what_engines_disagree_about() -> None:
    assert regex.compile(r"^\d\w.$").rust == r"^[0-9][0-9A-Z_a-z][^\u{A}\u{D}\u{2028}-\u{2029}]$"
    assert regex.compile(r"^\.[-&\]]{2}$").rust == r"^\.[\u{26}\u{2D}\u{5D}]{2}$"
    assert regex.compile(r"^(x)(y)-\2$").rust == r"^(?:x)(y)-(?:\1)$"


@pytest.mark.parametrize(
    "pattern",
    [r"^(?=(a+)+$)b?(a+)+$", r"^(?:(?!b)a|(?!c)a)*$", r"(?=(?:a*)*b)(?:a*)*c", r"^(a+)+$"],
)
def test_a_catastrophic_pattern_ends_without_a_match(pattern: str) -> None:
    assert not found(pattern, "a" * 40 + "!")


def test_a_search_that_hits_the_backtracking_limit_is_no_match() -> None:
    pattern = regex.compile(r"^(?:(?!b)a|(?!c)a)*[a!]$")
    limited = jsonschema_rs.Draft202012Validator({"pattern": pattern.rust}, pattern_options=FANCY)

    assert pattern.search("aaa!")
    assert [
        "BacktrackLimit" in repr(error.kind) for error in limited.iter_errors("a" * 60 + "!!")
    ] == [True]
    assert not pattern.search("a" * 60 + "!!")
    assert not found(r"^(?!(?:(?!b)a|(?!c)a)*[a!]$)", "a" * 60 + "!!")


def test_a_search_that_is_too_much_work_is_no_match() -> None:
    pattern = regex.compile(r"(?<=a+)a(?!c)")
    longest = int((matcher.WORK_LIMIT // pattern.size) ** 0.5)

    assert pattern.search("a" * 100)
    assert not pattern.search("a" * (longest + 1))


def test_a_long_text_may_match_a_long_run() -> None:
    assert found("^[a-z]{0,65535}$", "a" * 65_535)
    assert not found("^[a-z]{0,65535}$", "a" * 65_536)
    assert found(r"[\s\S]{1,10240}", "a" * 20_000)


@pytest.mark.parametrize(
    ("pattern", "terms"),
    [
        ("^(?!a)(?=b)c$", [(True, "^c$"), (False, "^a"), (True, "^b")]),
        (r"^c(?<!a)$", [(True, "^c$"), (False, "a$")]),
        ("^((?!ab).)*$", [(True, r"^[^\u{A}\u{D}\u{2028}-\u{2029}]*$"), (False, "ab")]),
        ("^(?!a|b)c", [(True, "^c"), (False, "^(?:a|b)")]),
        ("a*b{2,5}", [(True, "b{2}")]),
    ],
)
def test_lookarounds_at_the_ends_become_searches_of_their_own(
    pattern: str, terms: list[tuple[bool, str]]
) -> None:
    assert [
        (search.is_positive, search.rust) for search in regex.compile(pattern).searches
    ] == terms


def test_a_long_text_may_match_lookarounds_at_the_ends() -> None:
    text = "word " * 100_000

    assert found(r"^(?!\s*$).+$", text)
    assert found("^((?!foo).)*$", text)
    assert not found("^(?!.*word).*$", text)


def test_a_pattern_survives_pickling() -> None:
    pattern = regex.compile("^(?!a)b$")

    assert pickle.loads(pickle.dumps(pattern)).search("b")


# --- properties ----------------------------------------------------------------------------------------------------

_atoms = st.sampled_from(
    ["a", "b", "0", "-", r"\d", r"\w", "[a-c]", "[^a-z]", r"[\d_]", ".", r"\.", r"\\", "/", r"\S"]
)


def _combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    counts = st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "{1,}", "*?", "+?"])
    return st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda options: f"(?:{'|'.join(options)})"),
        st.tuples(inner, counts).map(lambda pair: f"({pair[0]}){pair[1]}"),
    )


#: Patterns that something matches, and that Python's `re` reads alike for ASCII text without line ends.
common = st.tuples(
    st.sampled_from(["", "^"]),
    st.recursive(_atoms, _combined, max_leaves=8),
    st.sampled_from(["", "$"]),
).map("".join)
looking = st.one_of(
    st.tuples(common, common).map(lambda pair: f"^(?!{pair[0]}){pair[1]}"),
    st.tuples(common, common).map(lambda pair: f"^(?=.*{pair[0]}){pair[1]}"),
    st.tuples(common, common).map(lambda pair: f"{pair[0]}(?={pair[1]})"),
    common.map(lambda pattern: f"^(?:(?!{pattern})[a-z0-9])*$"),
    common.map(lambda pattern: rf"\b(?:{pattern})\B"),
)
short = st.text("abz019_-./ \\", max_size=8)


@unhurried
@given(common, st.integers(0, 2**32))
def test_a_sample_matches_its_pattern(pattern: str, seed: int) -> None:
    text = regex.sample(regex.parse(pattern), random.Random(seed))

    assert text is not None
    assert found(pattern, text)
    assert text == regex.sample(regex.parse(pattern), random.Random(seed))


@unhurried
@given(
    st.one_of(common, looking),
    st.integers(0, 2**32),
    st.integers(0, 12),
    st.one_of(st.none(), st.integers(0, 12)),
)
def test_a_sample_keeps_its_length(pattern: str, seed: int, low: int, more: int | None) -> None:
    high = None if more is None else low + more
    text = regex.sample(regex.parse(pattern), random.Random(seed), low, high)

    assert text is None or (found(pattern, text) and low <= len(text) <= (high or len(text)))


@unhurried
@given(st.one_of(common, looking), st.lists(short, max_size=5), st.integers(0, 2**32))
def test_search_agrees_with_re_where_both_read_alike(
    pattern: str, texts: list[str], seed: int
) -> None:
    sample = regex.sample(regex.parse(pattern), random.Random(seed))
    usable = sample is not None and sample.isascii() and sample.isprintable()
    expected = re.compile(pattern, re.ASCII)

    for text in [*texts, *([sample] if usable and sample is not None else [])]:
        assert found(pattern, text) == bool(expected.search(text)), text


@unhurried
@given(st.one_of(common, looking), st.lists(short, max_size=5))
def test_the_rust_source_read_again_means_the_same(pattern: str, texts: list[str]) -> None:
    once = regex.compile(pattern)
    again = regex.compile(once.rust)
    handed_on = jsonschema_rs.Draft202012Validator({"pattern": once.rust}, pattern_options=FANCY)

    for text in texts:
        assert again.search(text) == handed_on.is_valid(text) == once.search(text), text


_ranges = st.lists(st.tuples(st.integers(0, 0x10FFFF), st.integers(0, 300))).map(
    lambda pairs: character_classes.normalise(
        (first, min(first + extent, 0x10FFFF)) for first, extent in pairs
    )
)


@unhurried
@given(_ranges, st.integers(0, 0x10FFFF).filter(lambda code: not 0xD800 <= code <= 0xDFFF))
def test_a_complement_holds_just_the_others(ranges: syntax_tree.Ranges, code: int) -> None:
    rest = character_classes.complement(ranges)

    assert any(a <= code <= b for a, b in ranges) != any(a <= code <= b for a, b in rest)
    assert character_classes.complement(rest) == ranges


# --- samples -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "low", "high", "shape"),
    [
        (r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z\d]{8,}$", 10, 12, r"[A-Za-z0-9]{10,12}"),
        ("^(?=.*x7q)[a-z0-9]{10}$", 0, None, "(?=.*x7q).{10}"),
        ("foo", 10, 10, ".*foo.*"),
        ("foo$", 10, 10, ".{7}foo"),
        (r"\bfoo\b", 5, 5, ".*foo.*"),
        (r"^(\w+)-\1$", 3, 9, r"(\w+)-\1"),
        ("^[^ -~]$", 0, None, "[À-ž]"),
        (r"^[\x00-\x1f]$", 0, None, r"[\x00-\x1f]"),
        ("^(?!000)[0-9]{3}$", 0, None, "[0-9]{3}"),
        ("^a{3,5}|b{9}$", 9, 9, "b{9}|a{9}"),
    ],
)
def test_a_sample_is_readable_and_within_bounds(
    pattern: str, low: int, high: int | None, shape: str
) -> None:
    for seed in range(5):
        text = regex.sample(regex.parse(pattern), random.Random(seed), low, high)

        assert text is not None
        assert re.fullmatch(shape, text, re.DOTALL), text


@pytest.mark.parametrize(
    ("pattern", "low", "high"), [("a^b", 0, None), ("[]", 0, None), ("^a{5}$", 0, 4), ("^a$", 2, 9)]
)
def test_there_is_no_sample_of_what_cannot_match(pattern: str, low: int, high: int | None) -> None:
    assert regex.sample(regex.parse(pattern), random.Random(0), low, high) is None


# --- real documents ------------------------------------------------------------------------------------------------


def _written_patterns(value: object) -> Iterator[str]:
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            if isinstance(current.get("pattern"), str):
                yield current["pattern"]
            waiting.extend(current.values())
        elif isinstance(current, list):
            waiting.extend(current)


def test_nearly_every_pattern_of_real_documents_is_read_and_sampled(
    real_documents: pathlib.Path,
) -> None:
    texts = (path.read_bytes() for path in real_documents.rglob("*.json"))
    seen = {pattern for text in texts for pattern in _written_patterns(json.loads(text))}
    refused = []
    for pattern in seen:
        try:
            assert regex.sample(regex.parse(pattern), random.Random(0)) is not None, pattern
        except regex.PatternError as error:
            refused.append((pattern, str(error)))

    assert seen
    assert len(refused) <= len(seen) * 0.05, refused
