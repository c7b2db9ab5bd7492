"""Diffs made of hostile text: what documents of strangers may hold, in every field that reports write."""

from __future__ import annotations

from hypothesis import strategies as st
from report_samples import source

from dynclient.diffing.change import Change, find_worst_level
from dynclient.diffing.changeset import Revision
from dynclient.diffing.diff import Diff
from dynclient.diffing.rules import RULES

#: Unique enough to be found again in a report.
MARK = "h0st1le"

pieces = st.sampled_from(
    [
        "<script>alert(1)</script>", "</script>", "</style>", "<img src=x onerror=alert(1)>", '" onclick="x', "' autofocus '",
        "<!--", "-->", "]]>", "&lt;b&gt;", "&#60;b>", "javascript:alert(1)", "</code></pre></details>", f"<{MARK}>", f"<b {MARK}=1>",
        "`", "```", "````", "|", "\n", "\r\n", "\n\n", "\n# ", "\n- ", "\n---\n", "[x](https://a.example)", "![x](https://a.example/x.png)",
        "https://a.example", "www.a.example", "@someone", "@org/team", "#123", "GH-7", "org/repo#1", "a@b.example", "*", "_", "~~", "$x$", "\\",
        "::error::x", "\n::set-output name=x::y", "::", "%0A", "%", ":", ",", "##[error]", "{0}", "{", "}", "[", "]",
        "\x1b[2J", "\x00", "\x07", "\u202e", "\u2028", "\ud800", "\u200b", "é", "名", " ", "word", "name", "{id}", "/v1/things", "1. ",
    ]
)  # fmt: skip
texts = st.lists(pieces, max_size=6).map("".join)
long_texts = st.one_of(texts, st.integers(1, 5000).map(lambda size: "x y" * size))

scalars = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | texts
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
call_documents = st.fixed_dictionaries(
    {},
    optional={
        "path": st.dictionaries(texts, scalars, max_size=2),
        "query": st.dictionaries(texts, scalars, max_size=2),
        "body": json_values,
        "media_type": texts,
    },
)
files = st.one_of(
    st.sampled_from(
        [
            "file:///etc/api.yaml",
            "https://a.example/api.yaml?x=1#/y",
            "memory:document",
            "api.yaml",
            "C:\\api.yaml",
        ]
    ),
    texts,
    texts.map(lambda text: f"file:///{text}"),
)
sources = st.none() | st.builds(source, files, texts, st.none() | st.integers(1, 10**6))
levels = st.sampled_from(["breaking", "warning", "info", "none"])
views = st.sampled_from(["wire", "code", "both"])


@st.composite
def changes(draw):
    """A change whose every text is hostile."""
    side = draw(st.sampled_from(["", "call", "result", "call and result"]))
    operation = draw(st.one_of(texts, st.just("listThings"), st.just("GET /things/{id}")))
    old_source = draw(sources)
    proof = draw(st.sampled_from(["witness", "fact", "rule", "unknown"]))
    witness = (
        draw(call_documents if side == "call" else json_values) if proof == "witness" else None
    )
    return Change(
        rule=draw(st.sampled_from(list(RULES)) | texts.map(lambda text: f"{MARK}{text}")),
        level=draw(levels),
        views={"wire": draw(levels), "code": draw(levels)},
        side=side,
        sides={each: {"wire": draw(levels), "code": draw(levels)} for each in side.split(" and ")}
        if " and " in side
        else {},
        operation=operation,
        operations=tuple(draw(st.lists(texts, max_size=5))),
        where=draw(texts),
        old=draw(json_values),
        new=draw(json_values),
        proof=proof,
        witness=witness,
        refusal=draw(texts),
        because=draw(long_texts),
        source=draw(st.one_of(sources, st.just(old_source))),
        old_source=old_source,
        used=tuple(draw(st.lists(texts, max_size=4))),
        accepted=draw(st.just("") | texts),
        policy=draw(st.booleans()),
    )


@st.composite
def diffs(draw, *, seen=False):
    """A diff of hostile text; with `seen`, its changes have the level that its view gives them."""
    view = draw(views)
    found = draw(st.lists(changes(), max_size=5))
    if seen:
        readers = ("wire", "code") if view == "both" else (view,)
        assert all(
            find_worst_level([c.views[r] for r in readers]) == c.seen(view).level for c in found
        )
        found = [change.seen(view) for change in found]
    revisions = [
        draw(st.builds(Revision, texts, texts, files, st.integers(0, 500))) for _ in range(2)
    ]
    return Diff(*revisions, view, tuple(found), {"compared": draw(st.integers(0, 9))})
