"""The rules of a diff as a table: each rule with its situations, their levels and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dynclient.diffing.rules import RULES
from dynclient.diffing.verdict_table import VERDICTS, VerdictRow

#: The rule whose rows hold where a schema rule has none of its own.
SCHEMA_RULE = "schema-changed"

#: Writes the page of the documentation.
COMMAND = "dynclient diff --rules markdown > docs/rules.md"

_PLACEHOLDER = re.compile(r"\{(\w+)(?:![rs])?\}")

_INTRODUCTION = (
    "A rule is a kind of change. A row is one situation of it.",
    "`wire` is the level for deployed programs, `code` the level for callers by name.",
    "A reader to whom a change does not matter has the level `none`.",
    f"A schema change in a situation without a row has the row of `{SCHEMA_RULE}`.",
)


def list_rows(rule: str) -> list[VerdictRow]:
    """Return the rows of a rule, in the order of the table."""
    return [row for row in VERDICTS.values() if row.rule == rule]


def render_text() -> str:
    """Return the table for a terminal."""
    rows = VERDICTS.values()
    situation_width = max(len(row.situation) for row in rows)
    level_width = max(len(row.wire) for row in rows)
    lines = [*_INTRODUCTION, ""]
    for rule, meaning in RULES.items():
        lines.append(f"{rule}: {meaning}")
        for row in list_rows(rule):
            levels = f"{row.wire:<{level_width}}  {row.code:<{level_width}}"
            lines.append(f"  {row.situation:<{situation_width}}  {levels}  {_format_because(row)}")
    return "\n".join(lines) + "\n"


def render_markdown() -> str:
    """Return the page `docs/rules.md`."""
    return "\n".join(_generate_markdown()) + "\n"


def _generate_markdown() -> Iterator[str]:
    yield "# Rules of a diff"
    yield ""
    yield f"<!-- `{COMMAND}` writes this page from dynclient/diffing/verdict_table.py -->"
    yield ""
    yield from _INTRODUCTION
    for rule, meaning in RULES.items():
        rows = list_rows(rule)
        yield from ["", f"## {rule}", "", f"{meaning[0].upper()}{meaning[1:]}."]
        if rows:
            yield from ["", "| situation | wire | code | what follows |", "|---|---|---|---|"]
        for row in rows:
            because = _format_because(row).replace("|", "\\|").replace("<", "&lt;")
            yield f"| {row.situation} | {row.wire} | {row.code} | {because} |"


def _format_because(row: VerdictRow) -> str:
    """Return the sentence of a row; `<name>` stands for a detail of the change."""
    return _PLACEHOLDER.sub(r"<\1>", row.because)
