"""Overlays: what each action makes of a document, and where its problems stand."""

from __future__ import annotations

import io
import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from support.documents import content, document, operation, parameter, single

import dynclient
from dynclient import errors
from dynclient.cli.main import root
from dynclient.document.tree_origins import TreeOrigins


def overlay(*actions, version="1.1.0"):
    return {"overlay": version, "info": {"title": "o", "version": "1"}, "actions": list(actions)}


def shop():
    paths = {
        "/a": {"get": operation(parameter("x"), parameter("y"), parameter("z"), operationId="a")},
        "/b": {"get": operation(operationId="b", tags=["t"])},
    }
    return document(paths)


def apply(*actions, made=None, **options):
    return dynclient.load(made or shop(), overlay=overlay(*actions, **options))


def list_codes(found):
    return [each.code for each in found.problems]


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0", "1.1", 1.0])
def test_an_update_is_merged_into_each_object(version):
    found = apply({"target": "$.paths.*.get", "update": {"summary": "Hi", "tags": ["new"]}}, version=version)  # fmt: skip
    assert [each.summary for each in found.operations.values()] == ["Hi", "Hi"]
    assert [each.tags for each in found.operations.values()] == [("new",), ("t", "new")]
    assert found.problems == ()


def test_an_update_is_appended_to_a_list():
    target = "$.paths['/a'].get.parameters"
    found = apply({"target": target, "update": parameter("one")}, {"target": target, "update": [parameter("two")]})  # fmt: skip
    names = [each.name for each in found.operations["a"].parameters]
    assert names == ["x", "y", "z", "one", "two"]


def test_an_update_replaces_a_value():
    found = apply({"target": "$.paths['/a'].get.operationId", "update": "renamed"})
    assert list(found.operations) == ["renamed", "b"]


def test_what_is_removed_is_gone():
    found = apply(
        {"target": "$.paths['/a'].get.parameters[?@.name == 'x' || @.name == 'z']", "remove": True},
        {"target": "$.paths['/b']", "remove": True, "update": {"x": 1}},
    )
    assert [each.name for each in found.operations["a"].parameters] == ["y"]
    assert list(found.operations) == ["a"]
    assert list_codes(found) == []


def test_what_lies_inside_of_what_is_removed_is_gone_with_it():
    made = shop()
    made["paths"]["/a"]["x-internal"] = [{"x-internal": 1}, {"x-kept": 1}]
    made["paths"]["/a"]["get"]["x-internal"] = {"x-internal": {"x-internal": 1}}
    found = apply({"target": "$..['x-internal']", "remove": True}, made=made)
    assert "x-internal" not in json.dumps(found.files.top.value)
    assert list_codes(found) == []


def test_each_target_gets_a_copy_of_its_own():
    extra = {"x-a": {"owner": "all"}, "x-b": [{"n": 1}]}
    found = apply(
        {"target": "$.paths.*.get", "update": extra},
        {"target": "$.paths['/a'].get", "update": {"x-a": {"owner": "a"}, "x-b": [{"n": 2}]}},
        {"target": "$.paths['/b'].get", "copy": "$.paths['/a'].get"},
        {"target": "$.paths['/a'].get['x-b'][0]", "update": {"n": 3}},
    )
    a, b = (each.node.value for each in found.operations.values())
    assert (a["x-a"], b["x-a"]) == ({"owner": "a"}, {"owner": "a"})
    assert a["x-b"] == [{"n": 3}, {"n": 2}]
    assert b["x-b"] == [{"n": 1}, {"n": 1}, {"n": 2}]
    assert extra == {"x-a": {"owner": "all"}, "x-b": [{"n": 1}]}


def test_a_copy_and_a_removal_rename_a_path():
    found = apply(
        {"target": "$.paths", "update": {"/new": {}}},
        {"target": "$.paths['/new']", "copy": "$.paths['/a']"},
        {"target": "$.paths['/a']", "remove": True},
    )
    assert found.operations["a"].path == "/new"
    assert dynclient.Client(found).a.request(x=1).url.endswith("/new?x=1")


def test_several_overlays_are_applied_in_order_from_any_source(tmp_path):
    first = overlay({"target": "$.info", "update": {"title": "first"}})
    (tmp_path / "second.yaml").write_text(
        "overlay: 1.0.0\nactions:\n- target: $.info\n  update: {title: second}\n"
    )
    third = json.dumps(overlay({"target": "$.info", "update": {"version": "3"}}))
    for last in (third.encode(), io.StringIO(third)):
        found = dynclient.load(shop(), overlay=[first, tmp_path / "second.yaml", last])
        assert found.info == {"title": "second", "version": "3"}


def test_the_document_that_was_given_stays_as_it_is():
    made = shop()
    before = json.dumps(made)
    apply({"target": "$..parameters", "remove": True}, made=made)
    assert json.dumps(made) == before


def test_an_alias_in_the_document_is_changed_in_one_place_only(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text(
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /a: &shared {get: {responses: {200: {description: x}}}}\n  /b: *shared\n"
    )
    found = dynclient.load(path, overlay=overlay({"target": "$.paths['/a'].get", "update": {"operationId": "a"}}))  # fmt: skip
    assert list(found.operations) == ["a", "GET /b"]


@pytest.mark.parametrize(
    ("action", "code", "severity"),
    [
        ({"target": "$.nope", "remove": True}, "overlay-without-match", "warning"),
        ({"target": "$.paths[?@.x == 1]", "update": {}}, "overlay-without-match", "warning"),
        ({"target": "$[", "remove": True}, "invalid-overlay", "error"),
        ({"target": "paths", "remove": True}, "invalid-overlay", "error"),
        ({"target": "", "remove": True}, "invalid-overlay", "error"),
        ({"target": 5}, "invalid-overlay", "error"),
        ({}, "invalid-overlay", "error"),
        ("x", "invalid-overlay", "error"),
        ({"target": "$.info"}, "invalid-overlay", "error"),
        ({"target": "$", "remove": True}, "invalid-overlay", "error"),
        ({"target": "$.info", "copy": "$.paths.*"}, "invalid-overlay", "error"),
        ({"target": "$.info", "copy": "$.nope"}, "invalid-overlay", "error"),
        ({"target": "$.info", "update": "x"}, "incompatible-overlay", "error"),
        ({"target": "$.info", "update": ["x"]}, "incompatible-overlay", "error"),
        ({"target": "$.info", "update": {"title": {}}}, "incompatible-overlay", "error"),
        ({"target": "$.paths['/b'].get", "update": {"tags": "x"}}, "incompatible-overlay", "error"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_action_is_a_problem_and_the_rest_applies(action, code, severity):
    rename = {"target": "$.paths['/b'].get.operationId", "update": "renamed"}
    found = apply(action, rename)
    [problem] = found.problems
    assert (problem.code, problem.severity) == (code, severity)
    assert problem.pointer.startswith("/actions/0")
    assert "renamed" in found.operations


@pytest.mark.parametrize("given_overlay", [{}, {"overlay": "2.0.0"}, b"[]", b"text", b"", {"actions": []}])  # fmt: skip
def test_what_is_no_overlay_is_a_typed_error(given_overlay):
    with pytest.raises(errors.UnsupportedVersion) as caught:
        dynclient.load(shop(), overlay=given_overlay)
    assert "Overlay 1.0 and 1.1" in caught.value.hint


@pytest.mark.parametrize("given_overlay", ["/no/such.yaml", b"a: [", "git:x"])
def test_an_overlay_that_cannot_be_read_is_a_typed_error(given_overlay):
    with pytest.raises((errors.DocumentError, errors.UsageError)):
        dynclient.load(shop(), overlay=given_overlay)


def test_an_overlay_without_actions_is_a_problem():
    found = dynclient.load(shop(), overlay={"overlay": "1.0.0"})
    assert list_codes(found) == ["invalid-overlay"]


def test_problems_and_violations_stand_in_the_file_that_says_so(tmp_path):
    (tmp_path / "api.yaml").write_text(
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    get:\n      operationId: a\n      parameters:\n        - {name: x, in: query}\n        - {name: y, in: query, schema: {type: integer}}\n      responses: {200: {description: x}}\n"
    )
    (tmp_path / "fix.yaml").write_text(
        "overlay: 1.1.0\nactions:\n  - target: $.paths['/a'].get.parameters[?@.name == 'x']\n    remove: true\n  - target: $.paths['/a'].get.parameters\n    update:\n      name: w\n      in: query\n      schema: {type: boolean, minLength: x}\n  - target: $.nope\n    remove: true\n"
    )
    found = dynclient.load(tmp_path / "api.yaml", overlay=tmp_path / "fix.yaml")
    client = dynclient.Client(found)
    places = {each.path[-1]: str(each.place) for each in client.a.validate(y="x", w="x")}
    assert places == {"y": "api.yaml:9", "w": "fix.yaml:9"}
    assert [str(each) for each in found.problems] == [
        "fix.yaml:10: warning: the target $.nope matches nothing; the action changes nothing [overlay-without-match]",
        "fix.yaml:9: error: `minLength` has a value that it cannot have; it is ignored [invalid-keyword]",
    ]  # fmt: skip


def test_a_reference_in_an_overlay_is_followed(tmp_path):
    (tmp_path / "s.yml").write_text("type: integer\n")
    update = {"requestBody": content({"$ref": "s.yml"})}
    fix = overlay({"target": "$.paths['/a'].get", "update": update})
    client = dynclient.Client(shop(), base=tmp_path, overlay=fix)
    assert client.a.validate(body="x")


def test_an_overlay_goes_with_loading_only():
    with pytest.raises(
        errors.UsageError, match="`overlay` and `limits` are for a document that is"
    ):
        dynclient.load(dynclient.load(shop()), overlay=overlay())


def test_the_command_line_takes_overlays_from_options_and_the_project(tmp_path, monkeypatch):
    (tmp_path / "api.json").write_text(json.dumps(single()))
    for name in ("one", "two"):
        action = {"target": "$.paths.*.post.operationId", "update": name}
        (tmp_path / f"{name}.json").write_text(json.dumps(overlay(action)))
    (tmp_path / "pyproject.toml").write_text(
        '[tool.dynclient]\nspec = "api.json"\noverlays = ["one.json"]\n'
    )
    monkeypatch.chdir(tmp_path)

    def list_operations(*words):
        result = CliRunner().invoke(root, ["list", *words])
        assert result.exit_code == 0, result.output
        return result.output.split()[0]

    assert list_operations() == "one"
    assert list_operations("--spec", "api.json") == "one"
    assert list_operations("--overlay", "two.json") == "two"
    (tmp_path / "none.json").write_text(json.dumps(overlay({"target": "$.nope", "remove": True})))
    checked = CliRunner().invoke(root, ["check", "--overlay", "none.json", "--fail-on", "warning"])
    assert checked.exit_code == 7
    assert "overlay-without-match" in checked.output


def load_title(path, fixes):
    return dynclient.load(path, overlay=fixes).title


@pytest.mark.parametrize("suffix", ["json", "yaml"])
@pytest.mark.parametrize("size", [10, 30_000])
def test_a_changed_overlay_or_document_counts_at_the_next_load(tmp_path, monkeypatch, suffix, size):
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    path, fixes = tmp_path / f"api.{suffix}", tmp_path / f"fixes.{suffix}"
    filling = {"x-filling": "-" * size}

    def write(file, value):
        text = json.dumps({**value, **filling}, indent=1)
        file.write_text(text if suffix == "json" else f"# YAML\n{text}\n")

    write(path, {**shop(), "info": {"title": "one", "version": "1"}})
    add = {"target": "$.info", "update": {"title": "overlaid"}}
    write(fixes, overlay(add))
    assert [load_title(path, fixes) for _ in range(2)] == ["overlaid"] * 2
    write(fixes, overlay({**add, "update": {"title": "again"}}))
    assert [load_title(path, fixes) for _ in range(2)] == ["again"] * 2
    assert dynclient.load(path).title == "one"
    write(fixes, overlay({**add, "update": {"version": "2"}}))
    write(path, {**shop(), "info": {"title": "two", "version": "1"}})
    assert [load_title(path, fixes) for _ in range(2)] == ["two"] * 2


_IDENTIFIED = {"$id": "https://schemas.test/item", "$anchor": "it", "type": "integer"}
_REFERRING = {"$ref": "https://schemas.test/item#it"}


@pytest.mark.parametrize("size", [10, 30_000])
def test_an_overlay_adds_identifiers_discriminators_and_files(tmp_path, monkeypatch, size):
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    bodies = single(method="post", requestBody=content({"type": "object"}))
    (tmp_path / "api.json").write_text(json.dumps({**bodies, "x-filling": "-" * size}))
    (tmp_path / "other.json").write_text('{"type": "string"}')
    schema = {"properties": {"a": _REFERRING, "b": {"$ref": "other.json"}}}
    target = "$.paths.*.post.requestBody.content.*.schema"
    fixes = overlay(
        {"target": "$", "update": {"components": {"schemas": {"Item": _IDENTIFIED}}}},
        {"target": target, "update": schema},
    )
    for _ in range(2):
        document = dynclient.load(tmp_path / "api.json", overlay=fixes)
        client = dynclient.Client(document, server="http://a.test")
        [key] = client.operations
        assert client[key].validate(body={"a": 1, "b": "x"}) == []
        paths = [found.path for found in client[key].validate(body={"a": "1", "b": 1})]
        assert sorted(paths) == [("body", "a"), ("body", "b")]


@given(st.lists(st.integers(0, 5), max_size=6), st.lists(st.text("a/~b0", max_size=3), max_size=3))
def test_origins_follow_items_that_move_up(removals, keys):
    """A list with the same removals, kept beside it, says where each item comes from."""
    origins = TreeOrigins("file")
    location = tuple(keys)
    items = list(range(6))
    for removal in removals:
        if removal < len(items):
            origins.remove_items(location, {removal}, len(items))
            del items[removal]
    for index, original in enumerate(items):
        assert origins.find((*location, str(index))) == ("file", (*location, str(original)))


@given(st.text(max_size=20))
def test_no_text_of_a_target_stops_the_document(target):
    assert list(apply({"target": target, "update": {"x-a": 1}}).operations) is not None


CACHED_ACTIONS = [
    {"target": "$.info", "update": {"title": "New"}},
    {"target": "$.paths['/a'].get", "update": {"parameters": [{"name": "w", "in": "query"}]}},
    {"target": "$.paths['/a'].get.parameters[0]", "remove": True},
    {"target": "$.paths['/a'].get.parameters[0]", "update": {"description": "the first"}},
    {"target": "$.paths['/b']", "remove": True},
    {"target": "$.paths", "update": {"/b": {"get": operation(operationId="other")}}},
    {"target": "$.paths['/b'].get", "update": {"summary": "new"}},
    {"target": "$..get", "update": {"x-seen": True}},
    {"target": "$.paths['/c'].get", "copy": "$.paths['/a'].get"},
]


def build_cached_document(tmp_path):
    """Return the path of a document whose parsed text is in the cache."""
    made = shop()
    made["paths"]["/c"] = {"get": operation(operationId="c", description="long " * 100)}
    made["x-long"] = {"note": "long " * 100}
    path = tmp_path / "api.yaml"
    path.write_text("# yaml\n" + json.dumps(made))
    assert list(dynclient.load(path).operations) == ["a", "b", "c"]
    return path


@pytest.mark.parametrize("count", range(1, len(CACHED_ACTIONS) + 1))
def test_a_document_from_the_cache_is_changed_like_any_other(tmp_path, count):
    path = build_cached_document(tmp_path)
    before = dynclient.load(path).top.value.copy()
    changed = dynclient.load(path, overlay=overlay(*CACHED_ACTIONS[:count]))
    text = path.read_text().removeprefix("# yaml\n")
    plain = dynclient.load(json.loads(text), overlay=overlay(*CACHED_ACTIONS[:count]))
    assert changed.top.value == plain.top.value
    assert list_codes(changed) == list_codes(plain)
    assert dynclient.load(path).top.value.copy() == before


def test_an_overlay_reads_only_what_it_changes(tmp_path):
    path = build_cached_document(tmp_path)
    changed = dynclient.load(path, overlay=overlay(*CACHED_ACTIONS[:2]))
    unread = {key for key, value in dict.items(changed.top.value) if "_Unread" in repr(type(value))}
    assert "x-long" in unread
    assert changed.title == "New"


def test_an_overlay_from_the_cache_may_look_like_a_document(tmp_path):
    looks_like_both = {**overlay(CACHED_ACTIONS[0]), "openapi": "3.1.0", "x": {"y": "long " * 100}}
    path = tmp_path / "overlay.yaml"
    path.write_text("# yaml\n" + json.dumps(looks_like_both))
    for _ in range(2):
        assert dynclient.load(shop(), overlay=path).title == "New"


def test_an_item_that_moved_up_is_changed_in_one_place_only():
    text = b"openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\nx-a: &a [{n: 0}, {n: 1}, {n: 2}]\nx-b: *a\n"
    actions = [
        {"target": "$['x-a'][1]", "update": {"seen": 1}},
        {"target": "$['x-a'][0]", "remove": True},
        {"target": "$['x-a'][1]", "update": {"seen": 2}},
    ]
    top = dynclient.load(text, overlay=overlay(*actions)).top.value
    assert top["x-a"] == [{"n": 1, "seen": 1}, {"n": 2, "seen": 2}]
    assert top["x-b"] == [{"n": 0}, {"n": 1}, {"n": 2}]
