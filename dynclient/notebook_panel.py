"""Panels for notebooks: HTML that needs no network, on light and on dark pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import Any

from dynclient.display_text import cut_value, format_count
from dynclient.html_elements import Child, Markup, element, join_children

#: How much of data is shown.
MAX_MEMBERS = 100
MAX_DEPTH = 6
MAX_PARTS = 2_000
MAX_TEXT_CHARS = 500

#: How many levels of data are open at first.
OPEN_DEPTH = 2

#: How many rows a table has at most.
MAX_ROWS = 1_000

#: Of problems, and of changes.
WORST_LEVELS = frozenset({"error", "breaking"})

#: Shows the rows that hold the text of the box; it touches nothing outside its panel.
_FILTER = (
    "const t=this.value.toLowerCase();"
    "const p=this.closest('.dynclient');"
    "p.querySelectorAll('tr[data-row]').forEach(r=>{"
    "r.style.display=r.textContent.toLowerCase().includes(t)?'':'none'});"
    "p.querySelectorAll('details').forEach(d=>{if(t)d.open=true})"
)


def build_panel(title: str, subtitle: str, *parts: Child) -> str:
    """Return a panel as HTML.

    Args:
        title: its heading.
        subtitle: a line below it, "" for none.
        *parts: text or elements.

    """
    return element(
        "div",
        element("style", _read_style()),
        element("h4", title),
        element("p", subtitle, class_="soft") if subtitle else None,
        *parts,
        class_="dynclient",
    )


@cache
def _read_style() -> Markup:
    """Return our style sheet, which goes into a panel as it is."""
    file = resources.files("dynclient").joinpath("notebook_panel.css")
    return Markup(file.read_text(encoding="utf-8"))


def build_filter_box(label: str) -> Markup:
    """Return a box that shows only those rows of its panel that hold a text."""
    return element("input", type="search", placeholder=label, aria_label=label, oninput=_FILTER)


def build_table(headers: Sequence[str], rows: Iterable[Sequence[Child]]) -> Markup:
    """Return a table; the rest of too many rows is counted."""
    all_rows = list(rows)
    head = element("tr", *(element("th", header) for header in headers)) if headers else None
    body = [
        element("tr", *(element("td", cell) for cell in row), data_row="1")
        for row in all_rows[:MAX_ROWS]
    ]
    if len(all_rows) > MAX_ROWS:
        body.append(element("tr", element("td", f"… and {len(all_rows) - MAX_ROWS} more")))
    return element("table", head, *body)


def build_section(title: str, *parts: Child, is_open: bool = True) -> Markup:
    """Return a section that can be folded."""
    return element("details", element("summary", title), *parts, open=is_open)


def mark_level(level: str) -> Child:
    """Return how bad something is; the worst stands out."""
    return element("b", level) if level in WORST_LEVELS else level


def build_code(text: str) -> Markup:
    """Return code on lines of its own."""
    return element("pre", text)


def build_data_tree(data: Any) -> Markup:
    """Return plain data as a tree that can be folded; its size is bounded."""
    return _TreeBuilder().build("", data, 0)


class _TreeBuilder:
    """Builds a tree; it counts the parts."""

    def __init__(self) -> None:
        self._count = 0

    def build(self, key: str, value: Any, depth: int) -> Markup:
        """Return a value with its members, behind its key; "" for no key."""
        self._count += 1
        label = element("b", f"{key}: ") if key else None
        if not isinstance(value, dict | list) or not value:
            text = cut_value(repr(value), MAX_TEXT_CHARS)
            return element("div", label, element("code", text))
        title = format_count(len(value), "key" if isinstance(value, dict) else "item")
        if depth >= MAX_DEPTH or self._count > MAX_PARTS:
            return element("div", label, element("span", f"… {title}", class_="soft"))
        members = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
        lines = [self.build(str(name), member, depth + 1) for name, member in members[:MAX_MEMBERS]]
        if len(members) > MAX_MEMBERS:
            lines.append(element("div", f"… {len(members) - MAX_MEMBERS} more", class_="soft"))
        summary = element("summary", label, element("span", title, class_="soft"))
        tree = element("div", join_children(lines), class_="tree")
        return element("details", summary, tree, open=depth < OPEN_DEPTH)
