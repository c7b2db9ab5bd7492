"""What code uses of an API, so that a diff tells what it touches, and where in the code."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dynclient.model import Document
from dynclient.uses import Recording, Resolved, Used, find, resolve

Path = tuple[str, ...]


@dataclass(frozen=True)
class Touch:
    """A line that calls an operation.

    Attributes:
        line: `file:line`.
        gives: what it gives, as paths in the call document; each stands for all below it.
        reads: what it reads of the result, as paths in the data.
        hides: it gives things that cannot be seen (`**options`).

    """

    line: str
    gives: tuple[Path, ...] = ()
    reads: tuple[Path, ...] = ((),)
    hides: bool = True


class Usage:
    """The operations that are used, by their keys in the document, with the lines that use them."""

    def __init__(self, touches: Mapping[str, tuple[Touch, ...]]) -> None:
        self._touches = touches

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
        return cls.of_code(resolve(find(paths).uses, document))

    @classmethod
    def of_code(cls, resolved: Resolved) -> Usage:
        """Return what resolved uses come to."""
        return cls({key: tuple(map(_touch, used)) for key, used in resolved.operations.items()})

    @classmethod
    def of_recording(cls, recording: Recording) -> Usage:
        """Return what a recorded list comes to: of each operation everything."""
        return cls(
            {
                key: tuple(Touch(f"{one.file}:{one.line}") for one in found)
                for key, found in recording.operations.items()
            }
        )

    def __or__(self, other: Usage) -> Usage:
        keys = dict.fromkeys([*self._touches, *other._touches])
        return Usage(
            {key: (*self._touches.get(key, ()), *other._touches.get(key, ())) for key in keys}
        )

    def __contains__(self, operation: str) -> bool:
        return operation in self._touches

    def __len__(self) -> int:
        return len(self._touches)

    def lines(self, operation: str) -> tuple[str, ...]:
        """Return the lines that use an operation."""
        return tuple(dict.fromkeys(touch.line for touch in self._touches.get(operation, ())))

    def paths(self, operation: str, root: Path, *, is_call: bool) -> Iterator[tuple[str, Path]]:
        """Yield the lines that touch a part of a call, or of the result, with their paths in it.

        Args:
            operation: the key of the operation.
            root: where the part is in the call document.
            is_call: whether it is part of a call.

        """
        for touch in self._touches.get(operation, ()):
            if not is_call:
                yield from ((touch.line, path) for path in touch.reads)
            elif touch.hides:
                yield touch.line, ()
            else:
                yield from (
                    (touch.line, path[len(root) :])
                    for path in touch.gives
                    if path[: len(root)] == root
                )


def _touch(used: Used) -> Touch:
    line = f"{used.use.file}:{used.use.line}"
    return Touch(line, tuple(used.arguments), tuple(used.use.results), used.has_star)
