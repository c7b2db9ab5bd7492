"""Which media type of the new document is which of the old one.

Parameters are part of a media type (RFC 9110 §8.3.1). One without parameters stands for all with
the same type and subtype, as it does in `Accept`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dynclient.model import MediaType
from dynclient.wire import media, media_types

_PARAMETER = re.compile(r';\s*([^=;\s]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')

#: The charset that text has where no other is named, and its usual names.
_DEFAULT_CHARSET = frozenset({("charset", "utf-8")})
_DEFAULT_CHARSET_NAMES = ("utf-8", "utf8", "us-ascii")

#: How two media types belong together: the reader takes the one for the other (`same`), they differ
#: in parameters that the reader takes (`accepted`) or refuses (`refused`), or the one came in place
#: of the other (`replaced`).
Relation = Literal["same", "accepted", "refused", "replaced"]


@dataclass(frozen=True)
class MediaTypePair:
    """A media type of the sender and one of the reader; None where one side alone has it."""

    sent: MediaType | None
    read: MediaType | None
    relation: Relation = "same"

    def order_by_revision(self, *, old_sends: bool) -> tuple[MediaType | None, MediaType | None]:
        """Return the media type of the old document, and that of the new one."""
        return (self.sent, self.read) if old_sends else (self.read, self.sent)


def pair_media_types(
    sent: Mapping[str, MediaType], read: Mapping[str, MediaType]
) -> list[MediaTypePair]:
    """Return the media types of sender and reader in pairs: those of the sender first.

    A media type of the reader that no other belongs to comes last, unless a range of the sender
    stands for it.
    """
    partners = _pair_equals(sent, read)
    _pair_by_essence(sent, read, partners)
    pairs = [_build_pair(sent[name], read[partner]) for name, partner in partners.items()]
    unpaired: list[MediaType] = []
    for name, entry in sent.items():
        if name in partners:
            continue
        taken_by = _find_general(name, read)
        if taken_by is None:
            unpaired.append(entry)
        else:
            pairs.append(MediaTypePair(entry, read[taken_by]))
            partners[name] = taken_by
    unread = [entry for name, entry in read.items() if name not in partners.values()]
    if len(unpaired) == len(unread) == 1:
        return [*pairs, MediaTypePair(unpaired[0], unread[0], "replaced")]
    pairs += [MediaTypePair(entry, None) for entry in unpaired]
    pairs += [
        MediaTypePair(None, entry) for entry in unread if _find_general(entry.name, sent) is None
    ]
    return pairs


def _pair_equals(sent: Mapping[str, MediaType], read: Mapping[str, MediaType]) -> dict[str, str]:
    """Return name → name of the media types that are the same, however they are written."""
    names_by_meaning: dict[tuple[str, frozenset[tuple[str, str]]], str] = {}
    for name in read:
        names_by_meaning.setdefault((media.get_essence(name), _read_parameters(name)), name)
    partners = {}
    for name in sent:
        meaning = media.get_essence(name), _read_parameters(name)
        if meaning in names_by_meaning:
            partners[name] = names_by_meaning.pop(meaning)
    return partners


def _pair_by_essence(
    sent: Mapping[str, MediaType], read: Mapping[str, MediaType], partners: dict[str, str]
) -> None:
    """Pair what is left and differs in parameters only."""
    for name in sent:
        if name in partners:
            continue
        for candidate in read:
            is_free = candidate not in partners.values()
            if is_free and media.get_essence(candidate) == media.get_essence(name):
                partners[name] = candidate
                break


def _build_pair(sent: MediaType, read: MediaType) -> MediaTypePair:
    sent_parameters, read_parameters = _read_parameters(sent.name), _read_parameters(read.name)
    if sent_parameters == read_parameters:
        return MediaTypePair(sent, read)
    sent_with_charset = _normalize_charset(sent.name, sent_parameters) | _DEFAULT_CHARSET
    if any(name == "charset" for name, _ in sent_parameters):
        sent_with_charset = _normalize_charset(sent.name, sent_parameters)
    is_accepted = _normalize_charset(read.name, read_parameters) <= sent_with_charset
    return MediaTypePair(sent, read, "accepted" if is_accepted else "refused")


def _find_general(name: str, content: Mapping[str, MediaType]) -> str | None:
    """Return the declared name that stands for a media type: without parameters, or a range."""
    general = {
        declared: entry
        for declared, entry in content.items()
        if "*" in declared or not _read_parameters(declared)
    }
    match = media_types.match_media_type(name, general)
    return match[0] if match else None


def _read_parameters(name: str) -> frozenset[tuple[str, str]]:
    """Return the parameters of a media type: names in lower case, values without quotes."""
    parameters = []
    for parameter, value in _PARAMETER.findall(name):
        text = value.strip()
        if text.startswith('"'):
            text = re.sub(r"\\(.)", r"\1", text[1:-1])
        is_charset = parameter.lower() == "charset"
        parameters.append((parameter.lower(), text.lower() if is_charset else text))
    return frozenset(parameters)


def _normalize_charset(
    name: str, parameters: frozenset[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Return parameters with one name for the default charset.

    JSON is always UTF-8, whatever its parameter says (RFC 8259 §8.1).
    """
    normalized = set[tuple[str, str]]()
    for parameter, value in parameters:
        is_default = media.is_json(name) or value in _DEFAULT_CHARSET_NAMES
        if parameter == "charset" and is_default:
            normalized |= _DEFAULT_CHARSET
        else:
            normalized.add((parameter, value))
    return frozenset(normalized)
