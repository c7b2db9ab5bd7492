"""How much a document may hold. Each limit has a name, and the error that reaches it names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from dynclient.errors import DocumentTooLarge, UsageError
from dynclient.names import suggest
from dynclient.violations import shorten_repr

#: No document may be nested deeper: what reads a tree calls itself at each level.
MAX_DEPTH = 500


class LoadingLimits(NamedTuple):
    """How much a document may hold.

    Attributes:
        file_bytes: the size of a file, in bytes.
        download_bytes: the size of a file from the net, in bytes.
        files: how many files a document has.
        nodes: how many values a file holds, once the aliases of YAML are expanded.
        depth: how many levels a file is nested.
        reference_chain: how many references follow one another.

    """

    file_bytes: int = 128 * 1024 * 1024
    download_bytes: int = 64 * 1024 * 1024
    files: int = 5000
    nodes: int = 5_000_000
    depth: int = MAX_DEPTH
    reference_chain: int = 100

    @property
    def are_of_text(self) -> bool:
        """Whether a parsed text may be kept for others: its limits are the usual ones."""
        return (self.nodes, self.depth) == (DEFAULT_LIMITS.nodes, DEFAULT_LIMITS.depth)

    def build_error(self, name: str, message: str, uri: str = "") -> DocumentTooLarge:
        """Return the error of a document that reaches a limit.

        Args:
            name: of the limit.
            message: what is wrong, without the limit.
            uri: of the file.

        """
        allowed = getattr(self, name)
        hint = f'where you trust the document, load it with limits={{"{name}": …}}'
        if name == "depth":
            hint = "no document may be nested deeper than 500 levels"
        return DocumentTooLarge(message, hint=hint, uri=uri, limit=name, allowed=allowed)


DEFAULT_LIMITS = LoadingLimits()


def read_limits(given: object) -> LoadingLimits:
    """Return the limits that a caller gives; those that are not named stay the usual ones.

    Args:
        given: name of a limit → its value; None for the usual ones.

    Raises:
        UsageError: it is no such mapping.

    """
    if given is None:
        return DEFAULT_LIMITS
    known = DEFAULT_LIMITS._asdict()
    if not isinstance(given, Mapping):
        text = f"limits cannot be {shorten_repr(given)}"
        raise UsageError(text, hint='give a mapping such as {"nodes": 10_000_000}')
    for name, value in given.items():
        _check_limit(name, value, known)
    return DEFAULT_LIMITS._replace(**given)


def _check_limit(name: Any, value: object, known: Mapping[str, int]) -> None:
    if name not in known:
        near = suggest(str(name), known)
        listed = ", ".join(known)
        hint = f"did you mean {near[0]}?" if near else f"the limits are {listed}"
        raise UsageError(f"there is no limit {shorten_repr(name)}", hint=hint)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        text = f"the limit {name} cannot be {shorten_repr(value)}"
        raise UsageError(text, hint="give a whole number, 1 or more")
    if name == "depth" and value > MAX_DEPTH:
        raise UsageError(f"the limit depth cannot be {value:,}", hint=f"give at most {MAX_DEPTH}")
