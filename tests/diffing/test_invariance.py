"""A document that is written otherwise and says the same has no changes."""

from __future__ import annotations

import json
import os
import random

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from support import rewrites
from support.documents import answer, content, document, operation, parameter
from support.revisions import SHIPPED, operations, real, said, tree
from support.schemas import schemas

import dynclient
from dynclient.errors import DocumentError

MANY = bool(os.environ.get("DYNCLIENT_THOROUGH"))
EARLIER = [name for name in SHIPPED if name != "integration"]


def changes(old, new):
    """Return what a diff tells, for people who read a failure."""
    return [
        (c.rule, c.level, c.side, c.where, c.pointer, c.because)
        for c in dynclient.diff(old, new).changes
    ]


def touched(whole):
    """Return a document in which no operation is written as before, so that each is compared by its meaning."""
    for at in operations(whole):
        whole = said(whole, at, **{"x-touched": True})
    return whole


@pytest.mark.parametrize("name", SHIPPED)
def test_a_document_has_no_changes_from_itself(name):
    assert changes(SHIPPED[name], SHIPPED[name]) == []
    assert changes(tree(name), touched(tree(name))) == []


@pytest.mark.parametrize("rewrite", rewrites.REWRITES, ids=lambda rewrite: rewrite.__name__)
@pytest.mark.parametrize("name", ["2025-11", *(["integration"] if MANY else [])])
def test_a_shipped_document_that_is_written_otherwise_has_no_changes(name, rewrite):
    for seed in range(4 if MANY else 1):
        other = rewrite(tree(name), random.Random(f"{name} {seed}"))

        assert changes(tree(name), touched(other)) == []
        assert changes(touched(other), tree(name)) == []


@settings(max_examples=settings.default.max_examples // 3)
@given(
    st.sampled_from(EARLIER[:3]),
    st.lists(st.sampled_from(rewrites.REWRITES), min_size=2, max_size=4),
    st.integers(0, 999),
)
def test_several_ways_of_writing_it_otherwise_at_once_change_nothing(name, steps, seed):
    other = tree(name)
    for rewrite in steps:
        other = rewrite(other, random.Random(seed))

    assert changes(tree(name), other) == []


@st.composite
def small(draw):
    """Return a strategy of documents of our own, with schemas of every keyword."""
    components = {name: draw(schemas(leaves=3)) for name in ("One", "Two")}
    node = {
        "type": "object",
        "properties": {
            "next": {"$ref": "#/components/schemas/Node"},
            "one": {"$ref": "#/components/schemas/One"},
        },
    }
    body = {
        "type": "object",
        "properties": {"one": draw(schemas(leaves=3)), "two": {"$ref": "#/components/schemas/Two"}},
    }
    result = draw(
        st.sampled_from(
            [
                {"$ref": "#/components/schemas/Node"},
                {"type": "array", "items": {"$ref": "#/components/schemas/One"}},
            ]
        )
    )
    run = operation(
        parameter("q", schema={"type": "string", "enum": ["a", "b"]}),
        body=content(body),
        responses=answer(result),
    )
    return document(
        {"/things": {"post": run}}, components={"schemas": {**components, "Node": node}}
    )


@given(small(), st.sampled_from(rewrites.REWRITES), st.integers(0, 999))
def test_a_small_document_that_is_written_otherwise_has_no_changes(whole, rewrite, seed):
    other = rewrite(whole, random.Random(seed))

    assert changes(whole, touched(other)) == []


def test_json_and_yaml_and_several_files_say_the_same(tmp_path):
    whole = tree("2024-06")
    (tmp_path / "one.json").write_text(json.dumps(whole), encoding="utf-8")
    (tmp_path / "one.yaml").write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
    split(whole, tmp_path)

    for other in ("one.json", "one.yaml", "split.yaml"):
        assert changes(SHIPPED["2024-06"], tmp_path / other) == []
        assert changes(tmp_path / other, SHIPPED["2024-06"]) == []


def split(whole, folder):
    """Write a document into a folder of its own: its paths in one file, each component in another."""
    (folder / "schemas").mkdir()
    prefix = "#/components/schemas/"

    def pointed(tree, to):
        return rewrites.referring(
            tree,
            lambda ref: to + ref.removeprefix(prefix) + ".yaml" if ref.startswith(prefix) else ref,
        )

    for name, schema in whole["components"]["schemas"].items():
        (folder / "schemas" / f"{name}.yaml").write_text(
            yaml.safe_dump(pointed(schema, "")), encoding="utf-8"
        )
    rest = {**whole, "components": {k: v for k, v in whole["components"].items() if k != "schemas"}}
    (folder / "split.yaml").write_text(yaml.safe_dump(pointed(rest, "schemas/")), encoding="utf-8")


def test_what_says_the_same_by_other_means_has_no_changes():
    def run(**fields):
        things = {"type": "array", "items": {"type": "string"}}
        given = {"style": "form", "explode": True} if "style" in fields else {}
        query = [parameter("q", schema=things, **given), parameter("s", schema={"type": "integer"})]
        query[1] |= (
            {"style": "spaceDelimited"} if "style" in fields else {}
        )  # one value has nothing to be delimited
        media = 'application/JSON;charset="UTF-8"'
        if "media" in fields:
            media = "application/json; charset=utf-8"
        body = content(
            {"type": "object", "required": ["a", "a"] if "twice" in fields else ["a"]}, media
        )
        servers = [{"url": "https://api.example.com/v1" + ("/" if "slash" in fields else "")}]
        common = query if "path" in fields else []
        own = [] if "path" in fields else query
        return document(
            {"/things": {"parameters": common, "post": operation(*own, body=body)}}, servers=servers
        )

    for way in ("style", "media", "twice", "slash", "path"):
        assert changes(run(), run(**{way: True})) == [], way


def test_a_real_change_is_seen_through_all_of_it():
    """The rewrites hide nothing: a change made beside them is the only one that is told."""
    whole = tree("2022-03")
    at = ("components", "schemas", "NewAudience", "properties", "dynPlanted")
    for rewrite in rewrites.REWRITES:
        other = rewrite(rewrites.put(whole, at, {"type": "string"}), random.Random(1))

        assert [(c.rule, c.where) for c in dynclient.diff(whole, other).changes] == [
            ("property-added", "body.dynPlanted")
        ]


def test_a_real_document_has_no_changes_from_itself(real_documents):
    failed = {}
    for entry in real(10_000_000 if MANY else 150_000):
        path = real_documents / entry["root"]
        try:
            loaded = dynclient.load(path)
            found = changes(loaded, touched(loaded.top.value))
        except DocumentError:
            continue
        if found := [change for change in found if change[0] != "undecided"]:
            failed[path.name] = found

    assert failed == {}
