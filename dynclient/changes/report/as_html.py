"""A diff as one page for a browser: it needs nothing else, reads well without scripts, and trusts no document."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from difflib import SequenceMatcher
from importlib import resources
from typing import Any

from dynclient.changes.change import Change, Level, Source
from dynclient.changes.report import python_line, values, verdict, wording
from dynclient.changes.report.elements import Child, Markup, element, joined
from dynclient.changes.report.verdict import Section
from dynclient.changes.result import Diff, Revision

#: Longer values are in the JSON report.
MAX_LINES = 120
MAX_CHARS = 20_000

#: This many operations are listed at once; more are folded.
FEW = 3

NOTES = {
    "policy": "What was asked for beside compatibility; no payload can show it.",
    "accepted": "Each with the reason that was given.",
}

EMPTY = {
    "identical": ("No difference", "Both revisions say the same."),
    "compatible": ("Nothing to tell", "No change matters to anybody who was asked for."),
    "undecided": (
        "Nothing to show",
        "What could not be decided matters to nobody who was asked for.",
    ),
}

#: The level of a tile, its name, and the key of its count.
TILES = (
    ("breaking", "Breaking"),
    ("warning", "Warnings"),
    ("info", "Infos"),
    ("policy", "Policies"),
    ("accepted", "Accepted"),
)


def text(diff: Diff) -> str:
    """Return the page."""
    style, script = _file("page.css"), _file("page.js")
    sources = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}"
    policy = f"{sources}; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{verdict.title(diff)} · dynclient diff"),
        element("style", style),
    )
    indices = {name: number for number, name in enumerate(_touched(diff))}
    body = element(
        "body",
        element("a", "Skip to the changes", href="#changes", class_="skip"),
        _header(diff),
        _filters(list(indices)) if verdict.told(diff) else None,
        element("main", *_main(diff, indices), id="changes", tabindex="-1"),
        element("footer", element("p", "Made by dynclient.")),
        element("script", script),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _file(name: str) -> Markup:
    """Return a file of ours that goes into the page as it is."""
    return Markup(
        resources.files("dynclient.changes.report").joinpath(name).read_text(encoding="utf-8")
    )


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _touched(diff: Diff) -> list[str]:
    return sorted({name for change in verdict.told(diff) for name in wording.operations(change)})


# --- the top of the page


def _header(diff: Diff) -> Markup:
    outcome = verdict.outcome(diff)
    versions = f"{wording.one_line(diff.old.version)} → {wording.one_line(diff.new.version)}"
    return element(
        "header",
        element("div", element("p", "dynclient diff", class_="kicker"), _themes(), class_="bar"),
        element(
            "h1",
            wording.one_line(diff.new.title),
            " ",
            element("span", versions, class_="versions"),
        ),
        element(
            "p",
            element("strong", outcome, class_=f"outcome {outcome}"),
            " ",
            verdict.said(diff),
            class_="verdict",
        ),
        element("ul", *_tiles(diff), class_="tiles") if verdict.told(diff) else None,
        element("dl", *_revision("Old", diff.old), *_revision("New", diff.new), class_="revisions"),
        class_="top",
    )


def _themes() -> Markup:
    options = [("auto", "Auto"), ("light", "Light"), ("dark", "Dark")]
    choices = [
        _choice("radio", "theme", key, label, checked=key == "auto") for key, label in options
    ]
    return element(
        "fieldset", element("legend", "Colours", class_="quiet"), *choices, class_="themes choices"
    )


def _choice(kind: str, name: str, key: str, label: str, *, checked: bool) -> Markup:
    """Return a box or button to choose with; its look is its label's."""
    box = element("input", type=kind, name=name, value=key, id=f"{name}-{key}", checked=checked)
    return joined([box, element("label", label, for_=f"{name}-{key}")])


def _tiles(diff: Diff) -> Iterator[Markup]:
    counts = {section.key: len(section.changes) for section in verdict.sections(diff)}
    unknown = len(verdict.undecided(diff))
    for key, name in TILES:
        number = counts.get(key, 0)
        if not number and key in NOTES:
            continue
        said = [element("span", f"{number:,}", class_="number"), " ", element("span", name)]
        said += [element("small", f"{unknown} undecided")] if key == "warning" and unknown else []
        yield element(
            "li",
            element("a", *said, href=f"#{key}") if number else element("span", *said),
            class_=f"tile {key}",
        )


def _revision(name: str, revision: Revision) -> Iterator[Markup]:
    yield element("dt", name)
    operations = wording.counted(revision.operations, "operation")
    yield element("dd", element("code", wording.path(revision.uri)), f" · {operations}")


def _filters(operations: list[str]) -> Markup:
    """Return what filters the changes; without scripts it could do nothing, so it stays hidden."""
    options = [element("option", name, value=str(number)) for number, name in enumerate(operations)]
    levels = [(level, wording.LEVEL_TITLES[level]) for level in verdict.TOLD]
    readers = [("any", "anybody"), *wording.READER_NAMES.items()]
    return element(
        "form",
        element(
            "div",
            element("label", "Search", for_="search"),
            element("input", type="search", id="search"),
            class_="field",
        ),
        element(
            "div",
            element("label", "Operation", for_="operation"),
            element("select", Markup('<option value="any">all</option>'), *options, id="operation"),
            class_="field",
        ),
        _choices("checkbox", "level", "Level", levels),
        _choices("radio", "view", "Matters to", readers),
        element(
            "p",
            element("output", id="shown"),
            element("button", "Show all", type="reset"),
            class_="outcome-line",
        ),
        class_="filters",
        id="filters",
        role="search",
        aria_label="Filter the changes",
        hidden=True,
    )


def _choices(kind: str, name: str, legend: str, options: list[tuple[Any, str]]) -> Markup:
    made = [
        _choice(kind, name, key, label, checked=kind == "checkbox" or key == "any")
        for key, label in options
    ]
    return element("fieldset", element("legend", legend), *made, class_="choices")


# --- the changes


def _main(diff: Diff, indices: dict[str, int]) -> Iterator[Markup]:
    seen: dict[str, int] = {}
    for section in verdict.sections(diff):
        yield _section(section, indices, seen)
    if seen:
        yield element(
            "p",
            "Nothing matches. ",
            element("em", "Show all"),
            " takes every filter off.",
            id="nothing",
            hidden=True,
        )
    else:
        title, said = EMPTY[verdict.outcome(diff)]
        yield element("section", element("h2", title), element("p", said), class_="empty")


def _section(section: Section, indices: dict[str, int], seen: dict[str, int]) -> Markup:
    number = element("span", f"{len(section.changes):,}", class_="count")
    return element(
        "section",
        element("h2", section.title, " ", number, id=section.key),
        element("p", NOTES[section.key], class_="note") if section.key in NOTES else None,
        *(_change(change, indices, seen) for change in section.changes),
        aria_labelledby=section.key,
    )


def _change(change: Change, indices: dict[str, int], seen: dict[str, int]) -> Markup:
    """Return a change as a fold; what breaks or may surprise is open."""
    name = change.fingerprint
    seen[name] = seen.get(name, 0) + 1
    body = [
        *_because(change),
        *_sides(change),
        *_proof(change),
        element("dl", *_facts(change), class_="facts"),
    ]
    return element(
        "details",
        element("summary", *_summary(change)),
        element("div", *body, class_="body"),
        class_=f"change {change.level}",
        id=f"c-{name}" + (f"-{seen[name]}" if seen[name] > 1 else ""),
        open=change.level != "info" and not change.accepted,
        data_level=change.level,
        data_operations=" ".join(str(indices[each]) for each in wording.operations(change)),
        **{f"data_{key}": level for key, _, level in wording.readers(change)},
    )


def _summary(change: Change) -> Iterator[Child]:
    yield _chip(change.level, change.level)
    if change.is_unknown:
        yield _chip("undecided", "undecided")
    yield element("code", change.rule, class_="rule")
    yield element("h3", element("code", wording.where(change)))
    if change.where != change.operation:
        yield element("span", wording.operation(change), class_="operation")
    if change.source:
        yield element("span", wording.place(change.source), class_="place")


def _chip(kind: str, said: str) -> Markup:
    return element("span", said, class_=f"chip {kind}")


def _because(change: Change) -> Iterator[Markup]:
    if change.accepted:
        yield element(
            "p",
            element("strong", "Accepted: "),
            wording.one_line(change.accepted),
            class_="accepted-reason",
        )
    if change.because:
        yield element("p", wording.because(change), class_="because")


def _sides(change: Change) -> Iterator[Markup]:
    """Yield what the old and the new document say, side by side; lines that only one of them says are marked."""
    if change.old is None and change.new is None:
        return
    olds, news = _marked(_lines(change.old), _lines(change.new))
    both = change.old is not None and change.new is not None
    yield element(
        "div",
        _side(
            "Old",
            "del" if both else "span",
            olds,
            None if change.old is None else change.old_source,
        ),
        _side("New", "ins" if both else "span", news, None if change.is_gone else change.source),
        class_="sides",
    )


#: A line, and whether only its side says it.
Line = tuple[bool, str]


def _marked(old: list[str], new: list[str]) -> tuple[list[Line], list[Line]]:
    """Return the lines of both sides; a comma behind the last of a list is no difference."""
    before, after = ([line.rstrip(",") for line in side] for side in (old, new))
    olds: list[Line] = []
    news: list[Line] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        olds += [(tag != "equal", line) for line in old[i1:i2]]
        news += [(tag != "equal", line) for line in new[j1:j2]]
    return olds, news


def _lines(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return [values.cut(values.said(value), MAX_CHARS)]
    lines = [values.cut(line, MAX_CHARS // 10) for line in values.block(value)]
    rest = len(lines) - MAX_LINES
    return (
        [*lines[:MAX_LINES], f"… {rest:,} more lines, all in the JSON report"]
        if rest > 0
        else lines
    )


def _side(name: str, tag: str, lines: list[Line], source: Source | None) -> Markup:
    place = element("span", wording.place(source), class_="place") if source else None
    said = [joined([element(tag, line) if marked else line, "\n"]) for marked, line in lines]
    shown = (
        element("pre", element("code", *said), tabindex="0")
        if lines
        else element("p", "says nothing", class_="nothing")
    )
    return element(
        "figure", element("figcaption", name, " ", place), shown, class_=f"side {name.lower()}"
    )


def _proof(change: Change) -> Iterator[Markup]:
    if not change.has_witness:
        return
    payload = "\n".join(
        _lines(change.witness)
        if isinstance(change.witness, dict | list)
        else [values.line(change.witness)]
    )
    parts = [("Witness", payload), ("As Python", values.cut(python_line.of(change), MAX_CHARS))]
    yield element("div", *(_figure(name, said) for name, said in parts), class_="sides witness")
    if change.refusal:
        yield element(
            "p", element("strong", "Refused: "), wording.one_line(change.refusal), class_="refusal"
        )


def _figure(name: str, said: str) -> Markup:
    return element(
        "figure", element("figcaption", name), element("pre", element("code", said), tabindex="0")
    )


def _facts(change: Change) -> Iterator[Markup]:
    said = [
        _reader(name, level, wording.by_side(change, key))
        for key, name, level in wording.readers(change)
    ]
    yield from _fact("Matters to", element("ul", *said, class_="readers"))
    yield from _fact("Proof", wording.proof(change))
    names = wording.operations(change)
    if len(names) > 1:
        yield from _fact("Used by", _folded(f"{len(names):,} operations", names))
    # Where both sides are shown, their places stand there.
    for which, place in wording.places(change) if change.old is None and change.new is None else ():
        yield from _fact(f"In the {which} document", element("code", place))
    if change.used:
        yield from _fact(
            "In code", _folded(wording.counted(len(change.used), "line"), wording.used(change))
        )
    if change.policy:
        yield from _fact("Kind", "a policy, apart from what the documents prove")
    yield from _fact(
        "Fingerprint",
        element("a", element("code", change.fingerprint), href=f"#c-{change.fingerprint}"),
    )


def _reader(name: str, level: Level, by_side: str) -> Markup:
    return element(
        "li", f"{name} ", _chip(level, "not at all" if level == "none" else level), by_side
    )


def _fact(name: str, said: str) -> Iterator[Markup]:
    yield element("dt", name)
    yield element("dd", said)


def _folded(title: str, names: list[str]) -> Markup:
    listed = element(
        "ul", *(element("li", element("code", name)) for name in names), class_="names"
    )
    return (
        listed
        if len(names) <= FEW
        else element("details", element("summary", title), listed, class_="fold")
    )
