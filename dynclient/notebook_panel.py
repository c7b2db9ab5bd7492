"""Panels for notebooks: HTML that needs no network, on light and on dark pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dynclient.display_text import cut_value
from dynclient.html_elements import Child, Markup, element, join_children

#: How much of data is shown.
MAX_MEMBERS = 100
MAX_DEPTH = 6
MAX_PARTS = 2_000
MAX_TEXT_CHARS = 500

#: How many rows a table has at most.
MAX_ROWS = 1_000

#: Colours are those of the page; lines and backgrounds are grey that is seen on any of them.
_STYLE = Markup(
    ".dynclient{color:inherit;font:14px/1.5 system-ui,sans-serif;max-width:72rem;"
    "color-scheme:light dark}"
    ".dynclient h4{margin:.2em 0;font-size:1.1em}.dynclient p{margin:.3em 0}"
    ".dynclient table{border-collapse:collapse;margin:.4em 0;width:auto}"
    ".dynclient th,.dynclient td{text-align:left;vertical-align:top;padding:.15em .8em .15em 0;"
    "border-bottom:1px solid rgba(128,128,128,.35);background:transparent;color:inherit}"
    ".dynclient code,.dynclient pre{font-family:ui-monospace,monospace;font-size:.92em;"
    "background:rgba(128,128,128,.12);color:inherit;border-radius:3px;padding:0 .25em}"
    ".dynclient pre{padding:.5em;overflow:auto;white-space:pre-wrap}"
    ".dynclient summary{cursor:pointer}.dynclient .soft{opacity:.7}"
    ".dynclient .old{text-decoration:line-through}"
    ".dynclient .tree{margin-left:1.2em}"
    ".dynclient input{font:inherit;padding:.2em .4em;margin:.3em 0;color:inherit;"
    "background:rgba(128,128,128,.12);border:1px solid rgba(128,128,128,.5);border-radius:3px}"
)

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
        element("style", _STYLE),
        element("h4", title),
        element("p", subtitle, class_="soft") if subtitle else None,
        *parts,
        class_="dynclient",
    )


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


def build_code(text: str) -> Markup:
    """Return code on lines of its own."""
    return element("pre", text)


def build_data_tree(data: Any) -> Markup:
    """Return plain data as a tree that can be folded; its size is bounded."""
    return _TreeBuilder().build(data, 0)


class _TreeBuilder:
    """Builds a tree; it counts the parts."""

    def __init__(self) -> None:
        self._count = 0

    def build(self, value: Any, depth: int) -> Markup:
        """Return a value with its members."""
        self._count += 1
        if not isinstance(value, dict | list) or not value:
            return element("code", cut_value(repr(value), MAX_TEXT_CHARS))
        noun = "keys" if isinstance(value, dict) else "items"
        title = f"{len(value)} {noun}"
        if depth >= MAX_DEPTH or self._count > MAX_PARTS:
            return element("span", f"… {title}", class_="soft")
        members = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
        lines = [
            element("div", element("b", f"{key}: "), self.build(member, depth + 1))
            for key, member in members[:MAX_MEMBERS]
        ]
        if len(members) > MAX_MEMBERS:
            lines.append(element("div", f"… {len(members) - MAX_MEMBERS} more", class_="soft"))
        tree = element("div", join_children(lines), class_="tree")
        return element("details", element("summary", title), tree, open=depth < 2)  # noqa: PLR2004 (two levels are seen)
