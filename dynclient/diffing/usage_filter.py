"""What code uses of an API, so that a diff tells what it touches, and where in the code."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dynclient.model import Document
from dynclient.usages import (
    RecordedUsages,
    ResolvedUsage,
    ResolvedUsages,
    find_usages,
    resolve_usages,
)

ValuePath = tuple[str, ...]


@dataclass(frozen=True)
class CallSite:
    """A line that calls an operation.

    Attributes:
        line: `file:line`.
        gives: what it gives, as paths in the call document; each stands for all below it.
        reads: what it reads of the result, as paths in the data.
        hides: it gives things that cannot be seen (`**options`).

    """

    line: str
    argument_paths: tuple[ValuePath, ...] = ()
    result_paths: tuple[ValuePath, ...] = ((),)
    has_hidden_arguments: bool = True


class Usage:
    """The operations that are used, by their keys in the document, with the lines that use them."""

    def __init__(self, touches: Mapping[str, tuple[CallSite, ...]]) -> None:
        self._call_sites = touches

    @classmethod
    def of(
        cls,
        given: Usage | str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        document: Document,
    ) -> Usage:
        """Return what Python sources use of a document; a Usage is returned itself."""
        if isinstance(given, Usage):
            return given
        paths = [given] if isinstance(given, str | os.PathLike) else given
        return cls.from_code(resolve_usages(find_usages(paths).usages, document))

    @classmethod
    def from_code(cls, resolved: ResolvedUsages) -> Usage:
        """Return what resolved uses come to."""
        return cls(
            {
                key: tuple(map(_build_call_site, used))
                for key, used in resolved.usages_by_operation.items()
            }
        )

    @classmethod
    def from_recording(cls, recording: RecordedUsages) -> Usage:
        """Return what a recorded list comes to: of each operation everything."""
        return cls(
            {
                key: tuple(CallSite(f"{one.file}:{one.line}") for one in found)
                for key, found in recording.lines_by_operation.items()
            }
        )

    def __or__(self, other: Usage) -> Usage:
        keys = dict.fromkeys([*self._call_sites, *other._call_sites])
        return Usage(
            {key: (*self._call_sites.get(key, ()), *other._call_sites.get(key, ())) for key in keys}
        )

    def __contains__(self, operation: str) -> bool:
        return operation in self._call_sites

    def __len__(self) -> int:
        return len(self._call_sites)

    def find_lines(self, operation: str) -> tuple[str, ...]:
        """Return the lines that use an operation."""
        return tuple(dict.fromkeys(touch.line for touch in self._call_sites.get(operation, ())))

    def find_paths(
        self, operation: str, root: ValuePath, *, is_call: bool
    ) -> Iterator[tuple[str, ValuePath]]:
        """Yield the lines that touch a part of a call, or of the result, with their paths in it.

        Args:
            operation: the key of the operation.
            root: where the part is in the call document.
            is_call: whether it is part of a call.

        """
        for touch in self._call_sites.get(operation, ()):
            if not is_call:
                yield from ((touch.line, path) for path in touch.result_paths)
            elif touch.has_hidden_arguments:
                yield touch.line, ()
            else:
                yield from (
                    (touch.line, path[len(root) :])
                    for path in touch.argument_paths
                    if path[: len(root)] == root
                )


def _build_call_site(used: ResolvedUsage) -> CallSite:
    line = f"{used.usage.file}:{used.usage.line}"
    return CallSite(
        line, tuple(used.argument_paths), tuple(used.usage.result_paths), used.has_other_arguments
    )
