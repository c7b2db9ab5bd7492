"""The diffs of several pairs of documents as one report, in each format."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dynclient.diffing import json_text
from dynclient.diffing.change import Level
from dynclient.diffing.changeset import ChangeSet
from dynclient.diffing.gate import find_failing_changes
from dynclient.diffing.report import (
    as_github,
    as_html,
    as_json,
    as_junit,
    as_markdown,
    as_sarif,
    as_text,
    messages,
    summary,
)
from dynclient.diffing.report.as_text import TextOptions
from dynclient.display_text import escape_runner_commands, format_one_line
from dynclient.html_elements import Markup, element

#: What a diff can come to, the worst first.
_OUTCOME_ORDER = ("breaking", "undecided", "compatible", "identical")

_FORMS_FOR_PEOPLE = ("text", "markdown", "html")


@dataclass(frozen=True)
class NamedDiff:
    """The diff of one pair of documents, and the name that tells it from the others."""

    name: str
    diff: ChangeSet


@dataclass(frozen=True)
class ReportOptions:
    """What reports need to know beside the diffs.

    Attributes:
        text: what the text report shows.
        fail_on: changes at this level or above let the build fail.

    """

    text: TextOptions = field(default_factory=TextOptions)
    fail_on: Level = "breaking"


def build_report(diffs: Sequence[NamedDiff], form: str, options: ReportOptions) -> str:
    """Return the report of all diffs.

    Args:
        diffs: the diffs; a report of one is that of its own.
        form: `text`, `json`, `markdown`, `html`, `sarif`, `github` or `junit`.
        options: which details it has, and what counts as failing.

    """
    report = _render(diffs, form, options)
    # Wrapping may put any word at the beginning of a line, where a runner looks for commands.
    return escape_runner_commands(report) if form in _FORMS_FOR_PEOPLE else report


def _render(diffs: Sequence[NamedDiff], form: str, options: ReportOptions) -> str:
    if len(diffs) != 1:
        return _COMBINERS[form](diffs, options)
    diff = diffs[0].diff
    if form == "text":
        return as_text.render(diff, options.text)
    if form == "github":
        return as_github.render(diff, is_failing=bool(find_failing_changes(diff, options.fail_on)))
    if form == "junit":
        return as_junit.render(diff, find_failing_changes(diff, options.fail_on))
    return _RENDERERS[form](diff)


def summarize_outcomes(diffs: Sequence[NamedDiff]) -> str:
    """Return the verdict on several documents in one line."""
    count = Counter(summary.determine_outcome(named.diff) for named in diffs)
    parts = [f"{count[outcome]} {outcome}" for outcome in _OUTCOME_ORDER if count[outcome]]
    return f"{len(diffs)} documents: {', '.join(parts)}"


def _select_reportable(diffs: Sequence[NamedDiff]) -> list[NamedDiff]:
    """Return the diffs that have something to report."""
    return [
        named
        for named in diffs
        if summary.list_reported(named.diff) or summary.list_undecided(named.diff)
    ]


def _combine_text(diffs: Sequence[NamedDiff], options: ReportOptions) -> str:
    parts = []
    text_options = replace(options.text, footer="")
    for named in _select_reportable(diffs):
        name = format_one_line(named.name)
        line = "─" * min(len(name), text_options.width)
        parts.append(f"{name}\n{line}\n{as_text.render(named.diff, text_options)}\n")
    verdict = messages.join_clauses([summarize_outcomes(diffs), options.text.footer])
    return "".join([*parts, f"{verdict}\n"])


def _combine_markdown(diffs: Sequence[NamedDiff], _options: ReportOptions) -> str:
    """Return one comment, whose room the documents share equally."""
    title = f"# {summarize_outcomes(diffs)}\n"
    reportable = _select_reportable(diffs)
    headings = [f"\n# {as_markdown.format_code_span(named.name)}\n\n" for named in reportable]
    room = as_markdown.LIMIT - len(title) - sum(map(len, headings))
    limit = room // max(len(reportable), 1)
    parts = [title]
    for heading, named in zip(headings, reportable, strict=True):
        parts += [heading, as_markdown.render(named.diff, limit)]
    return "".join(parts)


def _combine_github(diffs: Sequence[NamedDiff], options: ReportOptions) -> str:
    changes = [change for named in diffs for change in as_github.list_annotated(named.diff)]
    is_failing = any(find_failing_changes(named.diff, options.fail_on) for named in diffs)
    verdict = summarize_outcomes(diffs)
    return as_github.render_annotations(verdict, changes, is_failing=is_failing)


def _combine_junit(diffs: Sequence[NamedDiff], options: ReportOptions) -> str:
    suites = []
    for named in diffs:
        failing = find_failing_changes(named.diff, options.fail_on)
        suites.append(as_junit.build_suite(named.name, named.diff, failing))
    return as_junit.render_suites(suites)


def _combine_json(diffs: Sequence[NamedDiff], _options: ReportOptions) -> str:
    data = {
        "format": as_json.FORMAT_VERSION,
        "verdict": summarize_outcomes(diffs),
        "diffs": [{"document": named.name, **as_json.build_data(named.diff)} for named in diffs],
    }
    return json_text.dump_json(data, indent=2) + "\n"


def _combine_sarif(diffs: Sequence[NamedDiff], _options: ReportOptions) -> str:
    """Return one log with one run of all results: code scanning takes one run of a tool."""
    logs = [json.loads(as_sarif.render(named.diff)) for named in diffs]
    runs = [log["runs"][0] for log in logs]
    rules: dict[str, Any] = {}
    for run in runs:
        rules |= {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}

    rule_indices = {rule_id: index for index, rule_id in enumerate(rules)}
    results = [
        {**result, "ruleIndex": rule_indices[result["ruleId"]]}
        for run in runs
        for result in run["results"]
    ]
    driver = {**runs[0]["tool"]["driver"], "rules": list(rules.values())}
    combined_run = {
        **runs[0],
        "tool": {"driver": driver},
        "results": results,
        "properties": {"verdict": summarize_outcomes(diffs)},
    }
    return json_text.dump_json({**logs[0], "runs": [combined_run]}, indent=2) + "\n"


def _combine_html(diffs: Sequence[NamedDiff], _options: ReportOptions) -> str:
    """Return one page with each document in a frame: they share no style, script or anchor."""
    title = summarize_outcomes(diffs)
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{title} · dynclient diff"),
        element("style", _FRAME_STYLE),
    )
    frames = [
        _build_frame(named, is_open=number == 0)
        for number, named in enumerate(_select_reportable(diffs))
    ]
    body = element("body", element("h1", title), *frames)
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _build_frame(named: NamedDiff, *, is_open: bool) -> Markup:
    verdict = f" {summary.format_verdict(named.diff)}"
    page = as_html.render(named.diff)
    return element(
        "details",
        element("summary", element("code", named.name), verdict),
        element("iframe", srcdoc=page, title=named.name, sandbox="allow-scripts"),
        open=is_open,
    )


_FRAME_STYLE = """\
:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
summary { padding: 0.5em; cursor: pointer; }
iframe { width: 100%; height: 85vh; border: 1px solid; }
"""

_RENDERERS: Mapping[str, Callable[[ChangeSet], str]] = {
    "json": as_json.render,
    "markdown": as_markdown.render,
    "html": as_html.render,
    "sarif": as_sarif.render,
}

_COMBINERS: Mapping[str, Callable[[Sequence[NamedDiff], ReportOptions], str]] = {
    "text": _combine_text,
    "json": _combine_json,
    "markdown": _combine_markdown,
    "html": _combine_html,
    "sarif": _combine_sarif,
    "github": _combine_github,
    "junit": _combine_junit,
}
