r"""One list of formats for both engines: checks of strings, and the bounds of integer formats.

Every check is linear in the text. It answers any str, lone surrogates included, without raising.
A format that is not listed is an annotation and checks nothing.

Where we differ from the checks built into the engines, and why:

- `date-time`, `time`: RFC 3339 to the letter: the offset is required, `t` and `z` have any case,
  second 60 exists only at 23:59 UTC, the year 0000 exists. No space replaces the T. (jsonschema
  checks it only with an extra package.)
- `duration`: RFC 3339 appendix A, but seconds may have a fraction (`PT0.5S`): ISO 8601 allows it
  and Java writes it.
- `uuid`: 8-4-4-4-12 hexadecimal digits of any version; no braces, no `urn:uuid:`.
- `email`: RFC 5321 mailbox with a dot-atom or quoted local part. A domain of one label
  (`root@localhost`) and address literals pass; comments and folding white space of RFC 5322 do
  not. `idn-email` also takes any non-ASCII letters.
- `hostname`: RFC 1123; labels `xn--…` are not decoded. `idn-hostname`: letters, marks, digits and
  inner hyphens of any script; the contextual rules of RFC 5892 are not applied.
- `uri`, `iri`: the RFC 3986/3987 grammar with a scheme. Nothing is looked up, no scheme is special.
- `ipv6`: RFC 4291 §2.2; no zone (`%eth0`).
- `byte`: RFC 4648 §4 with padding, no line breaks. `base64url`: §5, padding optional.
- `regex`: what `regex.parse` reads, so also POSIX classes.

Source: JSON Schema 2020-12 Validation §7.3, OpenAPI Format Registry.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from dynclient import regex

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Whether a string fits a format.
FormatCheck = Callable[[str], bool]

_DATE = r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12][0-9]|3[01])"
_TIME = (
    r"(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9]):(?P<second>[0-5][0-9]|60)(?:\.[0-9]+)?"
    r"(?:[Zz]|(?P<sign>[+-])(?P<hours>[01][0-9]|2[0-3]):(?P<minutes>[0-5][0-9]))"
)
_DATE_TIME = f"{_DATE}[Tt]{_TIME}"
_SECONDS = r"[0-9]+(?:\.[0-9]+)?S"
_MINUTES = rf"[0-9]+M(?:{_SECONDS})?"
_HOURS = rf"[0-9]+H(?:{_MINUTES})?"
_DURATION_TIME = rf"T(?:{_HOURS}|{_MINUTES}|{_SECONDS})"
_MONTHS = r"[0-9]+M(?:[0-9]+D)?"
_YEARS = rf"[0-9]+Y(?:{_MONTHS})?"
_DURATION_DATE = rf"(?:{_YEARS}|{_MONTHS}|[0-9]+D)"
_DURATION = rf"P(?:[0-9]+W|{_DURATION_DATE}(?:{_DURATION_TIME})?|{_DURATION_TIME})"
_UUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_BYTE = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
_BASE64URL = r"(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}(?:==)?|[A-Za-z0-9_-]{3}=?)?"
_POINTER = r"(?:/(?:[^~/]|~[01])*)*"
_RELATIVE_POINTER = rf"(?:0|[1-9][0-9]*)(?:[+-](?:0|[1-9][0-9]*))?(?:#|{_POINTER})"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_HEXTET = r"[0-9A-Fa-f]{1,4}"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"

#: The greatest lengths, in characters.
_MAX_HOST = 253
_MAX_LABEL = 63
_MAX_LOCAL = 64
_MAX_EMAIL = 254
_MAX_IPV6 = 45
#: An IPv6 address has so many 16-bit groups.
_HEXTETS = 8

_FEBRUARY = 2
_SHORT_MONTHS = frozenset((4, 6, 9, 11))
_MINUTES_OF_DAY = 24 * 60


def _build_local_part_pattern(extra: str) -> str:
    """Return the pattern of the local part of an address.

    Args:
        extra: more characters that it may have, as in RFC 6531 §3.3.

    Source: RFC 5321 §4.1.2.
    """
    atom = rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~{extra}\-]+"
    return rf'{atom}(?:\.{atom})*|"(?:[ !#-\[\]-~{extra}]|\\[ -~])*"'


_LOCAL = _build_local_part_pattern("")
_IDN_LOCAL = _build_local_part_pattern(r"\x80-\ud7ff\ue000-\U0010ffff")
# RFC 3987 §2.2 ucschar and iprivate; the non-characters at the end of each plane are not left out.
_UCSCHAR = r"\xa0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U000efffd"
_IPRIVATE = r"\ue000-\uf8ff\U000f0000-\U0010fffd"
_LABEL_SEPARATOR = "[.\u3002\uff0e\uff61]"


def _build_uri_pattern(extra: str, private: str, *, is_reference: bool) -> str:
    """Return the pattern of a URI or of a relative reference.

    Args:
        extra: more characters that may stand everywhere, as in RFC 3987.
        private: more characters that a query may have.
        is_reference: a relative reference, which has no scheme.

    Source: RFC 3986 appendix A.
    """
    escape = "%[0-9A-Fa-f]{2}"
    plain = rf"A-Za-z0-9._~!$&'()*+,;={extra}\-"
    pchar = f"(?:[{plain}:@]|{escape})"
    pchar_without_colon = f"(?:[{plain}@]|{escape})"
    user_info = f"(?:[{plain}:]|{escape})*"
    name = f"(?:[{plain}]|{escape})*"
    literal = r"\[(?:(?P<ipv6>[0-9A-Fa-f:.]+)|[vV][0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+)\]"

    authority = f"//(?:{user_info}@)?(?:{literal}|{name})(?::[0-9]*)?(?:/{pchar}*)*"
    absolute_path = f"/(?:{pchar}+(?:/{pchar}*)*)?"
    query = rf"(?:\?(?:[{plain}:@/?{private}]|{escape})*)?"
    fragment = rf"(?:\#(?:[{plain}:@/?]|{escape})*)?"

    first_segment = pchar_without_colon if is_reference else pchar
    path = f"(?:{authority}|{absolute_path}|{first_segment}+(?:/{pchar}*)*|)"
    scheme = "" if is_reference else "[A-Za-z][A-Za-z0-9+.-]*:"
    return f"{scheme}{path}{query}{fragment}"


_URI = _build_uri_pattern("", "", is_reference=False)
_URI_RELATIVE = _build_uri_pattern("", "", is_reference=True)
_IRI = _build_uri_pattern(_UCSCHAR, _IPRIVATE, is_reference=False)
_IRI_RELATIVE = _build_uri_pattern(_UCSCHAR, _IPRIVATE, is_reference=True)
_VARCHAR = r"(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})"
_TEMPLATE_VARIABLE = rf"{_VARCHAR}(?:\.?{_VARCHAR})*(?::[1-9][0-9]{{0,3}}|\*)?"
_URI_TEMPLATE = (
    rf"(?:[!#$&-;=?-\[\]_a-z~{_UCSCHAR}{_IPRIVATE}]|%[0-9A-Fa-f]{{2}}"
    rf"|\{{[+#./;?&=,!@|]?{_TEMPLATE_VARIABLE}(?:,{_TEMPLATE_VARIABLE})*\}})*"
)


@functools.cache
def _compile_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _match_whole_text(pattern: str, text: str) -> re.Match[str] | None:
    """Match the whole text. A pattern is compiled at its first use: the largest take a while."""
    return _compile_pattern(pattern).fullmatch(text)


def _build_pattern_check(pattern: str) -> Callable[[str], bool]:
    return lambda text: _match_whole_text(pattern, text) is not None


def _accept_anything(_: str) -> bool:
    return True


# --- dates and times


def _is_date(text: str) -> bool:
    match = _match_whole_text(_DATE, text)
    return match is not None and _is_existing_day(match)


def _is_time(text: str) -> bool:
    match = _match_whole_text(_TIME, text)
    return match is not None and _is_existing_second(match)


def _is_date_time(text: str) -> bool:
    match = _match_whole_text(_DATE_TIME, text)
    return match is not None and _is_existing_day(match) and _is_existing_second(match)


def _is_existing_day(match: re.Match[str]) -> bool:
    year = int(match["year"])
    month = int(match["month"])
    day = int(match["day"])
    if month == _FEBRUARY:
        is_leap_year = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return day <= (29 if is_leap_year else 28)
    return day <= (30 if month in _SHORT_MONTHS else 31)


def _is_existing_second(match: re.Match[str]) -> bool:
    """Return whether a second exists: 60 is the leap second, the last one of a day in UTC.

    Source: RFC 3339 §5.7.
    """
    if match["second"] != "60":
        return True
    minute = 60 * int(match["hour"]) + int(match["minute"])
    if match["sign"]:
        offset = 60 * int(match["hours"]) + int(match["minutes"])
        minute += -offset if match["sign"] == "+" else offset
    return minute % _MINUTES_OF_DAY == _MINUTES_OF_DAY - 1


# --- hosts and addresses


def _is_hostname(text: str) -> bool:
    if len(text) > _MAX_HOST:
        return False
    return all(_match_whole_text(_LABEL, label) for label in text.split("."))


def _is_idn_hostname(text: str) -> bool:
    if len(text) > _MAX_HOST:
        return False
    return all(map(_is_idn_label, re.split(_LABEL_SEPARATOR, text)))


def _is_idn_label(label: str) -> bool:
    if not 0 < len(label) <= _MAX_LABEL:
        return False
    if label.startswith("-") or label.endswith("-"):
        return False
    return all(map(_is_idn_character, label))


def _is_idn_character(char: str) -> bool:
    is_mark = unicodedata.category(char)[0] == "M"
    return char == "-" or char.isalnum() or is_mark


def _is_ipv6(text: str) -> bool:
    if len(text) > _MAX_IPV6:
        return False
    head, gap, tail = text.partition("::")
    front = _count_hextets(head, is_last=not gap)
    back = _count_hextets(tail, is_last=True)
    if front is None or back is None:
        return False
    return front + back < _HEXTETS if gap else front == _HEXTETS


def _count_hextets(text: str, *, is_last: bool) -> int | None:
    """Return the number of 16-bit groups, None where one is wrong.

    Args:
        text: the groups between colons.
        is_last: an IPv4 address may be the last group; it counts as two.

    """
    if not text:
        return 0
    *groups, final = text.split(":")
    if not all(_match_whole_text(_HEXTET, group) for group in groups):
        return None
    if is_last and _match_whole_text(_IPV4, final):
        return len(groups) + 2
    return len(groups) + 1 if _match_whole_text(_HEXTET, final) else None


def _build_email_check(local: str, is_host: Callable[[str], bool]) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        name, at, domain = text.rpartition("@")
        if not at or len(text) > _MAX_EMAIL:
            return False
        if len(name) > _MAX_LOCAL or not _match_whole_text(local, name):
            return False
        if domain.startswith("[") and domain.endswith("]"):
            return _is_address_literal(domain[1:-1])
        return is_host(domain)

    return check


def _is_address_literal(text: str) -> bool:
    if text[:5].upper() == "IPV6:":
        return _is_ipv6(text[5:])
    return _match_whole_text(_IPV4, text) is not None


def _build_uri_check(*patterns: str) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        for pattern in patterns:
            match = _match_whole_text(pattern, text)
            if match is not None:
                return match["ipv6"] is None or _is_ipv6(match["ipv6"])
        return False

    return check


def _is_regex(text: str) -> bool:
    try:
        regex.parse(text)
    except regex.PatternError:
        return False
    return True


class CheckedFormat(str):
    """The name of a format that the user checks, with the check.

    Args:
        name: the name.
        check: the user's check of a string. It may raise ValueError for one that does not fit.

    """

    __slots__ = ("_check",)

    _check: Callable[[str], bool]

    def __new__(cls, name: str, check: Callable[[str], bool]) -> Self:
        """Return the name."""
        checked_format = super().__new__(cls, name)
        checked_format._check = check
        return checked_format

    def check(self, text: str) -> bool:
        """Return whether a string fits."""
        try:
            return bool(self._check(text))
        except ValueError:
            return False


def find_format_check(name: Any) -> Callable[[str], bool] | None:
    """Return the check of a format: the user's, else ours; None for one that nobody knows."""
    if isinstance(name, CheckedFormat):
        return name.check
    return FORMAT_CHECKS.get(name) if isinstance(name, str) else None


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

#: These say what a text is for, and check nothing.
UNCHECKED_FORMATS = frozenset(
    name for name, check in FORMAT_CHECKS.items() if check is _accept_anything
)

#: Integer format -> smallest and largest value. The dialect writes them as bounds.
INTEGER_FORMAT_BOUNDS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        **{f"int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
        **{f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
        "double-int": (-(2**53) + 1, 2**53 - 1),
    }
)
