"""A diff as one page for a browser.

The page needs no other file, reads well without scripts, and trusts no document.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from importlib import resources
from typing import Any

from dynclient.annotations.file_names import shorten_path
from dynclient.diffing import json_text, witness_code
from dynclient.diffing.change import Change, ChangeLocation, Level
from dynclient.diffing.changeset import ChangeSet, Revision
from dynclient.diffing.report import messages, summary
from dynclient.diffing.report.summary import ReportSection
from dynclient.display_text import format_one_line
from dynclient.html_elements import Child, Markup, element, join_children

#: Longer values are in the JSON report.
MAX_LINES = 120
MAX_CHARS = 20_000

#: This many operations are listed at once; more are folded.
MAX_LISTED = 3

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


def render(diff: ChangeSet) -> str:
    """Return the page."""
    style, script = _read_asset("page.css"), _read_asset("page.js")
    sources = (
        f"default-src 'none'; style-src {_hash_content(style)}; script-src {_hash_content(script)}"
    )
    policy = f"{sources}; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{summary.format_title(diff)} · dynclient diff"),
        element("style", style),
    )
    indices = {name: number for number, name in enumerate(_list_touched_operations(diff))}
    body = element(
        "body",
        element("a", "Skip to the changes", href="#changes", class_="skip"),
        _build_header(diff),
        _build_filters(list(indices)) if summary.list_reported(diff) else None,
        element("main", *_build_main(diff, indices), id="changes", tabindex="-1"),
        element("footer", element("p", "Made by dynclient.")),
        element("script", script),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _read_asset(name: str) -> Markup:
    """Return a file of ours that goes into the page as it is."""
    file = resources.files("dynclient.diffing.report").joinpath(name)
    return Markup(file.read_text(encoding="utf-8"))


def _hash_content(content: str) -> str:
    """Return the hash of a style or script, as a Content-Security-Policy names it."""
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _list_touched_operations(diff: ChangeSet) -> list[str]:
    names: set[str] = set()
    for change in summary.list_reported(diff):
        names.update(messages.list_operations(change))
    return sorted(names)


# --- the top of the page


def _build_header(diff: ChangeSet) -> Markup:
    outcome = summary.determine_outcome(diff)
    old_version = format_one_line(diff.old.version)
    new_version = format_one_line(diff.new.version)
    versions = f"{old_version} → {new_version}"
    return element(
        "header",
        element(
            "div",
            element("p", "dynclient diff", class_="kicker"),
            _build_theme_choices(),
            class_="bar",
        ),
        element(
            "h1",
            format_one_line(diff.new.title),
            " ",
            element("span", versions, class_="versions"),
        ),
        element(
            "p",
            element("strong", outcome, class_=f"outcome {outcome}"),
            " ",
            summary.format_verdict(diff),
            class_="verdict",
        ),
        element("ul", *_build_tiles(diff), class_="tiles") if summary.list_reported(diff) else None,
        element(
            "dl",
            *_build_revision("Old", diff.old),
            *_build_revision("New", diff.new),
            class_="revisions",
        ),
        class_="top",
    )


def _build_theme_choices() -> Markup:
    options = [("auto", "Auto"), ("light", "Light"), ("dark", "Dark")]
    choices = [
        _build_choice("radio", "theme", key, label, checked=key == "auto") for key, label in options
    ]
    return element(
        "fieldset", element("legend", "Colours", class_="quiet"), *choices, class_="themes choices"
    )


def _build_choice(kind: str, name: str, key: str, label: str, *, checked: bool) -> Markup:
    """Return a box or button to choose with; its look is its label's."""
    box = element("input", type=kind, name=name, value=key, id=f"{name}-{key}", checked=checked)
    return join_children([box, element("label", label, for_=f"{name}-{key}")])


def _build_tiles(diff: ChangeSet) -> Iterator[Markup]:
    counts = {section.key: len(section.changes) for section in summary.build_sections(diff)}
    unknown = len(summary.list_undecided(diff))
    for key, name in TILES:
        number = counts.get(key, 0)
        if not number and key in NOTES:
            continue
        content = [element("span", f"{number:,}", class_="number"), " ", element("span", name)]
        if key == "warning" and unknown:
            content.append(element("small", f"{unknown} undecided"))
        name_of_element = "a" if number else "span"
        link = f"#{key}" if number else ""
        tile = element(name_of_element, *content, href=link)
        yield element("li", tile, class_=f"tile {key}")


def _build_revision(name: str, revision: Revision) -> Iterator[Markup]:
    operations = messages.format_count(revision.operations, "operation")
    path = element("code", shorten_path(revision.uri))
    yield from _build_fact(name, path, f" · {operations}")


def _build_filters(operations: list[str]) -> Markup:
    """Return the filters of the changes, hidden until the script shows them."""
    options = [element("option", name, value=str(number)) for number, name in enumerate(operations)]
    levels = [(level, messages.LEVEL_TITLES[level]) for level in summary.REPORTED_LEVELS]
    readers = [("any", "anybody"), *messages.READER_NAMES.items()]
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
        _build_choices("checkbox", "level", "Level", levels),
        _build_choices("radio", "view", "Matters to", readers),
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


def _build_choices(kind: str, name: str, legend: str, options: list[tuple[Any, str]]) -> Markup:
    choices = []
    for key, label in options:
        is_checked = kind == "checkbox" or key == "any"
        choices.append(_build_choice(kind, name, key, label, checked=is_checked))
    return element("fieldset", element("legend", legend), *choices, class_="choices")


# --- the changes


def _build_main(diff: ChangeSet, indices: dict[str, int]) -> Iterator[Markup]:
    anchors: Counter[str] = Counter()
    for section in summary.build_sections(diff):
        yield _build_section(section, indices, anchors)
    if anchors:
        yield element(
            "p",
            "Nothing matches. ",
            element("em", "Show all"),
            " takes every filter off.",
            id="nothing",
            hidden=True,
        )
    else:
        title, text = EMPTY[summary.determine_outcome(diff)]
        yield element("section", element("h2", title), element("p", text), class_="empty")


def _build_section(
    section: ReportSection, indices: dict[str, int], anchors: Counter[str]
) -> Markup:
    number = element("span", f"{len(section.changes):,}", class_="count")
    content = [element("h2", section.title, " ", number, id=section.key)]
    if section.key in NOTES:
        content.append(element("p", NOTES[section.key], class_="note"))
    for change in section.changes:
        anchors[change.fingerprint] += 1
        anchor = _build_anchor(change.fingerprint, anchors[change.fingerprint])
        content.append(_build_change(change, indices, anchor))
    return element("section", *content, aria_labelledby=section.key)


def _build_anchor(fingerprint: str, count: int) -> str:
    """Return the id of a change in the page; changes of the same fingerprint are numbered."""
    return f"c-{fingerprint}" if count == 1 else f"c-{fingerprint}-{count}"


def _build_change(change: Change, indices: dict[str, int], anchor: str) -> Markup:
    """Return a change as a fold; what breaks or may surprise is open."""
    operations = [str(indices[name]) for name in messages.list_operations(change)]
    levels = {f"data_{key}": level for key, _, level in messages.list_readers(change)}
    body = [
        *_build_reasons(change),
        *_build_sides(change),
        *_build_proof(change),
        element("dl", *_build_facts(change), class_="facts"),
    ]
    return element(
        "details",
        element("summary", *_build_summary(change)),
        element("div", *body, class_="body"),
        class_=f"change {change.level}",
        id=anchor,
        open=change.level != "info" and not change.accepted,
        data_level=change.level,
        data_operations=" ".join(operations),
        **levels,
    )


def _build_summary(change: Change) -> Iterator[Child]:
    yield _build_chip(change.level, change.level)
    if change.is_unknown:
        yield _build_chip("undecided", "undecided")
    yield element("code", change.rule, class_="rule")
    yield element("h3", element("code", messages.format_where(change)))
    if change.where != change.operation:
        yield element("span", messages.format_operation(change), class_="operation")
    if change.source:
        yield element("span", messages.format_location(change.source), class_="place")


def _build_chip(kind: str, text: str) -> Markup:
    return element("span", text, class_=f"chip {kind}")


def _build_reasons(change: Change) -> Iterator[Markup]:
    if change.accepted:
        yield element(
            "p",
            element("strong", "Accepted: "),
            format_one_line(change.accepted),
            class_="accepted-reason",
        )
    if change.because:
        yield element("p", messages.format_because(change), class_="because")


def _build_sides(change: Change) -> Iterator[Markup]:
    """Yield what both documents say, side by side; lines that only one of them has are marked."""
    if change.old is None and change.new is None:
        return
    old_lines, new_lines = _mark_differences(_format_lines(change.old), _format_lines(change.new))
    is_in_both = change.old is not None and change.new is not None
    old_tag, new_tag = ("del", "ins") if is_in_both else ("span", "span")
    old_source = None if change.old is None else change.old_source
    new_source = None if change.is_gone else change.source
    yield element(
        "div",
        _build_side("Old", old_tag, old_lines, old_source),
        _build_side("New", new_tag, new_lines, new_source),
        class_="sides",
    )


#: A line, and whether only its side has it.
MarkedLine = tuple[bool, str]


def _mark_differences(old: list[str], new: list[str]) -> tuple[list[MarkedLine], list[MarkedLine]]:
    """Return the lines of both sides; the comma after the last item of a list does not count."""
    old_plain = [line.rstrip(",") for line in old]
    new_plain = [line.rstrip(",") for line in new]
    matcher = SequenceMatcher(None, old_plain, new_plain, autojunk=False)
    old_marked: list[MarkedLine] = []
    new_marked: list[MarkedLine] = []
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        is_different = tag != "equal"
        old_marked += [(is_different, line) for line in old[old_start:old_end]]
        new_marked += [(is_different, line) for line in new[new_start:new_end]]
    return old_marked, new_marked


def _format_lines(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return [json_text.truncate(json_text.format_value(value), MAX_CHARS)]
    block = json_text.format_block(value)
    lines = [json_text.truncate(line, MAX_CHARS // 10) for line in block[:MAX_LINES]]
    rest = len(block) - MAX_LINES
    if rest > 0:
        lines.append(f"… {rest:,} more lines, all in the JSON report")
    return lines


def _build_side(
    name: str, tag: str, lines: list[MarkedLine], source: ChangeLocation | None
) -> Markup:
    location = None
    if source is not None:
        location = element("span", messages.format_location(source), class_="place")
    caption = element("figcaption", name, " ", location)
    return element("figure", caption, _build_lines(tag, lines), class_=f"side {name.lower()}")


def _build_lines(tag: str, lines: list[MarkedLine]) -> Markup:
    if not lines:
        return element("p", "says nothing", class_="nothing")
    content: list[Child] = []
    for is_different, line in lines:
        content += [element(tag, line) if is_different else line, "\n"]
    return element("pre", element("code", *content), tabindex="0")


def _build_proof(change: Change) -> Iterator[Markup]:
    if not change.has_witness:
        return
    payload = json_text.format_line(change.witness)
    if isinstance(change.witness, dict | list):
        payload = "\n".join(_format_lines(change.witness))
    code = json_text.truncate(witness_code.format_witness(change), MAX_CHARS)
    yield element(
        "div",
        _build_figure("Witness", payload),
        _build_figure("As Python", code),
        class_="sides witness",
    )
    if change.refusal:
        refusal = format_one_line(change.refusal)
        yield element("p", element("strong", "Refused: "), refusal, class_="refusal")


def _build_figure(name: str, text: str) -> Markup:
    content = element("pre", element("code", text), tabindex="0")
    return element("figure", element("figcaption", name), content)


def _build_facts(change: Change) -> Iterator[Markup]:
    readers = []
    for key, name, level in messages.list_readers(change):
        readers.append(_build_reader(name, level, messages.format_sides(change, key)))
    yield from _build_fact("Matters to", element("ul", *readers, class_="readers"))
    yield from _build_fact("Proof", messages.format_proof(change))

    names = messages.list_operations(change)
    if len(names) > 1:
        yield from _build_fact("Used by", _build_fold(f"{len(names):,} operations", names))
    if change.old is None and change.new is None:
        # Otherwise the two sides show their locations.
        for which, location in messages.list_locations(change):
            yield from _build_fact(f"In the {which} document", element("code", location))
    if change.used:
        count = messages.format_count(len(change.used), "line")
        yield from _build_fact("In code", _build_fold(count, messages.list_used_lines(change)))
    if change.policy:
        yield from _build_fact("Kind", "a policy, apart from what the documents prove")

    fingerprint = element("code", change.fingerprint)
    link = element("a", fingerprint, href=f"#c-{change.fingerprint}")
    yield from _build_fact("Fingerprint", link)


def _build_reader(name: str, level: Level, by_side: str) -> Markup:
    text = "not at all" if level == "none" else level
    return element("li", f"{name} ", _build_chip(level, text), by_side)


def _build_fact(name: str, *content: Child) -> Iterator[Markup]:
    yield element("dt", name)
    yield element("dd", *content)


def _build_fold(title: str, names: list[str]) -> Markup:
    items = [element("li", element("code", name)) for name in names]
    names_list = element("ul", *items, class_="names")
    if len(names) <= MAX_LISTED:
        return names_list
    return element("details", element("summary", title), names_list, class_="fold")
