"""What is said of a change: one sentence that tells what follows from it."""

from __future__ import annotations

from collections.abc import Sequence

from dynclient.changes.keywords import Fact
from dynclient.changes.revisions import Flow
from dynclient.changes.rules import RULES
from dynclient.schema.subsumption import ITEMS, KEYS, Gap
from dynclient.violations import shown


def path(steps: Sequence[str]) -> str:
    """Return a path in a value as people read it: `cartItems[].quantity`, `attributes.{}`."""
    text = ""
    for step in steps:
        text += step if step == ITEMS else ("." if text else "") + (KEYS if step == KEYS else step)
    return text


def because(fact: Fact, flow: Flow, gap: Gap | None, others: Sequence[Fact]) -> str:
    """Return what follows from a fact: what was sent and is refused, or why nothing is."""
    text = _verdict(fact, flow, gap)
    more = "; ".join(RULES[other.rule] for other in others)
    return f"{text}; also: {more}" if more else text


def _verdict(fact: Fact, flow: Flow, gap: Gap | None) -> str:
    if gap is not None and gap.verdict == "unknown":
        return f"it could not be decided whether this breaks anybody: {gap.because}"
    if gap is not None:
        return _BROKEN[flow.forward]
    if fact.rule == "integer-size":
        return f"integers beyond 64 bits, such as {2**63}, are no longer declared to fit"
    if fact.rule in _HARMLESS[flow.forward]:
        return _HARMLESS[flow.forward][fact.rule]
    return _FITS[flow.forward]


#: By whether those who follow the old document send (True) or read (False).
_BROKEN = {
    True: "what was accepted before is refused now",
    False: "what may come now was not allowed before",
}
_FITS = {
    True: "everything that was accepted before still is",
    False: "everything that may come now was allowed before",
}
_HARMLESS = {
    True: {
        "property-removed": "whoever still sends it is not refused, and it is ignored",
        "property-renamed": "whoever still sends the old name is not refused, and it is ignored",
        "default-changed": "the same call may mean something else",
        "direction-changed": "whoever still sends it is not refused, and it is ignored",
    },
    False: {
        "property-removed": "it could be absent before, and always is now: readers get nothing",
        "property-renamed": "it could be absent before, and always is now: readers get nothing",
        "property-added": "readers pass over what they do not know",
        "direction-changed": "it could be absent before: readers may get nothing",
    },
}


def said(value: object) -> str:
    """Return a short text of what a document says, "nothing" for None."""
    return "nothing" if value is None else shown(value)
