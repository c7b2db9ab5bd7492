"""What code uses of an API, so that a diff shows only what touches it, and where."""

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
        argument_paths: what it passes, as paths in the call document; a path includes all below it.
        result_paths: what it reads of the result, as paths in the data.
        has_hidden_arguments: it passes arguments that cannot be seen (`**options`).

    """

    line: str
    argument_paths: tuple[ValuePath, ...] = ()
    result_paths: tuple[ValuePath, ...] = ((),)
    has_hidden_arguments: bool = True


class Usage:
    """The operations that code uses, by their keys in the document, with the lines of code."""

    def __init__(self, touches: Mapping[str, tuple[CallSite, ...]]) -> None:
        self._call_sites = touches

    @classmethod
    def of(
        cls,
        given: Usage | str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        document: Document,
    ) -> Usage:
        """Return what Python sources use of a document; a `Usage` is returned as it is."""
        if isinstance(given, Usage):
            return given
        paths = [given] if isinstance(given, str | os.PathLike) else given
        return cls.from_code(resolve_usages(find_usages(paths).usages, document))

    @classmethod
    def from_code(cls, resolved: ResolvedUsages) -> Usage:
        """Return the usage of calls that were resolved to operations."""
        call_sites = {}
        for key, usages in resolved.usages_by_operation.items():
            call_sites[key] = tuple(map(_build_call_site, usages))
        return cls(call_sites)

    @classmethod
    def from_recording(cls, recording: RecordedUsages) -> Usage:
        """Return the usage of a recorded list: it uses all of each operation."""
        call_sites = {}
        for key, lines in recording.lines_by_operation.items():
            call_sites[key] = tuple(CallSite(f"{line.file}:{line.line}") for line in lines)
        return cls(call_sites)

    def __or__(self, other: Usage) -> Usage:
        call_sites = dict(self._call_sites)
        for key, others in other._call_sites.items():
            call_sites[key] = (*call_sites.get(key, ()), *others)
        return Usage(call_sites)

    def __contains__(self, operation: str) -> bool:
        return operation in self._call_sites

    def __len__(self) -> int:
        return len(self._call_sites)

    def find_lines(self, operation: str) -> tuple[str, ...]:
        """Return the lines that use an operation."""
        call_sites = self._call_sites.get(operation, ())
        return tuple(dict.fromkeys(call_site.line for call_site in call_sites))

    def find_paths(
        self, operation: str, root: ValuePath, *, is_call: bool
    ) -> Iterator[tuple[str, ValuePath]]:
        """Yield the lines that use a part of a call, or the result, with their paths in it.

        Args:
            operation: the key of the operation.
            root: where the part is in the call document.
            is_call: whether it is part of a call.

        """
        for call_site in self._call_sites.get(operation, ()):
            if not is_call:
                paths = list(call_site.result_paths)
            elif call_site.has_hidden_arguments:
                paths = [()]
            else:
                paths = _select_below(root, call_site.argument_paths)
            for path in paths:
                yield call_site.line, path


def _select_below(root: ValuePath, paths: Iterable[ValuePath]) -> list[ValuePath]:
    """Return the paths at or below a root, as they continue from there."""
    depth = len(root)
    return [path[depth:] for path in paths if path[:depth] == root]


def _build_call_site(used: ResolvedUsage) -> CallSite:
    line = f"{used.usage.file}:{used.usage.line}"
    return CallSite(
        line=line,
        argument_paths=tuple(used.argument_paths),
        result_paths=tuple(used.usage.result_paths),
        has_hidden_arguments=used.has_other_arguments,
    )
