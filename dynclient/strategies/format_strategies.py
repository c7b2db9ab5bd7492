"""Texts of each format, as strategies; each text is checked by the format's own check."""

from __future__ import annotations

import base64
import datetime
import string
from collections.abc import Callable, Mapping
from functools import lru_cache

from hypothesis import strategies as st

from dynclient.generate.format_values import generate_formatted_string
from dynclient.schema import formats
from dynclient.strategies.hypothesis_random import HypothesisRandom

Texts = st.SearchStrategy[str]

_WORD = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)
_LETTERS = st.text(st.characters(categories=["Ll", "Lu", "Lo"]), min_size=1, max_size=6)


@lru_cache(maxsize=64)
def texts_of_format(name: str) -> Texts | None:
    """Return a strategy of a format's texts, None for a format that is not in the list."""
    check = formats.FORMAT_CHECKS.get(name)
    if check is None:
        return None
    build = _STRATEGY_FACTORIES.get(name)
    strategy: Texts = build() if build else _draw_generated_text(name)
    return strategy.filter(check)


@st.composite
def _draw_generated_text(draw: st.DrawFn, name: str) -> str:
    return generate_formatted_string(name, HypothesisRandom(draw)) or ""


def _join_texts(separator: str, part: Texts, least: int = 1, most: int = 3) -> Texts:
    return st.lists(part, min_size=least, max_size=most).map(separator.join)


def _dates() -> Texts:
    return st.dates().map(lambda day: day.isoformat())


def _times() -> Texts:
    zones = st.just("Z") | st.builds(
        "{}{:02}:{:02}".format, st.sampled_from("+-"), _integers_below(24), _integers_below(60)
    )
    clocks = st.times().map(lambda time: time.isoformat()) | st.just(
        datetime.time(23, 59, 59).isoformat()
    )
    return st.builds("{}{}".format, clocks, zones)


def _integers_below(limit: int) -> st.SearchStrategy[int]:
    return st.integers(0, limit - 1)


def _durations() -> Texts:
    days = st.builds("P{}D".format, _integers_below(400))
    return st.one_of(
        days,
        st.builds("PT{}H{}M".format, _integers_below(100), _integers_below(60)),
        st.builds("P{}W".format, _integers_below(60)),
    )


def _hostnames() -> Texts:
    return _join_texts(".", _WORD, 2, 3)


def _emails(local: Texts) -> Texts:
    return st.builds("{}@{}".format, _join_texts(".", local, 1, 2), _hostnames())


def _uris(segment: Texts) -> Texts:
    schemes = st.sampled_from(["https", "http", "ftp", "x-y.z"])
    tails = (
        st.just("")
        | st.builds("?{}={}".format, segment, segment)
        | st.builds("#{}".format, segment)
    )
    paths = st.lists(segment, max_size=3).map(lambda parts: "".join("/" + part for part in parts))
    return st.builds("{}://{}{}{}".format, schemes, _hostnames(), paths, tails) | st.builds(
        "urn:{}:{}".format, _WORD, _WORD
    )


def _references(segment: Texts) -> Texts:
    return _uris(segment) | st.lists(segment, max_size=3).map(
        lambda parts: "".join("/" + part for part in parts)
    )


def _pointers() -> Texts:
    part = st.text(max_size=5).map(lambda text: text.replace("~", "~0").replace("/", "~1"))
    return st.lists(part, max_size=3).map(lambda parts: "".join("/" + p for p in parts))


_SEGMENT = st.text(
    string.ascii_letters + string.digits + "-._~!$'()*+,;=:@", min_size=1, max_size=6
)

_STRATEGY_FACTORIES: Mapping[str, Callable[[], Texts]] = {
    "date": _dates,
    "time": _times,
    "date-time": lambda: st.builds("{}T{}".format, _dates(), _times()),
    "duration": _durations,
    "uuid": lambda: st.uuids().map(str),
    "email": lambda: _emails(
        st.text(string.ascii_lowercase + string.digits + "+-_'", min_size=1, max_size=8)
    ),
    "idn-email": lambda: _emails(_LETTERS),
    "hostname": _hostnames,
    "idn-hostname": lambda: _join_texts(".", _LETTERS),
    "uri": lambda: _uris(_SEGMENT),
    "iri": lambda: _uris(_SEGMENT | _LETTERS),
    "uri-reference": lambda: _references(_SEGMENT),
    "iri-reference": lambda: _references(_SEGMENT | _LETTERS),
    "ipv4": lambda: st.ip_addresses(v=4).map(str),
    "ipv6": lambda: st.ip_addresses(v=6).map(str),
    "json-pointer": _pointers,
    "relative-json-pointer": lambda: st.builds(
        "{}{}".format, _integers_below(10), _pointers() | st.just("#")
    ),
    "byte": lambda: st.binary(max_size=12).map(lambda data: base64.b64encode(data).decode()),
    "base64url": lambda: st.binary(max_size=12).map(
        lambda data: base64.urlsafe_b64encode(data).decode()
    ),
    "binary": lambda: st.text(max_size=12),
    "password": lambda: st.text(max_size=12),
}
