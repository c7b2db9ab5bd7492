"""The diffs of several pairs of documents as one report: each format says how many become one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dynclient.changes.change import READERS, Change, Level, Source, View
from dynclient.changes.report import values, verdict
from dynclient.changes.result import Diff, Revision
from dynclient.changes.sources.pairs import Pair
from dynclient.changes.sources.side import GIT

if TYPE_CHECKING:
    from dynclient.changes.used import Usage

#: What can come out, the worst first.
_OUTCOMES = ("breaking", "undecided", "compatible", "identical")


@dataclass(frozen=True)
class Named:
    """The diff of one pair of documents, and the name that tells it from the others."""

    name: str
    diff: Diff


def located(diff: Diff, labels: tuple[str, str]) -> Diff:
    """Return a diff that names git revisions as such: their files are those of the work tree otherwise."""

    def named(revision: Revision, label: str) -> Revision:
        return replace(revision, uri=label) if label.startswith(GIT) else revision

    return replace(diff, old=named(diff.old, labels[0]), new=named(diff.new, labels[1]))


def one_sided(pair: Pair, view: View, used: Usage | None = None) -> Diff:
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
    source = Source.at(document.top.place)
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
            dict.fromkeys(line for key in touched for line in (used.lines(key) if used else ()))
        ),
    )
    return Diff(
        *((here, nowhere) if is_gone else (nowhere, here)),
        view,
        (change,) if touched or used is None else (),
    )


def report(found: Sequence[Named], form: str, width: int) -> str:
    """Return the report of all diffs.

    Args:
        found: the diffs.
        form: `text`, `json`, `markdown`, `html`, `sarif` or `github`.
        width: of the terminal, in columns; only `text` asks.

    """
    if len(found) != 1:
        return _JOINED[form](found, width)
    if form != "text":
        text: str = getattr(found[0].diff, f"to_{form}")()
        return text
    from dynclient.changes.report import as_text

    return as_text.text(found[0].diff, width)


def line(found: Sequence[Named]) -> str:
    """Return the verdict on several documents in one line."""
    count = Counter(verdict.outcome(named.diff) for named in found)
    return f"{len(found)} documents: " + ", ".join(
        f"{count[each]} {each}" for each in _OUTCOMES if count[each]
    )


def _different(found: Sequence[Named]) -> list[Named]:
    """Return the diffs that have something to tell."""
    return [named for named in found if verdict.told(named.diff) or verdict.undecided(named.diff)]


def _text(found: Sequence[Named], width: int) -> str:
    from dynclient.changes.report import as_text, wording

    told = (
        (wording.one_line(named.name), as_text.text(named.diff, width))
        for named in _different(found)
    )
    parts = [f"{name}\n{'─' * min(len(name), width)}\n{text}\n" for name, text in told]
    return "".join([*parts, f"{line(found)}\n"])


def _markdown(found: Sequence[Named], _width: int) -> str:
    from dynclient.changes.report import as_markdown

    told = _different(found)
    lead = f"# {line(found)}\n"
    heads = [f"\n# {as_markdown.code(named.name)}\n\n" for named in told]
    limit = (as_markdown.LIMIT - len(lead) - sum(map(len, heads))) // max(len(told), 1)
    parts = (
        head + as_markdown.text(named.diff, limit) for head, named in zip(heads, told, strict=True)
    )
    return "".join([lead, *parts])


def _github(found: Sequence[Named], _width: int) -> str:
    from dynclient.changes.report import as_github

    return "".join(as_github.text(named.diff) for named in found)


def _json(found: Sequence[Named], _width: int) -> str:
    from dynclient.changes.report import as_json

    diffs = [{"document": named.name, **as_json.data(named.diff)} for named in found]
    return (
        values.dumped({"format": as_json.FORMAT, "verdict": line(found), "diffs": diffs}, indent=2)
        + "\n"
    )


def _sarif(found: Sequence[Named], _width: int) -> str:
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
    run["properties"] = {"verdict": line(found)}
    return values.dumped({**logs[0], "runs": [run]}, indent=2) + "\n"


def _html(found: Sequence[Named], _width: int) -> str:
    """Return one page with the page of each document in a frame: they share no style, script or anchor."""
    from dynclient.changes.report import as_html
    from dynclient.changes.report.elements import element

    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{line(found)} · dynclient diff"),
        element("style", _FRAMES),
    )
    frames = [
        element(
            "details",
            element("summary", element("code", named.name), f" {verdict.said(named.diff)}"),
            element(
                "iframe", srcdoc=as_html.text(named.diff), title=named.name, sandbox="allow-scripts"
            ),
            open=number == 0,
        )
        for number, named in enumerate(_different(found))
    ]
    body = element("body", element("h1", line(found)), *frames)
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


_FRAMES = """\
:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
summary { padding: 0.5em; cursor: pointer; }
iframe { width: 100%; height: 85vh; border: 1px solid; }
"""

_JOINED: Mapping[str, Callable[[Sequence[Named], int], str]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
    "html": _html,
    "sarif": _sarif,
    "github": _github,
}
