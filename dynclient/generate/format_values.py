"""Plausible strings of each format."""

from __future__ import annotations

import string
import uuid
from collections.abc import Callable, Mapping
from random import Random


def generate_formatted_string(format: str, random: Random) -> str | None:  # noqa: A002 - the keyword
    """Return a plausible string of a format, None for a format that is not listed.

    Args:
        format: a key of `FORMAT_CHECKS`.
        random: makes each random choice; the same state gives the same string.

    """
    generate = _STRING_GENERATORS.get(format)
    return None if generate is None else generate(random)


def _generate_date(random: Random) -> str:
    year = random.randint(2020, 2030)
    month = random.randint(1, 12)
    day = random.randint(1, 28)
    return f"{year}-{month:02}-{day:02}"


def _generate_time(random: Random) -> str:
    hour = random.randint(0, 23)
    minute = random.randint(0, 59)
    second = random.randint(0, 59)
    return f"{hour:02}:{minute:02}:{second:02}Z"


def _generate_word(random: Random) -> str:
    length = random.randint(4, 8)
    return "".join(random.choice(string.ascii_lowercase) for _ in range(length))


def _generate_base64(random: Random) -> str:
    import base64

    return base64.b64encode(_generate_word(random).encode()).decode()


_STRING_GENERATORS: Mapping[str, Callable[[Random], str]] = {
    "date-time": lambda random: f"{_generate_date(random)}T{_generate_time(random)}",
    "date": _generate_date,
    "time": _generate_time,
    "duration": lambda random: f"P{random.randint(1, 30)}DT{random.randint(1, 23)}H",
    "uuid": lambda random: str(uuid.UUID(int=random.getrandbits(128), version=4)),
    "email": lambda random: f"{_generate_word(random)}@example.com",
    "idn-email": lambda random: f"{_generate_word(random)}@example.com",
    "hostname": lambda random: f"{_generate_word(random)}.example.com",
    "idn-hostname": lambda random: f"{_generate_word(random)}.example.com",
    "uri": lambda random: f"https://example.com/{_generate_word(random)}",
    "uri-reference": lambda random: f"/{_generate_word(random)}",
    "iri": lambda random: f"https://example.com/{_generate_word(random)}",
    "iri-reference": lambda random: f"/{_generate_word(random)}",
    "uri-template": lambda random: f"https://example.com/{_generate_word(random)}/{{id}}",
    "ipv4": lambda random: f"192.0.2.{random.randint(1, 254)}",
    "ipv6": lambda random: f"2001:db8::{random.randint(1, 0xFFFF):x}",
    "json-pointer": lambda random: f"/{_generate_word(random)}/0",
    "relative-json-pointer": lambda random: f"{random.randint(0, 3)}/{_generate_word(random)}",
    "regex": lambda random: f"^{_generate_word(random)}$",
    "byte": _generate_base64,
    "base64url": _generate_base64,
    "binary": _generate_word,
    "password": _generate_word,
}
