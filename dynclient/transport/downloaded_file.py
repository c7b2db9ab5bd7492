"""A file from the net as an entry of the cache, with what the server needs to say "unchanged"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from dynclient.document.cache.document_cache import CacheEntry, DocumentCache, digest_url

#: What is sent back to the server later must fit a header.
_VALIDATOR = re.compile(r"[ -~]{1,500}")

#: Header of a response that validates it → the header that asks whether it still holds.
_CONDITIONS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}

_FACTS = {"final_url", *_CONDITIONS}


class DownloadedFile(NamedTuple):
    """A file as a server gave it.

    Attributes:
        content: its bytes, without content coding.
        final_url: the digest of the URL that it came from at last, behind all redirects.
        validators: `etag` and `last-modified`, where the server gave them.
        may_be_kept: whether the server lets it be kept.

    """

    content: bytes
    final_url: str
    validators: dict[str, str]
    may_be_kept: bool = True

    def build_conditions(self, url: str) -> dict[str, str]:
        """Return the headers that ask a URL whether it still gives this file.

        A validator means something for its own URL alone.

        Source: RFC 9110 §8.8, §13.1.
        """
        if digest_url(url) != self.final_url:
            return {}
        return {_CONDITIONS[name]: value for name, value in self.validators.items()}


def build_downloaded_file(content: bytes, url: str, headers: Mapping[str, str]) -> DownloadedFile:
    """Return a file that came in a response of a URL with some headers."""
    validators = {name: headers.get(name, "") for name in _CONDITIONS}
    usable = {name: value for name, value in validators.items() if _VALIDATOR.fullmatch(value)}
    may_be_kept = "no-store" not in headers.get("cache-control", "").lower()
    return DownloadedFile(content, digest_url(url), usable, may_be_kept)


def read_downloaded_file(cache: DocumentCache, uri: str) -> DownloadedFile | None:
    """Return the file that was downloaded from a URI earlier; None without a usable entry."""
    entry = cache.get_download(uri)
    if entry is None or not _has_shape_of_facts(entry.facts):
        return None
    validators = {name: entry.facts[name] for name in _CONDITIONS if entry.facts[name]}
    return DownloadedFile(entry.content, entry.facts["final_url"], validators)


def _has_shape_of_facts(facts: Any) -> bool:
    if not isinstance(facts, dict) or facts.keys() != _FACTS:
        return False
    if not isinstance(facts["final_url"], str):
        return False
    return all(_is_validator(facts[name]) for name in _CONDITIONS)


def _is_validator(value: Any) -> bool:
    """Tell whether a value is what a condition of a request may hold; "" for none."""
    if not isinstance(value, str):
        return False
    return value == "" or _VALIDATOR.fullmatch(value) is not None


def write_downloaded_file(cache: DocumentCache, uri: str, file: DownloadedFile) -> None:
    """Keep a file that was downloaded from a URI, in the place of an earlier one."""
    if not file.may_be_kept:
        cache.remove_download(uri)
        return
    facts = {name: file.validators.get(name, "") for name in _CONDITIONS}
    cache.put_download(uri, CacheEntry({**facts, "final_url": file.final_url}, file.content))
