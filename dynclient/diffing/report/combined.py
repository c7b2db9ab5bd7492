"""The diffs of several pairs of documents as one report: each format says how many become one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dynclient.diffing import json_text
from dynclient.diffing.change import READERS, Change, ChangeLocation, Level, View
from dynclient.diffing.changeset import ChangeSet, Revision
from dynclient.diffing.report import summary
from dynclient.diffing.sources.document_sources import GIT_PREFIX
from dynclient.diffing.sources.source_pairs import SourcePair

if TYPE_CHECKING:
    from dynclient.diffing.usage_filter import Usage

#: What can come out, the worst first.
_OUTCOME_ORDER = ("breaking", "undecided", "compatible", "identical")


@dataclass(frozen=True)
class NamedDiff:
    """The diff of one pair of documents, and the name that tells it from the others."""

    name: str
    diff: ChangeSet


def label_git_revisions(diff: ChangeSet, labels: tuple[str, str]) -> ChangeSet:
    """Return a diff that names git revisions as such: their files are those of the work tree otherwise."""

    def named(revision: Revision, label: str) -> Revision:
        return replace(revision, uri=label) if label.startswith(GIT_PREFIX) else revision

    return replace(diff, old=named(diff.old, labels[0]), new=named(diff.new, labels[1]))


def diff_unpaired_document(pair: SourcePair, view: View, used: Usage | None = None) -> ChangeSet:
    """Return the diff of a document that is only in the old folder, or only in the new one: that it is gone, or new.

    Args:
        pair: the document, and None.
        view: whose programs count.
        used: what code uses of it; where that is nothing, nobody is told.

    """
    is_gone, document = pair.old is not None, pair.old or pair.new
    assert document is not None
    here = Revision(
        document.title,
        str(document.info.get("version") or ""),
        document.uri,
        len(document.operations),
    )
    nowhere = Revision(here.title, "none", "", 0)
    level: Level = "breaking" if is_gone else "info"
    source = ChangeLocation.from_place(document.top.place)
    touched = [key for key in document.operations if used is None or key in used]
    change = Change(
        rule="document-removed" if is_gone else "document-added",
        level=level,
        views=dict.fromkeys(READERS, level),
        operations=tuple(touched),
        where=pair.name,
        old=pair.name if is_gone else None,
        new=None if is_gone else pair.name,
        because="The document is gone, with every operation in it."
        if is_gone
        else "The document is new.",
        source=source,
        old_source=source if is_gone else None,
        used=tuple(
            dict.fromkeys(
                line for key in touched for line in (used.find_lines(key) if used else ())
            )
        ),
    )
    return ChangeSet(
        *((here, nowhere) if is_gone else (nowhere, here)),
        view,
        (change,) if touched or used is None else (),
    )


def build_report(found: Sequence[NamedDiff], form: str, width: int) -> str:
    """Return the report of all diffs.

    Args:
        found: the diffs.
        form: `text`, `json`, `markdown`, `html`, `sarif` or `github`.
        width: of the terminal, in columns; only `text` asks.

    """
    if len(found) != 1:
        return _COMBINERS[form](found, width)
    if form != "text":
        text: str = getattr(found[0].diff, f"to_{form}")()
        return text
    from dynclient.diffing.report import as_text

    return as_text.render(found[0].diff, width)


def summarize_outcomes(found: Sequence[NamedDiff]) -> str:
    """Return the verdict on several documents in one line."""
    count = Counter(summary.determine_outcome(named.diff) for named in found)
    return f"{len(found)} documents: " + ", ".join(
        f"{count[each]} {each}" for each in _OUTCOME_ORDER if count[each]
    )


def _select_reportable(found: Sequence[NamedDiff]) -> list[NamedDiff]:
    """Return the diffs that have something to tell."""
    return [
        named
        for named in found
        if summary.list_reported(named.diff) or summary.list_undecided(named.diff)
    ]


def _combine_text(found: Sequence[NamedDiff], width: int) -> str:
    from dynclient.diffing.report import as_text, messages

    told = (
        (messages.to_one_line(named.name), as_text.render(named.diff, width))
        for named in _select_reportable(found)
    )
    parts = [f"{name}\n{'─' * min(len(name), width)}\n{text}\n" for name, text in told]
    return "".join([*parts, f"{summarize_outcomes(found)}\n"])


def _combine_markdown(found: Sequence[NamedDiff], _width: int) -> str:
    from dynclient.diffing.report import as_markdown

    told = _select_reportable(found)
    lead = f"# {summarize_outcomes(found)}\n"
    heads = [f"\n# {as_markdown.format_code_span(named.name)}\n\n" for named in told]
    limit = (as_markdown.LIMIT - len(lead) - sum(map(len, heads))) // max(len(told), 1)
    parts = (
        head + as_markdown.render(named.diff, limit)
        for head, named in zip(heads, told, strict=True)
    )
    return "".join([lead, *parts])


def _combine_github(found: Sequence[NamedDiff], _width: int) -> str:
    from dynclient.diffing.report import as_github

    return "".join(as_github.render(named.diff) for named in found)


def _combine_json(found: Sequence[NamedDiff], _width: int) -> str:
    from dynclient.diffing.report import as_json

    diffs = [{"document": named.name, **as_json.build_data(named.diff)} for named in found]
    return (
        json_text.dump_json(
            {
                "format": as_json.FORMAT_VERSION,
                "verdict": summarize_outcomes(found),
                "diffs": diffs,
            },
            indent=2,
        )
        + "\n"
    )


def _combine_sarif(found: Sequence[NamedDiff], _width: int) -> str:
    """Return one log with one run, which holds the results of all: code scanning takes one run of a tool."""
    import json

    logs = [json.loads(named.diff.to_sarif()) for named in found]
    runs = [log["runs"][0] for log in logs]
    rules = {rule["id"]: rule for run in runs for rule in run["tool"]["driver"]["rules"]}
    index = {rule: number for number, rule in enumerate(rules)}
    results = [
        {**result, "ruleIndex": index[result["ruleId"]]}
        for run in runs
        for result in run["results"]
    ]
    driver = {**runs[0]["tool"]["driver"], "rules": list(rules.values())}
    run: dict[str, Any] = {**runs[0], "tool": {"driver": driver}, "results": results}
    run["properties"] = {"verdict": summarize_outcomes(found)}
    return json_text.dump_json({**logs[0], "runs": [run]}, indent=2) + "\n"


def _combine_html(found: Sequence[NamedDiff], _width: int) -> str:
    """Return one page with the page of each document in a frame: they share no style, script or anchor."""
    from dynclient.diffing.report import as_html
    from dynclient.diffing.report.html_elements import element

    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{summarize_outcomes(found)} · dynclient diff"),
        element("style", _FRAME_STYLE),
    )
    frames = [
        element(
            "details",
            element(
                "summary", element("code", named.name), f" {summary.format_verdict(named.diff)}"
            ),
            element(
                "iframe",
                srcdoc=as_html.render(named.diff),
                title=named.name,
                sandbox="allow-scripts",
            ),
            open=number == 0,
        )
        for number, named in enumerate(_select_reportable(found))
    ]
    body = element("body", element("h1", summarize_outcomes(found)), *frames)
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


_FRAME_STYLE = """\
:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
summary { padding: 0.5em; cursor: pointer; }
iframe { width: 100%; height: 85vh; border: 1px solid; }
"""

_COMBINERS: Mapping[str, Callable[[Sequence[NamedDiff], int], str]] = {
    "text": _combine_text,
    "json": _combine_json,
    "markdown": _combine_markdown,
    "html": _combine_html,
    "sarif": _combine_sarif,
    "github": _combine_github,
}
