"""Text of a document cannot leave its place in a page, whatever it holds."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dynclient.api_reference.markdown_text import (
    escape_literal,
    format_block,
    format_code,
    format_code_block,
    format_inline,
    format_table,
)

READER = MarkdownIt("commonmark").enable("table")

OURS = ("<code>", "</code>", "<br>")

pieces = st.sampled_from(
    [
        *"`~#-=*+>|[]()!<&:\\_'\" \t\n1.",
        "```", "~~~", "````", "\n\n", "    ", "\n- ", "\n1. ", "\n> ", "\n# ", "\n---\n", "\n***\n", "\n===\n",
        "<script>", "</div>", "<!-- ", "-->", "<a href=x>", "<https://a.example>", "<?php", "<![CDATA[",
        "](javascript:alert(1))", "](JaVaScRiPt:x)", "](data:text/html,x)", "](https://a.example)", "![x](https://a.example)",
        "[x]: javascript:alert(1)", "[x]", "&lt;script&gt;", "&#60;b>", "~~~ a`b", "| a | b |\n|---|---|", "word", "é", "\x1b[2J", "\u202e",
    ]
)  # fmt: skip
texts = st.lists(pieces, max_size=14).map("".join)


def tokens(markdown):
    """Every token of a text, those inside of lines too."""
    for token in READER.parse(markdown):
        yield token
        yield from token.children or ()


def harmless(markdown):
    for token in tokens(markdown):
        assert token.type not in ("html_block", "image", "heading_open")
        assert token.type != "html_inline" or token.content in OURS
        assert not token.content.count("\x1b")
        if token.type == "link_open":
            assert (
                token.attrs["href"].lower().startswith(("http://", "https://", "mailto:", "#", "/"))
            )


@given(texts)
@example("~~~ a`b\n<script>")
@example("- ` a\n- b ` c ` <script> `")
@example("1. a\n   ```\n<script>")
@example("```\n<script>\n```\n<script>")
@example("a\n===\nb\n---\n")
@example("> # x\n- # y")
@example("[a]: javascript:x\n\n[a]")
@example("[\na\n]: javascript:x\n\n[a]")
def test_a_block_brings_no_html_no_headings_and_no_links_out_of_the_web(text):
    harmless(format_block(text))


@given(texts)
def test_what_follows_a_block_stands_on_its_own(text):
    found = READER.parse(f"{format_block(text)}\n\n### After\n\nlast")
    assert [(t.type, t.level) for t in found[-6:]] == [
        ("heading_open", 0), ("inline", 1), ("heading_close", 0), ("paragraph_open", 0), ("inline", 1), ("paragraph_close", 0),
    ]  # fmt: skip
    assert (found[-5].content, found[-2].content) == ("After", "last")


@given(texts, texts)
def test_a_cell_stays_a_cell(first, second):
    lines = format_table(
        ("One", "Two", "Three"),
        [(format_inline(first), format_code(second), escape_literal(first))],
    )
    found = list(tokens("\n".join([*lines, "", "last"])))
    assert [t.type for t in found].count("td_open") == 3
    assert [t.type for t in found].count("tr_open") == 2
    harmless("\n".join(lines))


@given(texts)
def test_a_line_stays_a_line(text):
    harmless(format_inline(text))
    assert "\n" not in format_inline(text) + escape_literal(text) + format_code(text)


@given(texts)
def test_literal_text_reads_as_itself(text):
    flat = " ".join(text.split())
    if flat and flat.isprintable():
        [line] = [t for t in READER.parse(f"x {escape_literal(flat)} x") if t.type == "inline"]
        assert "".join(t.content for t in line.children) == f"x {flat} x"


@given(texts)
def test_a_code_block_holds_all_of_its_text(text):
    text = "".join(c for c in text if c.isprintable() or c == "\n")
    found = READER.parse("\n".join([*format_code_block(text, "python"), "", "last"]))
    assert [t.type for t in found] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert found[0].content == text + "\n"


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("- `a` *b*\n- [c](https://c.example)", "- `a` *b*\n- [c](https://c.example)"),
        ('a\n```json\n{"a": 1}\n```\nb', 'a\n\n```\n{"a": 1}\n```\n\nb'),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("a < b and `a < b`", "a &lt; b and <code>a &lt; b</code>"),
        ("# Not a heading", "\\# Not a heading"),
        ("```\nnever closed", "```\nnever closed\n```"),
    ],
)  # fmt: skip
def test_the_markdown_that_people_write_stays(text, page):
    assert format_block(text) == page


def test_paragraphs_and_list_items_of_a_cell_are_parted_by_breaks():
    assert format_inline("One\nline.\n\n- a | b\n- c") == "One line.<br>- a \\| b<br>- c"
