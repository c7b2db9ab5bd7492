r"""One list of formats, ours, for both engines: what a string must look like, what an integer may be, a sample of each.

Every check is linear in the text and answers any str, lone surrogates included, without raising.
A format that is not listed is an annotation and checks nothing.

Where we differ from the checks built into the engines, and why:

- `date-time`, `time`: RFC 3339 as it stands: offset required, `t` and `z` in any case, second 60 only at 23:59 UTC,
  the year 0000 exists. No space instead of the T. (jsonschema: only with an extra package.)
- `duration`: RFC 3339 appendix A, but seconds may have a fraction (`PT0.5S`): ISO 8601 allows it and Java writes it.
- `uuid`: 8-4-4-4-12 hexadecimal digits of any version; no braces, no `urn:uuid:`.
- `email`: RFC 5321 mailbox with a dot-atom or quoted local part; a domain of one label (`root@localhost`) and address
  literals pass, comments and folding white space of RFC 5322 do not. `idn-email` also takes any non-ASCII letters.
- `hostname`: RFC 1123; labels `xn--…` are not decoded. `idn-hostname`: letters, marks, digits and inner hyphens of any
  script; the contextual rules of RFC 5892 are not applied.
- `uri`, `iri`: the RFC 3986/3987 grammar with a scheme; nothing is looked up, no scheme is special.
- `ipv6`: RFC 4291 §2.2; no zone (`%eth0`).
- `byte`: RFC 4648 §4 with padding, no line breaks. `base64url`: §5, padding optional.
- `regex`: what `patterns.parse` reads, so also POSIX classes.

Source: JSON Schema 2020-12 Validation §7.3, OpenAPI Format Registry.
"""

from __future__ import annotations

import functools
import re
import string
import unicodedata
import uuid
from types import MappingProxyType
from typing import TYPE_CHECKING

from dynclient import regex

if TYPE_CHECKING:
    import random as randomness
    from collections.abc import Callable, Mapping

_DATE = r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12][0-9]|3[01])"
_TIME = (
    r"(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9]):(?P<second>[0-5][0-9]|60)(?:\.[0-9]+)?"
    r"(?:[Zz]|(?P<sign>[+-])(?P<hours>[01][0-9]|2[0-3]):(?P<minutes>[0-5][0-9]))"
)
_DATE_TIME = f"{_DATE}[Tt]{_TIME}"
_DURATION_TIME = r"T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+(?:\.[0-9]+)?S)?)?|[0-9]+M(?:[0-9]+(?:\.[0-9]+)?S)?|[0-9]+(?:\.[0-9]+)?S)"
_DURATION = rf"P(?:[0-9]+W|(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)(?:{_DURATION_TIME})?|{_DURATION_TIME})"
_UUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_BYTE = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
_BASE64URL = r"(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}(?:==)?|[A-Za-z0-9_-]{3}=?)?"
_POINTER = r"(?:/(?:[^~/]|~[01])*)*"
_RELATIVE_POINTER = rf"(?:0|[1-9][0-9]*)(?:[+-](?:0|[1-9][0-9]*))?(?:#|{_POINTER})"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_HEXTET = r"[0-9A-Fa-f]{1,4}"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAX_HOST, _MAX_LABEL, _MAX_LOCAL, _MAX_EMAIL = 253, 63, 64, 254
_MAX_IPV6 = 45
_HEXTETS = 8


def _build_local_part_pattern(beyond: str) -> str:
    """Write the local part of RFC 5321 §4.1.2; `beyond` are the characters that RFC 6531 §3.3 adds."""
    atom = rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~{beyond}\-]+"
    return rf'{atom}(?:\.{atom})*|"(?:[ !#-\[\]-~{beyond}]|\\[ -~])*"'


_LOCAL = _build_local_part_pattern("")
_IDN_LOCAL = _build_local_part_pattern(r"\x80-\ud7ff\ue000-\U0010ffff")
# RFC 3987 §2.2 ucschar and iprivate, without the non-characters' fine print at the end of each plane.
_UCSCHAR = r"\xa0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U000efffd"
_IPRIVATE = r"\ue000-\uf8ff\U000f0000-\U0010fffd"
_LABEL_SEPARATOR = "[.\u3002\uff0e\uff61]"


def _build_uri_pattern(extra: str, private: str, *, reference: bool) -> str:
    """Write RFC 3986 appendix A, with the characters that RFC 3987 adds."""
    plain = rf"A-Za-z0-9._~!$&'()*+,;={extra}\-"
    pchar = rf"(?:[{plain}:@]|%[0-9A-Fa-f]{{2}})"
    no_colon = rf"(?:[{plain}@]|%[0-9A-Fa-f]{{2}})"
    in_user = rf"(?:[{plain}:]|%[0-9A-Fa-f]{{2}})"
    in_name = rf"(?:[{plain}]|%[0-9A-Fa-f]{{2}})"
    literal = r"\[(?:(?P<ipv6>[0-9A-Fa-f:.]+)|[vV][0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+)\]"
    authority = rf"//(?:{in_user}*@)?(?:{literal}|{in_name}*)(?::[0-9]*)?(?:/{pchar}*)*"
    tail = rf"(?:\?(?:[{plain}:@/?{private}]|%[0-9A-Fa-f]{{2}})*)?(?:\#(?:[{plain}:@/?]|%[0-9A-Fa-f]{{2}})*)?"
    absolute = rf"/(?:{pchar}+(?:/{pchar}*)*)?"
    if reference:
        first = f"(?:{authority}|{absolute}|{no_colon}+(?:/{pchar}*)*|)"
        return first + tail
    rest = f"(?:{authority}|{absolute}|{pchar}+(?:/{pchar}*)*|)"
    return rf"[A-Za-z][A-Za-z0-9+.-]*:{rest}{tail}"


_URI = _build_uri_pattern("", "", reference=False)
_URI_RELATIVE = _build_uri_pattern("", "", reference=True)
_IRI = _build_uri_pattern(_UCSCHAR, _IPRIVATE, reference=False)
_IRI_RELATIVE = _build_uri_pattern(_UCSCHAR, _IPRIVATE, reference=True)
_TEMPLATE_VARIABLE = r"(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})(?:\.?(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2}))*(?::[1-9][0-9]{0,3}|\*)?"
_URI_TEMPLATE = (
    rf"(?:[!#$&-;=?-\[\]_a-z~{_UCSCHAR}{_IPRIVATE}]|%[0-9A-Fa-f]{{2}}"
    rf"|\{{[+#./;?&=,!@|]?{_TEMPLATE_VARIABLE}(?:,{_TEMPLATE_VARIABLE})*\}})*"
)


@functools.cache
def _compile_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _match_whole_text(pattern: str, text: str) -> re.Match[str] | None:
    """Match the whole text; a pattern is compiled when it is first used, as the largest take a while."""
    return _compile_pattern(pattern).fullmatch(text)


def _build_pattern_check(pattern: str) -> Callable[[str], bool]:
    return lambda text: _match_whole_text(pattern, text) is not None


def _accept_anything(_: str) -> bool:
    return True


def _is_date(text: str) -> bool:
    found = _match_whole_text(_DATE, text)
    return found is not None and _is_existing_day(found)


def _is_existing_day(found: re.Match[str]) -> bool:
    year, month, day = int(found["year"]), int(found["month"]), int(found["day"])
    if month == 2:  # noqa: PLR2004 - February
        return day <= (29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28)
    return day <= (30 if month in {4, 6, 9, 11} else 31)


def _is_time(text: str) -> bool:
    found = _match_whole_text(_TIME, text)
    return found is not None and _is_existing_second(found)


def _is_existing_second(found: re.Match[str]) -> bool:
    """Tell whether the second exists: 60 is the leap second, right before midnight UTC (RFC 3339 §5.7)."""
    if found["second"] != "60":
        return True
    offset = 60 * int(found["hours"]) + int(found["minutes"]) if found["sign"] else 0
    minute = (
        60 * int(found["hour"])
        + int(found["minute"])
        - (offset if found["sign"] == "+" else -offset)
    )
    return minute % 1440 == 1439  # noqa: PLR2004 - minutes of a day, and its last


def _is_date_time(text: str) -> bool:
    found = _match_whole_text(_DATE_TIME, text)
    return found is not None and _is_existing_day(found) and _is_existing_second(found)


def _is_hostname(text: str) -> bool:
    return len(text) <= _MAX_HOST and all(
        _match_whole_text(_LABEL, label) for label in text.split(".")
    )


def _is_idn_hostname(text: str) -> bool:
    return len(text) <= _MAX_HOST and all(map(_is_idn_label, re.split(_LABEL_SEPARATOR, text)))


def _is_idn_label(label: str) -> bool:
    if not 0 < len(label) <= _MAX_LABEL or label[0] == "-" or label[-1] == "-":
        return False
    return all(
        char == "-" or char.isalnum() or unicodedata.category(char)[0] == "M" for char in label
    )


def _is_ipv6(text: str) -> bool:
    if len(text) > _MAX_IPV6:
        return False
    head, gap, tail = text.partition("::")
    front, back = _count_hextets(head, last=not gap), _count_hextets(tail, last=True)
    if front is None or back is None:
        return False
    return front + back < _HEXTETS if gap else front == _HEXTETS


def _count_hextets(text: str, *, last: bool) -> int | None:
    """Count the 16-bit groups, None where one is wrong; an IPv4 address may stand at the `last` place, for two."""
    if not text:
        return 0
    *groups, final = text.split(":")
    if not all(_match_whole_text(_HEXTET, group) for group in groups):
        return None
    if last and _match_whole_text(_IPV4, final):
        return len(groups) + 2
    return len(groups) + 1 if _match_whole_text(_HEXTET, final) else None


def _build_email_check(local: str, is_host: Callable[[str], bool]) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        name, at, domain = text.rpartition("@")
        if (
            not at
            or len(text) > _MAX_EMAIL
            or len(name) > _MAX_LOCAL
            or not _match_whole_text(local, name)
        ):
            return False
        if domain.startswith("[") and domain.endswith("]"):
            return _is_address_literal(domain[1:-1])
        return is_host(domain)

    return check


def _is_address_literal(text: str) -> bool:
    if text[:5].upper() == "IPV6:":
        return _is_ipv6(text[5:])
    return _match_whole_text(_IPV4, text) is not None


def _build_uri_check(*forms: str) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        for form in forms:
            if found := _match_whole_text(form, text):
                return found["ipv6"] is None or _is_ipv6(found["ipv6"])
        return False

    return check


def _is_regex(text: str) -> bool:
    try:
        regex.parse(text)
    except regex.PatternError:
        return False
    return True


#: Format -> check of a string.
FORMAT_CHECKS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "date-time": _is_date_time,
        "date": _is_date,
        "time": _is_time,
        "duration": _build_pattern_check(_DURATION),
        "uuid": _build_pattern_check(_UUID),
        "email": _build_email_check(_LOCAL, _is_hostname),
        "idn-email": _build_email_check(_IDN_LOCAL, _is_idn_hostname),
        "hostname": _is_hostname,
        "idn-hostname": _is_idn_hostname,
        "uri": _build_uri_check(_URI),
        "uri-reference": _build_uri_check(_URI, _URI_RELATIVE),
        "iri": _build_uri_check(_IRI),
        "iri-reference": _build_uri_check(_IRI, _IRI_RELATIVE),
        "uri-template": _build_pattern_check(_URI_TEMPLATE),
        "ipv4": _build_pattern_check(_IPV4),
        "ipv6": _is_ipv6,
        "json-pointer": _build_pattern_check(_POINTER),
        "relative-json-pointer": _build_pattern_check(_RELATIVE_POINTER),
        "regex": _is_regex,
        "byte": _build_pattern_check(_BYTE),
        "base64url": _build_pattern_check(_BASE64URL),
        "binary": _accept_anything,
        "password": _accept_anything,
    }
)

#: Integer format -> smallest and largest value, for the dialect translation to write as `minimum` and `maximum`.
INTEGER_FORMAT_BOUNDS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        **{f"int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
        **{f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
        "double-int": (-(2**53) + 1, 2**53 - 1),
    }
)


def generate_formatted_string(format: str, random: randomness.Random) -> str | None:  # noqa: A002 - the keyword's name
    """Return a plausible value of a string format, None for one that is not listed.

    Args:
        format: a key of `FORMATS`.
        random: decides; the same state gives the same value.

    """
    draw = _STRING_GENERATORS.get(format)
    return None if draw is None else draw(random)


def _generate_date(random: randomness.Random) -> str:
    return f"20{random.randint(20, 30)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def _generate_time(random: randomness.Random) -> str:
    return f"{random.randint(0, 23):02}:{random.randint(0, 59):02}:{random.randint(0, 59):02}Z"


def _generate_word(random: randomness.Random) -> str:
    return "".join(random.choice(string.ascii_lowercase) for _ in range(random.randint(4, 8)))


def _generate_base64(random: randomness.Random) -> str:
    import base64

    return base64.b64encode(_generate_word(random).encode()).decode()


_STRING_GENERATORS: Mapping[str, Callable[[randomness.Random], str]] = {
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
