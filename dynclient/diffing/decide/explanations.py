"""What is said of a change: one sentence that tells what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dynclient.containment import ANY_ITEM, ANY_PROPERTY
from dynclient.diffing.decide.compatibility import Verdict
from dynclient.diffing.decide.document_pair import Exposure, Reader
from dynclient.diffing.detect.keyword_differences import Difference
from dynclient.diffing.rules import RULES


def format_path(steps: Sequence[str]) -> str:
    """Return a path in a value as people read it: `cartItems[].quantity`, `attributes.{}`."""
    text = ""
    for step in steps:
        text += (
            step
            if step == ANY_ITEM
            else ("." if text else "") + (ANY_PROPERTY if step == ANY_PROPERTY else step)
        )
    return text


def explain_edit(
    fact: Difference,
    flow: Exposure,
    verdicts: Mapping[Reader, Verdict],
    others: Sequence[Difference],
) -> str:
    """Return what follows from a fact: what was sent and is refused, or why nothing is."""
    text = _explain_consequence(fact, flow, verdicts)
    more = "; ".join(RULES[other.rule] for other in others)
    return f"{text}; also: {more}" if more else text


def _explain_consequence(
    fact: Difference, flow: Exposure, verdicts: Mapping[Reader, Verdict]
) -> str:
    broken = [reader for reader, verdict in verdicts.items() if verdict.is_breaking]
    if verdicts and not broken:
        why = (
            next(iter(verdicts.values())).incompatibility.reason
            or "no whole call could be made that shows it"
        )
        return f"it could not be decided whether this breaks anybody: {why}"
    if "wire" in broken:
        return _BROKEN[flow.old_sends].get(fact.rule, _REFUSED[flow.old_sends])
    if can_exceed_int64(fact, flow):
        return f"integers beyond 64 bits, such as {2**63}, are no longer declared to fit"
    text = explain_surprise(fact, flow) or _HARMLESS[flow.old_sends].get(
        fact.rule, _ACCEPTED[flow.old_sends]
    )
    return f"callers by name are refused; on the wire {text}" if broken else text


def can_exceed_int64(fact: Difference, flow: Exposure) -> bool:
    """Tell whether an integer may be sent that the reader, and not the sender, declares to fit 64 bits."""
    return fact.rule == "integer-size" and (fact.new if flow.old_sends else fact.old) == "int64"


def explain_surprise(fact: Difference, flow: Exposure) -> str:
    """Return what may surprise somebody about a change that breaks nobody; "" where nothing may."""
    if fact.rule == "direction-changed":
        turned = "readOnly" if flow.direction == "request" else "writeOnly"
        is_turned = turned in (fact.new or {}) and turned not in (fact.old or {})
        return _SURPRISES[flow.old_sends]["property-removed"] if is_turned else ""
    return _SURPRISES[flow.old_sends].get(fact.rule, "")


#: By whether those who follow the old document send (True) or read (False).
_REFUSED = {
    True: "what was accepted before is refused now",
    False: "what may come now was not allowed before",
}
_BROKEN = {
    True: {
        "property-added": "what was accepted before is refused without it, or with what could stand there before",
        "property-required": "a call without it was accepted before and is refused now",
        "property-removed": "whoever sends it is refused now",
        "property-renamed": "whoever sends it by the old name is refused now",
    },
    False: {
        "property-added": "readers refuse what they do not know",
        "property-required": "readers could rely on it, and it may be absent now",
        "property-removed": "readers could rely on it, and it is gone",
        "property-renamed": "readers could rely on the old name, and it is gone",
    },
}
_ACCEPTED = {
    True: "everything that was accepted before still is",
    False: "everything that may come now was allowed before",
}
_SURPRISES = {
    True: {
        "property-removed": "whoever still sends it is not refused, and it is ignored",
        "property-renamed": "whoever still sends the old name is not refused, and it is ignored",
        "default-changed": "the same call may mean something else",
    },
    False: {
        "property-removed": "it could be absent before, and always is now: readers get nothing",
        "property-renamed": "it could be absent before, and always is now: readers get nothing",
    },
}
_HARMLESS: dict[bool, dict[str, str]] = {
    True: {},
    False: {"property-added": "readers pass over what they do not know"},
}
