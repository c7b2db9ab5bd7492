"""A diff as a panel of a notebook: a row a change, the worst first."""

from __future__ import annotations

from dynclient.diffing.change import Change
from dynclient.diffing.changeset import ChangeSet
from dynclient.diffing.json_text import truncate
from dynclient.diffing.report import messages, summary
from dynclient.display_text import format_one_line
from dynclient.html_elements import Child, element
from dynclient.notebook_panel import build_filter_box, build_panel, build_table, mark_level

#: Longer differences are in the other reports.
MAX_DIFFERENCE_CHARS = 300

#: So many edits of a list are shown.
MAX_EDITS = 5


def build_changes_panel(diff: ChangeSet) -> str:
    """Return the verdict, and a table of the changes that a report shows."""
    rows = [_build_row(change) for change in summary.list_reported(diff)]
    headers = ("level", "where", "change")
    table = build_table(headers, rows) if rows else None
    box = build_filter_box("filter changes") if rows else None
    return build_panel(summary.format_title(diff), summary.format_verdict(diff), box, table)


def _build_row(change: Change) -> list[Child]:
    difference = truncate(messages.format_difference(change, MAX_EDITS), MAX_DIFFERENCE_CHARS)
    what = format_one_line(change.rule)
    if difference:
        what += f": {difference}"
    follows = messages.format_because(change)
    if change.accepted:
        follows += f" (accepted: {format_one_line(change.accepted)})"
    place = element("div", element("code", messages.format_where(change)), class_="breakable")
    subject = element("div", element("div", messages.format_operation(change)), place)
    consequence = element("div", follows, class_="soft")
    return [
        mark_level(change.level),
        subject,
        element("div", what, consequence, class_="breakable"),
    ]
