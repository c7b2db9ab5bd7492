from __future__ import annotations

import datetime as dt
import ipaddress
import uuid
from collections.abc import Callable

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynclient.schema.engines.engine import Checker
from dynclient.schema.formats import FORMAT_CHECKS, INTEGER_FORMAT_BOUNDS

#: The first example pays for compiling; no test here is about time.
unhurried = settings(deadline=None)

VALID = {
    "date-time": [
        "2024-02-29T23:59:59Z",
        "2024-01-01t00:00:00z",
        "1990-12-31T15:59:60-08:00",
        "1998-12-31T23:59:60.123Z",
        "0000-02-29T00:00:00+23:59",
        "2024-01-01T00:00:00.1234567890123Z",
    ],
    "date": ["2024-02-29", "2000-02-29", "0000-01-01"],
    "time": ["00:00:00Z", "23:59:60Z", "00:29:60+00:30", "08:30:06.283185+05:30"],
    "duration": ["P1D", "P4Y", "P1Y2M3DT4H5M6S", "PT36H", "P1W", "PT0S", "PT0.5S", "P1DT12H"],
    "uuid": [
        "2eb8aa08-aa98-11ea-b4aa-73b441d16380",
        "00000000-0000-0000-0000-000000000000",
        "2EB8AA08-AA98-11EA-B4AA-73B441D16380",
    ],
    "email": [
        "a@b.example",
        "te~st@example.com",
        '"joe bloggs"@example.com',
        "joe@[127.0.0.1]",
        "joe@[IPv6:::1]",
        "root@localhost",
    ],
    "idn-email": ["실례@실례.테스트", "joe@example.com", '"실 례"@example.com'],
    "hostname": ["example.com", "a", "1.2.3", "xn--4gbwdl.xn--wgbh1c", "a" * 63 + ".b"],
    "idn-hostname": ["실례.테스트", "example.com", "ノード。example"],
    "uri": [
        "http://foo.bar/?baz=qux#quux",
        "urn:oasis:names:specification:docbook:dtd:xml:4.1.2",
        "mailto:a@b.c",
        "http://[2001:db8::7]:80/c=GB?o",
        "ftp://u:p@h:21/",
        "a:",
        "http://",
        "http://x/%20",
        "tel:+1-816-555-1212",
        "http://[v1.x:y]/",
    ],
    "uri-reference": ["", "/abc", "//h/p", "a/b:c", "?q", "#f", "http://x", "./a:b", "abc"],
    "iri": ["http://ƒøø.ßår/?∂éœ=πîx#πîüx", "http://x/?\ue000"],
    "iri-reference": ["/âππ", "#ƒrägmênt", "âππ"],
    "uri-template": [
        "http://example.com/dictionary/{term:1}/{term}",
        "{?a,b*}",
        "{+x.y}",
        "",
        "{/a%20}",
        "/a'b",
    ],
    "ipv4": ["192.168.0.1", "255.255.255.255", "0.0.0.0"],
    "ipv6": [
        "::1",
        "::",
        "1::",
        "1::",
        "::ffff:1.2.3.4",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:1.2.3.4",
        "1::8",
    ],
    "json-pointer": ["", "/foo/bar~0/baz~1/%a", "/", "//", "/\n"],
    "relative-json-pointer": ["1", "0/foo/bar", "2/0/baz/1/zip", "0#", "120+1/x", "0-1#"],
    "regex": ["([abc])+\\s+$", "[[:alpha:]]", ""],
    "byte": ["", "Zg==", "Zm8=", "Zm9v", "+/+/"],
    "base64url": ["", "Zg", "Zg==", "-_-_"],
    "binary": ["\x00anything"],
    "password": ["anything"],
}
INVALID = {
    "date-time": [
        "2024-02-30T00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:00:00",
        "2024-01-01 00:00:00Z",
        "2024-01-01T00:00:61Z",
        "1998-12-31T23:58:60Z",
        "1998-12-31T23:59:60+01:00",
        "2024-01-01T00:00:00+24:00",
        "2024-01-01T00:00:00.Z",
        "202\u0664-01-01T00:00:00Z",
        "2024-01-01T00:00:00Z\n",
        "24-01-01T00:00:00Z",
    ],
    "date": [
        "2023-02-29",
        "1900-02-29",
        "2024-13-01",
        "2024-00-01",
        "2024-04-31",
        "20240101",
        "2024-1-1",
        "2024-01-01\n",
        "202\u0664-01-01",
    ],
    "time": [
        "00:00:00",
        "23:58:60Z",
        "24:00:00Z",
        "00:60:00Z",
        "00:00:00+0100",
        "0:00:00Z",
        "\u0660\u0660:00:00Z",
    ],
    "duration": [
        "P",
        "PT",
        "P1",
        "1D",
        "P1Y2D",
        "P2D1Y",
        "P1WT1H",
        "PT1D",
        "P1.5D",
        "PT1H2S",
        "P\u0661D",
        "P1D\n",
        "p1d",
    ],
    "uuid": [
        "2eb8aa08-aa98-11ea-b4aa-73b441d1638",
        "2eb8aa08aa9811eab4aa73b441d16380",
        "{2eb8aa08-aa98-11ea-b4aa-73b441d16380}",
        "2eb8-aa08-aa98-11ea-b4aa73b44-1d16380",
    ],
    "email": [
        "joe",
        "@example.com",
        "joe@",
        ".joe@example.com",
        "jo..e@example.com",
        "joe.@example.com",
        "a b@example.com",
        "joe@-a.com",
        "실례@실례.테스트",
        "joe@[127.0.0.300]",
        "a" * 65 + "@b.c",
        '"a"b"@c.d',
        "a@b\n",
    ],
    "idn-email": ["실례", "@실례", "실례@", "a b@실례"],
    "hostname": [
        "",
        ".",
        "a..b",
        "a.",
        "-a",
        "a-",
        "a_b",
        "a" * 64,
        "é.com",
        "a\n",
        ".".join(["a" * 49] * 6),
    ],
    "idn-hostname": ["", "실례..테스트", "-실례", "실 례", "a_b", "a" * 64],
    "uri": [
        "//foo",
        "/abc",
        "abc",
        "",
        "http://x y",
        "http://x/%2",
        "http://[::1",
        "http://[:::1]/",
        "http://x/é",
        "1a:b",
        ":a",
        "http://x\\y",
        "a:#b#c",
        "http://h:8a/",
        "x:{a}",
    ],
    "uri-reference": ["\\\\a", "a b", "1:b", "#a\\b", "é", "%"],
    "iri": ["/abc", "http://x\uffff", "http://x y", "http://x/\ue000"],
    "iri-reference": ["a\\b", "â b"],
    "uri-template": ["{term", "}", "{a b}", "{}", "{a:0}", "{a:10000}", "a b", '"', "{.}"],
    "ipv4": [
        "192.168.0.256",
        "1.2.3",
        "1.2.3.4.5",
        "01.2.3.4",
        "1.2.3.4\n",
        "1.2.3.\u0664",
        "0x7f.0.0.1",
        "2130706433",
    ],
    "ipv6": [
        "1",
        ":",
        ":::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1::2::3",
        "12345::",
        "::1%eth0",
        "::1.2.3",
        "1.2.3.4::",
        "1:2:3:4:5:6:7::8",
        "fe80::1 ",
        ":1",
        "1:",
        "::\u0661",
        "1:2:3:4:5:6:7:1.2.3.4",
    ],
    "json-pointer": ["a", "/~2", "/~", "#/a"],
    "relative-json-pointer": ["", "/a", "-1", "01", "0##", "1a", "\u0661"],
    "regex": ["(", "[a", "a**"],
    "byte": ["Zg", "Zg=", "Z===", "Zm9v\n", "-_-_", "Zm=v"],
    "base64url": ["Z", "+/+/", "Zm9v="],
}


@pytest.mark.parametrize("name", sorted(FORMAT_CHECKS))
def test_a_format_takes_what_its_standard_takes_and_nothing_else(name: str) -> None:
    assert [text for text in VALID[name] if not FORMAT_CHECKS[name](text)] == []
    assert [text for text in INVALID.get(name, []) if FORMAT_CHECKS[name](text)] == []


@pytest.mark.parametrize("name", sorted(FORMAT_CHECKS))
@unhurried
@given(
    text=st.one_of(
        st.text(),
        st.text(st.characters()),
        st.text(':/?#[]@.%-+TZ09PYMDHS=~{}"\\\n\ud800é٣', max_size=40),
    )
)
def test_a_check_answers_any_text(name: str, text: str) -> None:
    assert FORMAT_CHECKS[name](text) in {True, False}


@pytest.mark.parametrize("name", sorted(FORMAT_CHECKS))
def test_a_check_is_linear_in_the_text(name: str) -> None:
    for unit in ["a", "1", ":", "/", "%41", "a.", "a@", "{a}", "P1", '\\"', "=", "[", "A-", "~0"]:
        assert FORMAT_CHECKS[name](unit * 30_000 + "\n") in {True, False}


def test_integer_formats_are_bounds() -> None:
    assert INTEGER_FORMAT_BOUNDS["int32"] == (-2147483648, 2147483647)
    assert INTEGER_FORMAT_BOUNDS["int64"] == (-9223372036854775808, 9223372036854775807)
    assert INTEGER_FORMAT_BOUNDS["uint8"] == (0, 255)
    assert not set(INTEGER_FORMAT_BOUNDS) & set(FORMAT_CHECKS)


# --- against the standard library ----------------------------------------------------------------------------------


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


_digits = st.integers(0, 99).map("{:02}".format)
_years = st.integers(1, 9999).map("{:04}".format)


@unhurried
@given(
    st.tuples(
        _years, st.integers(0, 13).map("{:02}".format), st.integers(0, 32).map("{:02}".format)
    ).map("-".join)
)
def test_a_date_is_what_the_standard_library_reads(text: str) -> None:
    assert FORMAT_CHECKS["date"](text) == _parses(dt.date.fromisoformat, text)


@unhurried
@given(st.datetimes(timezones=st.timezones().map(lambda _: dt.UTC)), st.integers(-1439, 1439))
def test_a_date_time_that_the_standard_library_writes_is_one(
    moment: dt.datetime, offset: int
) -> None:
    zone = dt.timezone(dt.timedelta(minutes=offset))

    assert FORMAT_CHECKS["date-time"](moment.replace(tzinfo=zone).isoformat())


@unhurried
@given(_digits, _digits, _digits)
def test_a_time_is_what_the_standard_library_reads(hour: str, minute: str, second: str) -> None:
    text = f"{hour}:{minute}:{second}"

    if second != "60":
        assert FORMAT_CHECKS["time"](text + "Z") == _parses(dt.time.fromisoformat, text)


@unhurried
@given(st.one_of(st.uuids().map(str), st.text("0123456789abcdefABCDEF-", min_size=35, max_size=37)))
def test_a_uuid_is_what_the_standard_library_reads_and_writes(text: str) -> None:
    expected = _parses(uuid.UUID, text) and str(uuid.UUID(text)) == text.lower()

    assert FORMAT_CHECKS["uuid"](text) == expected


@unhurried
@given(
    st.one_of(
        st.ip_addresses(v=4).map(str),
        st.lists(st.integers(0, 300).map(str)).map(".".join),
        st.text("0123.", max_size=9),
    )
)
def test_an_ipv4_address_is_what_the_standard_library_reads(text: str) -> None:
    assert FORMAT_CHECKS["ipv4"](text) == _parses(ipaddress.IPv4Address, text)


@unhurried
@given(
    st.one_of(
        st.ip_addresses(v=6).map(str),
        st.ip_addresses(v=6).map(lambda address: address.exploded),
        st.lists(
            st.sampled_from(["", "0", "1", "fFf", "12345", "1.2.3.4", "1.2.3"]), max_size=10
        ).map(":".join),
        st.text("01f:.", max_size=12),
    )
)
def test_an_ipv6_address_is_what_the_standard_library_reads(text: str) -> None:
    assert FORMAT_CHECKS["ipv6"](text) == _parses(ipaddress.IPv6Address, text)


# --- in the engines ------------------------------------------------------------------------------------------------

#: What jsonschema-rs's own checks say otherwise about the tables above: it allows no fraction of a second in a duration,
#: reads no POSIX classes, and no index arithmetic in relative pointers (draft-bhutton-relative-json-pointer-00 §3).
DIFFERENT_IN_RUST = {
    "duration": {"PT0.5S"},
    "regex": {"[[:alpha:]]"},
    "relative-json-pointer": {"120+1/x", "0-1#"},
}
UNKNOWN_IN_RUST = {"byte", "base64url", "binary", "password"}


def _checker() -> jsonschema.FormatChecker:
    checker = jsonschema.FormatChecker(formats=())
    for name, check in FORMAT_CHECKS.items():
        checker.checks(name)(lambda value, check=check: not isinstance(value, str) or check(value))
    return checker


@pytest.mark.parametrize("name", sorted(FORMAT_CHECKS))
def test_both_engines_use_this_list(name: str) -> None:
    python = jsonschema.Draft202012Validator({"format": name}, format_checker=_checker())
    rust = jsonschema_rs.Draft202012Validator(
        {"format": name}, formats=dict(FORMAT_CHECKS), validate_formats=True
    )

    for text in [*VALID[name], *INVALID.get(name, [])]:
        assert python.is_valid(text) == rust.is_valid(text) == (text in VALID[name])
    assert python.is_valid(3)
    assert rust.is_valid(3)


def test_our_differences_from_the_rust_engine_are_known() -> None:
    different: dict[str, set[str]] = {}
    for name in FORMAT_CHECKS.keys() - UNKNOWN_IN_RUST:
        theirs = jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)
        refused = {text for text in VALID[name] if not theirs.is_valid(text)}
        taken = {text for text in INVALID[name] if theirs.is_valid(text)}
        if refused | taken:
            different[name] = refused | taken

    assert different == DIFFERENT_IN_RUST


def test_a_format_that_is_not_listed_checks_nothing_in_both_engines() -> None:
    schema = {"format": "nonsense"}

    assert jsonschema.Draft202012Validator(schema, format_checker=_checker()).is_valid("x")
    assert jsonschema_rs.Draft202012Validator(
        schema, formats=dict(FORMAT_CHECKS), validate_formats=True
    ).is_valid("x")


def _change_characters(text: str, changes: dict[int, str]) -> str:
    return "".join(changes.get(index, char) for index, char in enumerate(text))


_times = st.builds(
    "{:02}:{:02}:{:02}{}{}".format,
    st.integers(0, 24),
    st.integers(0, 60),
    st.sampled_from([0, 30, 59, 60, 61]),
    st.sampled_from(["", ".5", ".123456", "."]),
    st.sampled_from(["Z", "z", "+00:00", "-23:59", "+01:00", "+24:00", "-00:60", ""]),
)
_dates = st.builds(
    "{:04}-{:02}-{:02}".format,
    st.sampled_from([0, 1900, 2000, 2023, 2024, 9999]),
    st.integers(0, 13),
    st.integers(0, 32),
)
_changes = st.dictionaries(st.integers(0, 25), st.sampled_from("09/:;?*+,-.TtZz \n٣"), max_size=2)
_dates_and_times = {
    "date": _dates,
    "time": _times,
    "date-time": st.builds("{}{}{}".format, _dates, st.sampled_from("Tt "), _times),
}


@pytest.mark.parametrize("name", sorted(_dates_and_times))
@given(data=st.data())
def test_the_fast_engine_is_given_dates_and_times_that_are_checked_as_ours(name, data) -> None:
    text = _change_characters(data.draw(_dates_and_times[name]), data.draw(_changes))
    fits = FORMAT_CHECKS[name](text)

    assert _FAST_FORMATS[name].accepts_by_fast_engine(text) is fits
    assert _FAST_REFUSALS[name].accepts_by_fast_engine(text) is not fits


_FAST_FORMATS = {name: Checker({"format": name}) for name in _dates_and_times}
_FAST_REFUSALS = {name: Checker({"not": {"format": name}}) for name in _dates_and_times}


def test_the_fast_engine_finds_every_day_that_exists() -> None:
    days = [f"{year}-{month:02}-{day:02}" for year in (1900, 2000, 2023, 2024) for month in range(14) for day in range(33)]  # fmt: skip

    assert [day for day in days if _FAST_FORMATS["date"].accepts_by_fast_engine(day)] == [
        day for day in days if FORMAT_CHECKS["date"](day)
    ]
