"""The policies: what a team may ask of a new revision beside that it breaks nobody.

Each policy is opt-in. No payload can show its findings.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from dynclient.diffing.compare.operation_pairing import Pairing
from dynclient.diffing.findings import Finding, FindingContext
from dynclient.errors import UsageError
from dynclient.model import Document, Operation
from dynclient.names import suggest

#: Stability levels, the lowest first, as `x-stability-level` has them.
STABILITY_LEVELS = ("draft", "alpha", "beta", "stable")

PolicyCheck = Callable[[Document, Document, Pairing], Iterator[Finding]]

#: So much of a foreign text stands in a sentence.
_MAX_TEXT = 40


def check_policies(
    old: Document, new: Document, pairing: Pairing, names: tuple[str, ...]
) -> Iterator[Finding]:
    """Yield the findings of the policies that the user named.

    Raises:
        UsageError: there is no policy of that name.

    """
    for name in _select_policies(names):
        yield from POLICY_CHECKS[name](old, new, pairing)


def _select_policies(names: tuple[str, ...]) -> list[str]:
    if "all" in names:
        return list(POLICY_CHECKS)
    for name in names:
        if name not in POLICY_CHECKS:
            raise UsageError(f"there is no policy {name!r}", hint=_build_hint(name))
    return list(dict.fromkeys(names))


def _build_hint(name: str) -> str:
    suggestions = suggest(name, POLICY_CHECKS, 1)
    if suggestions:
        return f"did you mean {suggestions[0]}?"
    return f"one of all, {', '.join(POLICY_CHECKS)}"


def _check_deprecation(_old: Document, _new: Document, pairing: Pairing) -> Iterator[Finding]:
    for operation in pairing.removed:
        if not operation.deprecated:
            yield _build_policy_finding("policy-removed-without-deprecation", "", operation, None)


def _check_sunset(_old: Document, _new: Document, pairing: Pairing) -> Iterator[Finding]:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    for operation in pairing.removed:
        sunset = _read_sunset(operation)
        if sunset is not None and sunset > today:
            yield _build_policy_finding(
                "policy-removed-before-sunset", "", operation, None, sunset=sunset.isoformat()
            )
    for pair in pairing.pairs:
        yield from _check_sunset_change(pair.old, pair.new)


def _check_sunset_change(old: Operation, new: Operation) -> Iterator[Finding]:
    old_sunset, new_sunset = _read_sunset(old), _read_sunset(new)
    text = new.node.value.get("x-sunset")
    is_newly_deprecated = new.deprecated and not old.deprecated
    if text is not None and new_sunset is None:
        value = str(text)[:_MAX_TEXT]
        yield _build_policy_finding("policy-sunset", "unreadable", old, new, value=value)
    elif is_newly_deprecated and text is None:
        yield _build_policy_finding("policy-sunset", "missing", old, new)
    elif new.deprecated and _is_earlier(new_sunset, old_sunset):
        yield _build_policy_finding(
            "policy-sunset",
            "earlier",
            old,
            new,
            old_sunset=old_sunset,
            new_sunset=new_sunset or "gone",
        )


def _is_earlier(new_sunset: datetime.date | None, old_sunset: datetime.date | None) -> bool:
    """Tell whether a promised day is gone or moved to an earlier one."""
    if old_sunset is None:
        return False
    return new_sunset is None or new_sunset < old_sunset


def _read_sunset(operation: Operation) -> datetime.date | None:
    """Return the day of `x-sunset`; None where there is none or it is no day."""
    value = operation.node.value.get("x-sunset")
    if isinstance(value, datetime.date):
        return value
    if not value:
        return None
    try:
        return datetime.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _check_stability(_old: Document, _new: Document, pairing: Pairing) -> Iterator[Finding]:
    for pair in pairing.pairs:
        old_level, new_level = _read_stability(pair.old), _read_stability(pair.new)
        if new_level is not None and new_level not in STABILITY_LEVELS:
            value = str(new_level)[:_MAX_TEXT]
            yield _build_policy_finding(
                "policy-stability", "unreadable", pair.old, pair.new, value=value
            )
        elif old_level in STABILITY_LEVELS and _is_less_stable(new_level, old_level):
            yield _build_policy_finding(
                "policy-stability",
                "lower",
                pair.old,
                pair.new,
                old_level=old_level,
                new_level=new_level,
            )


def _is_less_stable(new_level: Any, old_level: Any) -> bool:
    """Tell whether a level is lower than another; an operation without a level is stable."""
    new_rank = STABILITY_LEVELS.index(str(new_level or "stable"))
    return new_rank < STABILITY_LEVELS.index(str(old_level))


def _read_stability(operation: Operation) -> Any:
    return operation.node.value.get("x-stability-level")


def _check_version(old: Document, new: Document, pairing: Pairing) -> Iterator[Finding]:
    """Ask for a higher version after any change, and for a higher major number after a removal."""
    old_version, new_version = _read_version_numbers(old), _read_version_numbers(new)
    if old.top.value == new.top.value or old_version is None or new_version is None:
        return
    if pairing.removed and new_version[:1] <= old_version[:1]:
        yield _build_version_finding(old, new, "major-not-higher")
    elif new_version <= old_version:
        yield _build_version_finding(old, new, "not-higher")


def _read_version_numbers(document: Document) -> tuple[int, ...] | None:
    match = re.match(r"v?(\d+(?:\.\d+)*)", str(document.info.get("version") or ""))
    return tuple(map(int, match[1].split("."))) if match else None


def _build_version_finding(old: Document, new: Document, situation: str) -> Finding:
    old_node = old.top.follow_child("info").follow_child("version")
    new_node = new.top.follow_child("info").follow_child("version")
    finding = FindingContext("").build_finding(
        "policy-version",
        situation,
        "info.version",
        documented=(str(old_node.value), str(new_node.value)),
        key=("policy-version",),
        places=(old_node.place, new_node.place),
    )
    return replace(finding, policy=True)


def _build_policy_finding(
    rule: str, situation: str, old: Operation, new: Operation | None, **details: Any
) -> Finding:
    keyword = "x-stability-level" if rule == "policy-stability" else "x-sunset"
    finding = FindingContext(old.key).build_finding(
        rule,
        situation,
        "operation",
        (old, new),
        (old.node.value.get(keyword), new and new.node.value.get(keyword)),
        key=(rule, old.key),
        **details,
    )
    return replace(finding, policy=True)


#: name → check.
POLICY_CHECKS: Mapping[str, PolicyCheck] = {
    "deprecation": _check_deprecation,
    "sunset": _check_sunset,
    "stability": _check_stability,
    "version": _check_version,
}
