"""The page: nothing in it comes from a document but text, and it needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from report_samples import change, diff_of
from report_strategies import MARK, diffs, texts

from dynclient.diffing.report import summary
from dynclient.diffing.report.as_html import render
from dynclient.html_elements import element

VOID = {"meta", "input"}
TAGS = {
    "html", "head", "meta", "title", "style", "body", "a", "header", "div", "p", "fieldset", "legend", "input", "label", "h1", "span",
    "strong", "em", "ul", "li", "small", "dl", "dt", "dd", "code", "form", "select", "option", "output", "button", "main", "section",
    "h2", "h3", "details", "summary", "figure", "figcaption", "pre", "del", "ins", "footer", "script",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "href", "class", "type", "value", "id", "checked", "for", "aria-label",
    "aria-labelledby", "role", "hidden", "tabindex", "open", "data-level", "data-wire", "data-code", "data-operations",
}  # fmt: skip


class Page(HTMLParser):
    """What a browser finds in a page."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.open, self.texts, self.raw = [], [], [], [], {}
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("script", "style"):
            self.raw[self.open[-1]] = self.raw.get(self.open[-1], "") + data
        else:
            self.texts.append(data)

    def handle_comment(self, data):
        raise AssertionError(data)

    def all(self, name):
        return [value for _, key, value in self.attributes if key == name]


def test_the_example(diff, snapshot):
    page = render(diff)
    assert re.sub(r"(?s)(<style>|<script>).*?(</)|sha256-[^']+", r"\1…\2", page) == snapshot
    assert diff.to_html() == page


@given(diffs())
def test_no_element_and_no_attribute_comes_from_a_document(diff):
    page = Page(render(diff))
    assert not page.open
    assert set(page.tags) <= TAGS
    assert {name for _, name, _ in page.attributes} <= ATTRIBUTES
    for tag, _, value in page.attributes:
        assert tag == "meta" or re.fullmatch(r"[\w #-]*|Filter the changes", value or "")
    assert page.tags.count("details") >= len(summary.list_reported(diff))
    assert page.tags.count("script") == 1


@given(diffs())
def test_its_policy_allows_only_our_style_and_script(diff):
    page = Page(render(diff))
    digests = [
        base64.b64encode(hashlib.sha256(page.raw[tag].encode()).digest()).decode()
        for tag in ("style", "script")
    ]
    wanted = "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'"
    assert wanted.format(*digests) in page.all("content")
    assert not re.search(
        r"url\(|@import|fetch|XMLHttp|innerHTML|eval", page.raw["style"] + page.raw["script"]
    )


@given(diffs())
def test_every_link_leads_to_a_place_in_the_page(diff):
    page = Page(render(diff))
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    assert {
        target.removeprefix("#")
        for target in [*page.all("href"), *(f"#{label}" for label in page.all("for"))]
    } <= set(ids)
    assert set(page.all("aria-labelledby")) <= set(ids)
    levels = [int(tag[1]) for tag in page.tags if re.fullmatch(r"h\d", tag)]
    assert levels[:1] == [1]
    assert all(after <= before + 1 for before, after in pairwise(levels))


@given(diffs())
def test_each_change_names_its_operations_by_number(diff):
    page = Page(render(diff))
    numbers = {value for tag, name, value in page.attributes if (tag, name) == ("option", "value")}
    for listed in page.all("data-operations"):
        assert set((listed or "").split()) <= numbers


@given(texts, st.sampled_from(["rule", "where", "operation", "because", "refusal", "accepted"]))
def test_hostile_text_is_shown_as_text(hostile, field):
    made = change(
        proof="witness", side="call", witness={"body": hostile}, old=hostile, new={hostile: hostile}
    )
    page = Page(render(diff_of(replace(made, **{field: f"{MARK} {hostile}"}))))
    assert any(MARK in each for each in page.texts)


def test_what_differs_between_the_sides_is_marked():
    page = render(diff_of(change(old=["a", "b"], new=["a", "b", "c"])))
    assert re.findall(r"<(?:ins|del)>(.*?)<", page) == ["  &quot;c&quot;"]


def test_a_long_value_is_cut_and_says_so():
    page = render(diff_of(change(old=list(range(500)), new=[])))
    assert "… 382 more lines, all in the JSON report" in page


def test_a_page_without_changes_says_so():
    page = Page(render(diff_of()))
    assert "No difference" in page.texts
    assert "form" not in page.tags


def test_text_is_escaped_and_elements_are_not():
    inner = element("b", "<i>", title='"')
    assert (
        element("p", inner, "&", None, hidden=True)
        == '<p hidden><b title="&quot;">&lt;i&gt;</b>&amp;</p>'
    )
