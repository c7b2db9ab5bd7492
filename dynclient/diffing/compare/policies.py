"""Policies: what a team may ask of a new revision beyond that it breaks nobody. Each is opt-in; no payload shows it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from dynclient.diffing.compare.operation_pairing import Pairing
from dynclient.diffing.findings import Finding, find_places
from dynclient.errors import UsageError
from dynclient.model import Document, Operation
from dynclient.names import suggest

#: Stability levels, the lowest first, as `x-stability-level` has them.
STABILITY_LEVELS = ("draft", "alpha", "beta", "stable")

PolicyCheck = Callable[[Document, Document, Pairing], Iterator[Finding]]


def check_policies(
    old: Document, new: Document, pairs: Pairing, names: tuple[str, ...]
) -> Iterator[Finding]:
    """Yield what offends against the policies that were asked for.

    Raises:
        UsageError: there is no policy of that name.

    """
    for name in _select_policies(names):
        yield from POLICY_CHECKS[name](old, new, pairs)


def _select_policies(names: tuple[str, ...]) -> list[str]:
    if "all" in names:
        return list(POLICY_CHECKS)
    for name in names:
        if name not in POLICY_CHECKS:
            meant = suggest(name, POLICY_CHECKS, 1)
            hint = (
                f"did you mean {meant[0]}?" if meant else f"one of all, {', '.join(POLICY_CHECKS)}"
            )
            raise UsageError(f"there is no policy {name!r}", hint=hint)
    return list(dict.fromkeys(names))


def _check_deprecation(_old: Document, _new: Document, pairs: Pairing) -> Iterator[Finding]:
    for operation in pairs.removed:
        if not operation.deprecated:
            because = "it should be deprecated in one revision before it is removed in another"
            yield _build_policy_finding(
                "policy-removed-without-deprecation", operation, None, because
            )


def _check_sunset(_old: Document, _new: Document, pairs: Pairing) -> Iterator[Finding]:
    for operation in pairs.removed:
        date = _read_sunset(operation)
        if date is not None and date > datetime.datetime.now(tz=datetime.UTC).date():
            yield _build_policy_finding(
                "policy-removed-before-sunset", operation, None, f"its sunset is {date.isoformat()}"
            )
    for pair in pairs.pairs:
        yield from _check_sunset_change(pair.old, pair.new)


def _check_sunset_change(old: Operation, new: Operation) -> Iterator[Finding]:
    before, after, text = _read_sunset(old), _read_sunset(new), new.node.value.get("x-sunset")
    if text is not None and after is None:
        yield _build_policy_finding(
            "policy-sunset", old, new, f"x-sunset {str(text)[:40]!r} is no date (YYYY-MM-DD)"
        )
    elif new.deprecated and not old.deprecated and text is None:
        yield _build_policy_finding(
            "policy-sunset", old, new, "a deprecated operation should name its sunset (x-sunset)"
        )
    elif before is not None and new.deprecated and (after is None or after < before):
        yield _build_policy_finding(
            "policy-sunset", old, new, f"the sunset was {before}, and is {after or 'gone'}"
        )


def _read_sunset(operation: Operation) -> datetime.date | None:
    text = operation.node.value.get("x-sunset")
    if isinstance(text, datetime.date):
        return text
    try:
        return datetime.date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None


def _check_stability(_old: Document, _new: Document, pairs: Pairing) -> Iterator[Finding]:
    for pair in pairs.pairs:
        before, after = _read_stability(pair.old), _read_stability(pair.new)
        if after is not None and after not in STABILITY_LEVELS:
            yield _build_policy_finding(
                "policy-stability",
                pair.old,
                pair.new,
                f"{str(after)[:40]!r} is none of {', '.join(STABILITY_LEVELS)}",
            )
        elif before in STABILITY_LEVELS and STABILITY_LEVELS.index(
            str(after or "stable")
        ) < STABILITY_LEVELS.index(str(before)):
            yield _build_policy_finding(
                "policy-stability", pair.old, pair.new, f"it was {before}, and is {after}"
            )


def _read_stability(operation: Operation) -> Any:
    return operation.node.value.get("x-stability-level")


def _check_version(old: Document, new: Document, pairs: Pairing) -> Iterator[Finding]:
    """Ask for a higher version where anything changed, and for a higher first number where an operation is gone."""
    before, after = _read_version_numbers(old), _read_version_numbers(new)
    if old.top.value == new.top.value or before is None or after is None:
        return
    why = "the version should be higher, since the document changed" if after <= before else ""
    if pairs.removed and after[:1] <= before[:1]:
        why = "the major version should be higher, since operations were removed"
    if why:
        made = Finding(
            ("policy-version",),
            "policy-version",
            "warning",
            "warning",
            where="info.version",
            policy=True,
        )
        nodes = (
            old.top.get_child("info").get_child("version"),
            new.top.get_child("info").get_child("version"),
        )
        said = (str(nodes[0].value), str(nodes[1].value))
        yield replace(made, documented=said, places=(nodes[0].place, nodes[1].place), because=why)


def _read_version_numbers(document: Document) -> tuple[int, ...] | None:
    found = re.match(r"v?(\d+(?:\.\d+)*)", str(document.info.get("version") or ""))
    return tuple(map(int, found[1].split("."))) if found else None


def _build_policy_finding(
    rule: str, old: Operation, new: Operation | None, because: str
) -> Finding:
    keyword = "x-stability-level" if rule == "policy-stability" else "x-sunset"
    made = Finding(
        (rule, old.key), rule, "warning", "warning", (old.key,), "", "operation", policy=True
    )
    said = (old.node.value.get(keyword), new and new.node.value.get(keyword))
    return replace(made, documented=said, places=find_places(old, new), because=because)


#: name → check.
POLICY_CHECKS: Mapping[str, PolicyCheck] = {
    "deprecation": _check_deprecation,
    "sunset": _check_sunset,
    "stability": _check_stability,
    "version": _check_version,
}
