"""What follows from a change of a schema: which row of the verdict table holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dynclient.containment import ANY_ITEM, ANY_PROPERTY
from dynclient.diffing.decide.compatibility import Verdict
from dynclient.diffing.decide.remaining_members import Remaining
from dynclient.diffing.detect.differences import Difference
from dynclient.diffing.exposure import Exposure, Reader
from dynclient.diffing.rules import RULES
from dynclient.diffing.verdict_table import VERDICTS, VerdictRow
from dynclient.schema.dialect import EXCLUDING_ANNOTATIONS

#: The rule whose rows hold for every schema rule that has none of its own.
_ANY_SCHEMA_RULE = "schema-changed"

#: Rules of properties that are no longer declared.
LOSS_RULES = ("property-removed", "property-renamed")


def format_path(steps: Sequence[str]) -> str:
    """Return a path in a value as people read it: `cartItems[].quantity`, `attributes.{}`."""
    text = ""
    for step in steps:
        is_first_or_item = not text or step == ANY_ITEM
        name = ANY_PROPERTY if step == ANY_PROPERTY else step
        text += name if is_first_or_item else f".{name}"
    return text


def explain_edit(
    difference: Difference,
    exposure: Exposure,
    verdicts: Mapping[Reader, Verdict],
    others: Sequence[Difference],
    remaining: Remaining = "gone",
) -> str:
    """Return what follows from a difference: what was sent and is refused, or why nothing is."""
    consequence = _explain_consequence(difference, exposure, verdicts, remaining)
    if difference.summary:
        consequence = f"{difference.summary}; {consequence}"
    if not others:
        return consequence
    other_meanings = "; ".join(RULES[other.rule] for other in others)
    return f"{consequence}; also: {other_meanings}"


def _explain_consequence(
    difference: Difference,
    exposure: Exposure,
    verdicts: Mapping[Reader, Verdict],
    remaining: Remaining,
) -> str:
    if difference.fact_situation:
        return VERDICTS[difference.rule, difference.fact_situation].because
    refusing_readers = [reader for reader, verdict in verdicts.items() if verdict.is_breaking]
    if verdicts and not refusing_readers:
        first = next(iter(verdicts.values()))
        reason = first.incompatibility.reason or "no whole call could be made that shows it"
        return find_undecided_row().because.format(reason=reason)
    if "wire" in refusing_readers:
        because = find_refused_row(difference, exposure, remaining).because
        verdict = verdicts["wire"]
        if verdict.is_too_long:
            because = f"{because}; the witness is too long to be shown: {verdict.refusal}"
        return because
    consequence = find_accepted_row(difference, exposure, remaining).because
    if not refusing_readers or can_exceed_int64(difference, exposure):
        return consequence
    row = VERDICTS[_ANY_SCHEMA_RULE, "call-refused-by-name"]
    return row.because.format(consequence=consequence)


def find_refused_row(
    difference: Difference, exposure: Exposure, remaining: Remaining = "gone"
) -> VerdictRow:
    """Return the row that holds where a value is refused because of a difference.

    Args:
        difference: what the two documents say otherwise.
        exposure: which values are refused, and who sends them.
        remaining: in what way a property that was removed may still come.

    """
    situation = "call-refused" if exposure.old_sends else "result-refused"
    general_row = VERDICTS[_ANY_SCHEMA_RULE, situation]
    if difference.rule in LOSS_RULES and not exposure.old_sends and remaining != "gone":
        is_any_value = remaining == "free" and not difference.old["required"]
        situation = "result-free" if is_any_value else "result-other-refused"
    return VERDICTS.get((difference.rule, situation), general_row)


def find_accepted_row(
    difference: Difference, exposure: Exposure, remaining: Remaining = "gone"
) -> VerdictRow:
    """Return the row that holds where no value is refused because of a difference."""
    if can_exceed_int64(difference, exposure):
        return VERDICTS["integer-size", "beyond-64-bits"]
    if difference.fact_situation:
        return VERDICTS[difference.rule, difference.fact_situation]
    if _stops_travelling(difference, exposure):
        situation = "call-ignored" if exposure.old_sends else "result-withheld"
        return VERDICTS["direction-changed", situation]
    situation = "call-accepted" if exposure.old_sends else "result-accepted"
    general_row = VERDICTS[_ANY_SCHEMA_RULE, situation]
    if difference.rule in LOSS_RULES and remaining != "gone":
        situation = "call-other-accepted" if exposure.old_sends else "result-other-accepted"
    return VERDICTS.get((difference.rule, situation), general_row)


def find_undecided_row() -> VerdictRow:
    """Return the row that holds where nothing was proved."""
    return VERDICTS[_ANY_SCHEMA_RULE, "undecided"]


def can_exceed_int64(difference: Difference, exposure: Exposure) -> bool:
    """Tell whether an integer beyond 64 bits can be sent to a reader that declares 64 bits."""
    reader_format = difference.new if exposure.old_sends else difference.old
    return difference.rule == "integer-size" and reader_format == "int64"


def _stops_travelling(difference: Difference, exposure: Exposure) -> bool:
    """Tell whether a property is no longer sent in the direction of the values."""
    if difference.rule != "direction-changed":
        return False
    keyword = EXCLUDING_ANNOTATIONS[exposure.direction]
    old_flags, new_flags = difference.old or {}, difference.new or {}
    return keyword in new_flags and keyword not in old_flags
