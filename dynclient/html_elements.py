"""HTML that is valid by construction: all text that is no element of ours is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable

from dynclient.display_text import escape_unprintable


class Markup(str):
    """HTML that was made here, so that it is not escaped again."""

    __slots__ = ()


#: What stands in an element; None is nothing.
Child = str | None

#: Elements without an end.
VOID_ELEMENTS = frozenset({"input", "meta"})


def element(name: str, /, *children: Child, **attributes: str | bool) -> Markup:
    """Return an element; `_` in a name of an attribute means `-`, `class_` means `class`.

    Args:
        name: the tag.
        *children: text or elements, in order.
        **attributes: a text, or True for one without a value; False and "" leave it out.

    """
    attribute_text = "".join(map(_format_attribute, attributes, attributes.values()))
    start = f"<{name}{attribute_text}>"
    if name in VOID_ELEMENTS:
        return Markup(start)
    return Markup(f"{start}{join_children(children)}</{name}>")


def join_children(children: Iterable[Child]) -> Markup:
    """Return children as one piece of HTML."""
    return Markup("".join(_to_markup(child) for child in children if child))


def _to_markup(child: str) -> str:
    return child if isinstance(child, Markup) else escape_text(child)


def escape_text(text: str) -> str:
    """Return escaped text; control characters other than line ends become visible."""
    return html.escape("\n".join(escape_unprintable(line) for line in text.split("\n")))


def _format_attribute(key: str, value: str | bool) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    return f' {name}="{escape_text(value)}"' if value else ""
