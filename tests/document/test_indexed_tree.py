"""A tree with an index is the same tree, of which only what is looked at is parsed."""

from __future__ import annotations

import copy
import json
import pickle
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dynclient
from dynclient.document.cache.indexed_tree import (
    MAX_INLINE_CHARS,
    IndexedObject,
    build_index,
    has_shape_of_index,
)

LONG = "x" * (MAX_INLINE_CHARS + 1)

TREE = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "description": LONG},
    "paths": {
        "/a": {"get": {"operationId": "a", "description": LONG, "responses": {"200": {"description": LONG}}}, "parameters": []},
        "/b": None,
        "/c": {},
    },
    "components": {"schemas": {"A": {"type": "object", "description": LONG}, "B": True}, "responses": {}},
    "tags": [{"name": LONG}, {"name": "short"}],
    "x-é😀\n": [1, 2**70, 1.5, None, True, "\ud800"],
}  # fmt: skip


def indexed(tree) -> IndexedObject:
    """Return a tree as it comes from the cache."""
    root, text = build_index(tree)
    index = json.loads(json.dumps(root))
    assert has_shape_of_index(index, len(text))
    return IndexedObject(index, text)


WAYS = {
    "dict": dict,
    "unpacked": lambda tree: {**tree},
    "merged": lambda tree: {} | tree,
    "updated": lambda tree: [new := {}, new.update(tree)][0],
    "items": lambda tree: dict(tree.items()),
    "values": lambda tree: dict(zip(tree, tree.values(), strict=True)),
    "keys": lambda tree: {key: tree[key] for key in tree.keys()},  # noqa: SIM118
    "get": lambda tree: {key: tree.get(key) for key in tree},
    "copy": lambda tree: tree.copy(),
    "copied": copy.copy,
    "deep": copy.deepcopy,
    "pickled": lambda tree: pickle.loads(pickle.dumps(tree)),
    "equal": lambda tree: (
        TREE if tree == TREE and tree == TREE and (tree != TREE) is False else None
    ),
    "json": lambda tree: json.loads(json.dumps(tree)),
    "json, indented": lambda tree: json.loads(json.dumps(tree, indent=1)),
    "printed": lambda tree: TREE if repr(tree) == repr(TREE) and str(tree) == str(TREE) else None,
    "sorted": lambda tree: dict(sorted(tree.items(), key=lambda item: list(TREE).index(item[0]))),
}


@pytest.mark.parametrize("way", WAYS)
def test_whatever_reads_the_tree_finds_all_of_it(way):
    found = WAYS[way](indexed(TREE))
    assert found == TREE
    assert list(found) == list(TREE)
    assert list(found["paths"]) == list(TREE["paths"])


def test_a_member_is_the_same_object_each_time():
    tree = indexed(TREE)
    assert tree["info"] is tree["info"] is tree.get("info")
    assert tree["tags"] is tree["tags"]


def test_what_goes_round_the_methods_is_refused_and_never_wrong():
    orjson = pytest.importorskip("orjson")
    jsonschema_rs = pytest.importorskip("jsonschema_rs")
    with pytest.raises(TypeError):
        orjson.dumps(indexed(TREE))
    with pytest.raises((TypeError, ValueError)):
        jsonschema_rs.Draft202012Validator(indexed(TREE))


def test_what_is_absent_is_absent():
    tree = indexed(TREE)
    assert "x" not in tree
    assert tree.get("x") is None
    assert tree.get("x", 1) == 1
    with pytest.raises(KeyError):
        tree["x"]
    assert tree["paths"].get("/b", 1) is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4) | st.just(LONG),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.sampled_from(["paths", "components", "/a", "get"]), inner, max_size=3),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["paths", "webhooks", "components", "info", "\0"]), _JSON))
def test_any_tree_comes_back_as_it_was(tree):
    assert indexed(tree) == tree


@pytest.mark.parametrize(
    "index",
    [
        None, 1, [], [{}], [{}, {}, {}], [{}, []], [[], {}], [{}, {"a": [0, 1]}], [{"a": None}, {"a": [0, 11]}], [{"a": None}, {"a": [-1, 1]}],
        [{"a": None}, {"a": [0, 0]}], [{"a": None}, {"a": [0.5, 1]}], [{"a": None}, {"a": [True, 1]}], [{"a": None}, {"a": [0]}],
        [{"a": None}, {"a": None}], [{"a": None}, {"a": [{}, 1]}],
    ],
)  # fmt: skip
def test_an_index_that_leads_out_of_its_text_is_none(index):
    assert not has_shape_of_index(index, 10)


def test_threads_that_read_a_member_at_once_get_one_object():
    tree = indexed({"paths": {f"/{i}": {"get": {"description": LONG}} for i in range(50)}})
    start, found = threading.Barrier(4), []

    def read():
        start.wait()
        found.append([id(tree["paths"][f"/{i}"]["get"]) for i in range(50)])

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(tuple, found))) == 1


def _build_large(operations: int):
    schemas = {
        f"S{i}": {"type": "object", "description": LONG, "properties": {"next": {"$ref": f"#/components/schemas/S{i + 1}"}} if i % 10 != 9 else {}}
        for i in range(operations)
    }  # fmt: skip
    paths = {
        f"/things/{i}": {"post": {
            "operationId": f"do{i}",
            "description": LONG,
            "requestBody": {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/S{i}"}}}},
            "responses": {"200": {"description": LONG}},
        }}
        for i in range(operations)
    }  # fmt: skip
    return {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths, "components": {"schemas": schemas}}  # fmt: skip


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))


@pytest.mark.usefixtures("cache")
def test_a_call_parses_its_operation_and_what_that_needs_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "api.json"
    path.write_text(json.dumps(_build_large(200)))
    dynclient.load(path)
    read_keys = []
    read_member = IndexedObject._read_member
    monkeypatch.setattr(
        IndexedObject, "_read_member", lambda self, key: read_keys.append(key) or read_member(self, key)
    )  # fmt: skip
    client = dynclient.Client(path, server="https://api.example.com")
    request = client.do55.request(body={"next": {"next": {}}})
    assert request.url == "https://api.example.com/things/55"
    assert {key for key in read_keys if key.startswith("S")} == {f"S{i}" for i in range(55, 60)}
    assert read_keys.count("responses") <= 1
    with pytest.raises(dynclient.errors.InvalidCall, match="next"):
        client.do55(body={"next": 1})


@pytest.mark.usefixtures("cache")
def test_a_document_from_the_cache_is_checked_and_described_as_before(tmp_path):
    path = tmp_path / "api.json"
    large = _build_large(40)
    large["paths"]["/things/3"]["post"]["requestBody"] = {"$ref": "#/components/requestBodies/X"}
    path.write_text(json.dumps(large))
    first, second = dynclient.load(path), dynclient.load(path)
    assert isinstance(second.files.top.value, IndexedObject)
    assert list(map(str, first.problems)) == list(map(str, second.problems))
    assert list(first.operations) == list(second.operations)
    assert not dynclient.diff(first, second).changes
