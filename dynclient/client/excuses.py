"""Excuses: operations, or places in their calls and results, where violations only warn."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dynclient.client.operation_lookup import suggest_operations
from dynclient.errors import UnusedExcuse, UsageError
from dynclient.model import Document
from dynclient.violations import Violation, shorten_repr

#: What nothing can excuse: such a call cannot be sent, or would break out of its place.
_INEXCUSABLE_KINDS = frozenset({"ambiguous", "file", "unsafe"})

_HINT = 'write "listOrders", or "getOrder: body.items[].price"'
_NAME_STEP = r"\.?(?P<name>[^.\[\]'\"\s]+)"
_INDEX_STEP = r"\[(?P<index>[0-9]*|\*)\]"
_QUOTED_STEP = r"""\[(?P<quoted>'[^']+'|"[^"]+")\]"""
_STEP = re.compile(f"{_NAME_STEP}|{_INDEX_STEP}|{_QUOTED_STEP}")

#: Stands for any property or position in a path.
_ANY = "*"

PathStep = str | int


class Excuse(NamedTuple):
    """One excuse.

    Attributes:
        text: as it was given.
        operation: the name of an operation, as it was given.
        path: where in its call or result, `*` for any step; () for all of it.

    """

    text: str
    operation: str
    path: tuple[PathStep, ...]

    def covers(self, violation: Violation) -> bool:
        """Tell whether a violation is at the excused place, or below it."""
        if len(violation.path) < len(self.path):
            return False
        steps = zip(self.path, violation.path, strict=False)
        return all(wanted in (_ANY, step) for wanted, step in steps)


def parse_excuse(text: object) -> Excuse:
    """Return the excuse that a text means: `OPERATION`, or `OPERATION: PATH`.

    Raises:
        UsageError: it means none.

    """
    if not isinstance(text, str) or not text.strip():
        raise UsageError(f"{shorten_repr(text)} is no excuse", hint=_HINT)
    operation, colon, path = text.partition(": ")
    if not operation.strip() or (colon and not path.strip()):
        raise UsageError(f"{shorten_repr(text)} is no excuse", hint=_HINT)
    return Excuse(text, operation.strip(), _parse_path(text, path.strip()))


def _parse_path(text: str, path: str) -> tuple[PathStep, ...]:
    steps: list[PathStep] = []
    at = 0
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None or (at == 0 and path.startswith(".")):
            reason = f"{shorten_repr(text)} is no excuse: {shorten_repr(path[at:])} is no path"
            raise UsageError(reason, hint=_HINT)
        if step["name"]:
            steps.append(step["name"])
        elif step["quoted"]:
            steps.append(step["quoted"][1:-1])
        else:
            steps.append(int(step["index"]) if step["index"].isdecimal() else _ANY)
        at = step.end()
    return tuple(steps)


@dataclass
class OperationExcuses:
    """The excuses of one operation, and which of them were needed.

    Attributes:
        excuses: those that name the operation.
        needed: those that excused something.
        is_used: whether a call of the operation was judged.

    """

    excuses: tuple[Excuse, ...]
    needed: set[Excuse] = field(default_factory=set)
    is_used: bool = False

    def select_unexcused(self, violations: Sequence[Violation]) -> list[Violation]:
        """Return the violations that nothing excuses, and note which excuses were needed."""
        self.is_used = True
        return [violation for violation in violations if not self._is_excused(violation)]

    def _is_excused(self, violation: Violation) -> bool:
        # Without a place in the document, it is a value that cannot be written at all.
        is_unwritable = violation.kind in ("type", "depth") and violation.place is None
        is_argument = violation.path[:1] == ("args",)
        if violation.kind in _INEXCUSABLE_KINDS or is_unwritable or is_argument:
            return False
        covering = [excuse for excuse in self.excuses if excuse.covers(violation)]
        self.needed.update(covering)
        return bool(covering)


class Excuses:
    """The excuses of a client.

    Args:
        texts: as the option `excuse` gives them.
        document: whose operations they name.

    """

    def __init__(self, texts: Sequence[str], document: Document) -> None:
        self.texts = tuple(texts)
        by_key: dict[str, list[Excuse]] = {}
        for excuse in map(parse_excuse, self.texts):
            key = document.operation_names.find_key(excuse.operation)
            if key is None:
                message = f"excuse {excuse.text!r}: the document has no such operation"
                suggestions = suggest_operations(document, excuse.operation)
                if suggestions:
                    message += f"; did you mean {' or '.join(suggestions)}?"
                warnings.warn(UnusedExcuse(message), stacklevel=5)
            else:
                by_key.setdefault(key, []).append(excuse)
        self._by_key = {key: OperationExcuses(tuple(found)) for key, found in by_key.items()}

    def get(self, key: str) -> OperationExcuses | None:
        """Return the excuses of an operation; None where it has none."""
        return self._by_key.get(key)

    def warn_of_unused(self) -> None:
        """Warn of each excuse that excused nothing, though its operation was called."""
        for operation in self._by_key.values():
            for excuse in operation.excuses:
                if operation.is_used and excuse not in operation.needed:
                    message = f"excuse {excuse.text!r} excuses nothing any more; remove it"
                    warnings.warn(UnusedExcuse(message), stacklevel=3)
            operation.is_used = False
