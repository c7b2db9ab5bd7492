"""The comment for a pull request: within what GitHub takes, and a document cannot write into it."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from report_samples import change, diff_of, source
from report_strategies import diffs, texts

from dynclient.diffing.report import summary
from dynclient.diffing.report.as_markdown import LIMIT, escape_prose, format_code_span, render

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

OURS = re.compile(r"</?(?:details|summary|b|code)>|<details open>")
CODE = re.compile(r"<code>.*?</code>", re.DOTALL)

#: What GitHub makes a link or a mention of, outside of code.
LINKED = re.compile(r"@\w|://|www\.|(?<!\w)#\d|GH-\d", re.IGNORECASE)


def tokens(markdown):
    for token in READER.parse(markdown):
        yield token
        yield from token.children or ()


def harmless(markdown, headings):
    for token in tokens(markdown):
        assert token.type not in (
            "link_open",
            "image",
            "html_inline",
            "table_open",
            "em_open",
            "s_open",
            "blockquote_open",
            "hr",
        )
        if token.type == "html_block":
            rest = OURS.sub("", CODE.sub("", token.content))
            assert not LINKED.search(rest)
            assert "<" not in rest
            assert "<" not in OURS.sub("", token.content)
        if token.type == "text":
            assert not LINKED.search(token.content)
    assert sum(token.type == "heading_open" for token in tokens(markdown)) == headings


def headings(diff):
    return 1 + sum(
        section.key in ("breaking", "warning") for section in summary.build_sections(diff)
    )


def test_the_example(diff, snapshot):
    assert render(diff) == snapshot
    assert diff.to_markdown() == render(diff)
    harmless(render(diff), headings(diff))


@given(diffs())
def test_nothing_in_a_document_writes_into_the_comment(diff):
    markdown = render(diff)
    harmless(markdown, headings(diff))
    blocks = "".join(token.content for token in tokens(markdown) if token.type == "html_block")
    assert blocks.count("<details") == blocks.count("</details>")
    assert all(line.isprintable() or "\u2060" in line for line in markdown.split("\n"))


@given(texts)
@example("- x")
@example("1. x")
@example("===")
@example("    x")
@example("@someone see https://a.example and #12")
def test_prose_is_one_paragraph_of_text(hostile):
    types = {token.type for token in tokens(escape_prose(hostile))}
    assert types <= {"paragraph_open", "inline", "text", "text_special", "paragraph_close"}
    assert not any(
        LINKED.search(token.content)
        for token in tokens(escape_prose(hostile))
        if token.type == "text"
    )


@given(texts)
def test_code_is_one_span(hostile):
    found = tokens(f"- {format_code_span(hostile)} · x")
    spans = [t for t in found if t.type == "code_inline"]
    assert len(spans) == (1 if hostile.strip() else 0)


@given(diffs(), st.integers(2000, 9000))
def test_it_is_never_longer_than_the_limit(diff, limit):
    assert len(render(diff, limit)) <= limit


def many(number, level="info", **fields):
    return [change(rule="property-added", level=level, operation="run", where=f"body.n{n}", source=source("a.yaml", "/x", n + 1), **fields)
            for n in range(number)]  # fmt: skip


def test_what_does_not_fit_is_counted_and_the_worst_is_kept():
    diff = diff_of(*many(20, "breaking"), *many(60, "warning"), *many(3000))
    markdown = render(diff)
    assert len(markdown) <= LIMIT
    assert markdown.count("🔴 <b>") == 20
    assert markdown.count("🟡 <b>") == 60
    shown = markdown.count("\n- `property-added`")
    assert 100 < shown < 3000
    assert f"**{3000 - shown:,} changes left out** ({3000 - shown:,} infos)" in markdown


def test_where_not_even_all_that_breaks_fits_nothing_milder_is_shown():
    diff = diff_of(*many(2000, "breaking"), *many(1, "warning"), *many(1))
    markdown = render(diff)
    shown = markdown.count("🔴 <b>")
    assert (
        f"**{2002 - shown:,} changes left out** ({2000 - shown:,} breaking, 1 warnings, 1 infos)"
        in markdown
    )
    assert "🟡" not in markdown
