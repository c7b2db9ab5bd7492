"""The CommonMark of a document's descriptions as HTML that loads nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from dynclient.display_text import cut_value, escape_unprintable
from dynclient.html_elements import Markup, escape_text

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

#: Longer descriptions are cut: a panel is no reference.
MAX_CHARS = 10_000


def build_description(text: str) -> Markup:
    """Return a description as HTML.

    HTML in it is shown as text, an image as its alternative text, and a link as its text with the
    address in a tooltip: a document is hostile, and a panel reaches nothing.

    Args:
        text: CommonMark, from a document.

    Source: OAS 3.1.0, "Rich Text Formatting".
    """
    cut_text = cut_value(text.strip(), MAX_CHARS)
    shown_text = escape_unprintable(cut_text.expandtabs(4), keep="\n")
    return Markup(_load_parser().render(shown_text))


@cache
def _load_parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False}).enable("table")
    parser.add_render_rule("link_open", _render_link_start)
    parser.add_render_rule("link_close", _render_link_end)
    parser.add_render_rule("image", _render_image)
    return parser


def _render_link_start(
    _renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _environment: Any
) -> str:
    return f'<span title="{escape_text(str(tokens[index].attrs.get("href", "")))}">'


def _render_link_end(*_arguments: Any) -> str:
    return "</span>"


def _render_image(
    _renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _environment: Any
) -> str:
    return escape_text(tokens[index].content)
