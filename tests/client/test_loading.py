from __future__ import annotations

import functools
import json
import threading
import types
from concurrent.futures import ThreadPoolExecutor
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from support.documents import Server, content, document, operation, parameter, single

import dynclient
from dynclient import errors

MADE = single(
    parameter("q"),
    body=content({"$ref": "#/components/schemas/A"}),
    components={"schemas": {"A": {"type": "object", "properties": {"a": {"type": "integer"}}}}},
)


@pytest.fixture
def web(tmp_path):
    """Serve a folder on the loopback interface; return its URL."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path))
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def ids(document_):
    return list(document_.operations)


@pytest.mark.parametrize("name", ["api.json", "api.yaml", "api", "a b é#?%41.json"])
def test_a_path_is_loaded_as_text_or_path(tmp_path, name, monkeypatch):
    path = tmp_path / name
    path.write_text(json.dumps(MADE))
    assert ids(dynclient.load(path)) == ids(dynclient.load(str(path))) == ["run"]
    monkeypatch.chdir(tmp_path)
    assert ids(dynclient.load(name)) == ["run"]


def test_yaml_is_loaded(tmp_path):
    (tmp_path / "api.yaml").write_text(
        "openapi: 3.0.3\ninfo: {title: Shop, version: 1.0.0}\npaths:\n  /x:\n    get: {operationId: run, responses: {200: {description: fine}}}\n"
    )
    client = dynclient.Client(tmp_path / "api.yaml", server="https://a.test", transport=Server())
    assert client.run() is None
    assert client.document.title == "Shop"


def test_a_url_is_loaded_and_its_server_is_relative_to_it(web, tmp_path):
    (tmp_path / "api.json").write_text(json.dumps({**MADE, "servers": [{"url": "/v1"}]}))
    client = dynclient.Client(f"{web}/api.json")
    assert client.run.request(body={"a": 1}).url == f"{web}/v1/things"


def test_a_document_from_the_net_reads_no_local_file(web, tmp_path):
    secret = tmp_path / "outside.json"
    secret.write_text(json.dumps({"type": "integer"}))
    for reference in (secret.as_uri(), f"file://{secret}"):
        made = single(body=content({"$ref": reference}))
        (tmp_path / "api.json").write_text(json.dumps(made))
        found = dynclient.load(f"{web}/api.json")
        assert "unresolvable-reference" in [p.code for p in found.problems]


def test_files_beside_the_document_are_read(tmp_path, web):
    (tmp_path / "schemas.json").write_text(json.dumps({"A": {"type": "integer"}}))
    (tmp_path / "api.json").write_text(
        json.dumps(single(body=content({"$ref": "schemas.json#/A"})))
    )
    for source in (tmp_path / "api.json", f"{web}/api.json"):
        assert dynclient.Client(source, server="https://a.test").run.validate(body="x")


def test_a_mapping_is_loaded_and_later_changes_do_not_reach_it():
    mapping = json.loads(json.dumps(MADE))
    found = dynclient.load(mapping)
    mapping["paths"].clear()
    assert ids(found) == ["run"]
    assert found.operations["run"].parameters[0].name == "q"


def _frozen(value):
    if isinstance(value, dict):
        return types.MappingProxyType({k: _frozen(v) for k, v in value.items()})
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def test_any_kind_of_mapping_and_sequence_will_do():
    assert dynclient.Client(_frozen(MADE)).run.validate(body={"a": "x"})


def test_integer_keys_of_a_yaml_reader_are_text():
    schema = {"type": "object", "properties": {1: {"type": "integer"}, False: {"type": "integer"}}}
    made = {**single(body=content(schema), responses={200: {"description": "x"}})}
    client = dynclient.Client(made, transport=Server())
    assert client.run(body={"1": 1}) is None
    assert client.run.validate(body={"1": "x", "false": 1})
    assert client.document.problems == ()


def test_a_mapping_that_holds_itself_comes_to_an_end():
    made = document({})
    made["x-self"] = made
    with pytest.raises(errors.DocumentTooLarge):
        dynclient.load(made)


def _refer(reference, version="3.1.0"):
    return single(body=content({"$ref": reference}), version=version)


def _reasons(document_):
    return [p.message for p in document_.problems if p.code == "unresolvable-reference"]


@pytest.fixture
def parts(tmp_path):
    """Write a schema file, and one that refers to it, and return the path of the second one."""
    (tmp_path / "integer.json").write_text('{"type": "integer"}')
    path = tmp_path / "parts.json"
    path.write_text('{"A": {"$ref": "integer.json"}}')
    return path


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize("reference", ["parts.json#/A", "../parts.json#/A", "{uri}#/A", "{path}"])
def test_a_mapping_has_no_base_and_reads_no_file(parts, monkeypatch, reference, version):
    monkeypatch.chdir(parts.parent)
    named = reference.format(uri=parts.as_uri(), path=parts)
    [reason] = _reasons(dynclient.load(_refer(named, version)))
    assert reason == (
        f"$ref {named!r} cannot be resolved: a document that is given as a mapping has no base and "
        "reads no other file; load it with base=PATH, or with allow_references=True"
    )


def test_a_mapping_reads_nothing_from_the_net(web, parts):
    [reason] = _reasons(dynclient.load(_refer(f"{web}/parts.json#/A")))
    assert "has no base and reads no other file" in reason


@pytest.mark.parametrize("place", ["paths", "parameter", "response", "path item"])
def test_a_mapping_reads_no_file_wherever_the_reference_stands(parts, place):
    reference = {"$ref": parts.as_uri() + "#/A"}
    made = single(**{"parameters": [reference]} if place == "parameter" else {})
    if place == "response":
        made = single(responses={"200": reference})
    if place == "paths":
        made = {**document(), "paths": reference}
    if place == "path item":
        made = document({"/x": reference})
    assert _reasons(dynclient.load(made))


@pytest.mark.parametrize("kind", ["file", "folder", "text"])
def test_a_mapping_with_a_base_reads_what_lies_beside_it(parts, kind):
    base = {
        "file": parts.with_name("api.yaml"),
        "folder": parts.parent,
        "text": str(parts.parent / "x.json"),
    }[kind]
    found = dynclient.load(_refer("parts.json#/A"), base=base)
    assert not found.problems
    assert dynclient.Client(found, server="https://a.test").run.validate(body="x")


def test_a_file_that_refers_back_to_the_base_finds_the_mapping(tmp_path):
    (tmp_path / "parts.json").write_text('{"A": {"$ref": "api.json#/components/schemas/B"}}')
    made = {**_refer("parts.json#/A"), "components": {"schemas": {"B": {"type": "integer"}}}}
    assert not dynclient.load(made, base=tmp_path / "api.json").problems


def test_a_mapping_with_a_url_as_base_reads_from_there_and_no_local_file(web, parts):
    base = f"{web}/api.json"
    assert not dynclient.load(_refer("parts.json#/A"), base=base).problems
    [reason] = _reasons(dynclient.load(_refer(parts.as_uri()), base=base))
    assert "a document from the net reads no file" in reason


def test_allowed_references_of_a_mapping_are_read_where_they_are_whole(web, parts):
    for reference in (f"{parts.as_uri()}#/A", f"{web}/parts.json#/A"):
        assert not dynclient.load(_refer(reference), allow_references=True).problems
    [reason] = _reasons(dynclient.load(_refer("parts.json"), allow_references=True))
    assert reason.endswith("parts.json is neither a file nor an http or https URL")


def test_the_base_of_a_path_is_the_path_itself(tmp_path):
    (tmp_path / "api.json").write_text(json.dumps(MADE))
    with pytest.raises(errors.UsageError) as caught:
        dynclient.load(tmp_path / "api.json", base=".")
    assert str(caught.value) == (
        "`base` is for a document that is given as a mapping, as bytes, as a file object or on "
        "standard input\n  hint: leave it out: a path or URL is its own base"
    )


def test_a_reference_to_a_broken_file_says_what_is_broken(tmp_path):
    (tmp_path / "parts.yaml").write_text("A:\n\t type: integer\n")
    (tmp_path / "api.json").write_text(json.dumps(_refer("parts.yaml#/A")))
    [reason] = _reasons(dynclient.load(tmp_path / "api.json"))
    assert reason.startswith(
        "$ref 'parts.yaml#/A' cannot be resolved: "
        "parts.yaml is not valid YAML in line 2, column 1: "
    )


def test_a_reference_to_a_missing_file_names_the_file(tmp_path):
    (tmp_path / "api.json").write_text(json.dumps(_refer("parts.yaml#/A")))
    [reason] = _reasons(dynclient.load(tmp_path / "api.json"))
    assert reason.endswith(f"no document at {tmp_path / 'parts.yaml'}: No such file or directory")


def test_a_document_is_taken_as_it_is():
    found = dynclient.load(MADE)
    assert dynclient.load(found) is found
    assert dynclient.Client(found).document is found


@pytest.mark.parametrize(
    "source",
    [
        "/no/such/file",
        "no-such.yaml",
        Path("nope"),
        "file:///no/such",
        "\0",
        "http://127.0.0.1:1/x",
    ],
)
def test_what_is_not_there_is_not_found(source):
    with pytest.raises(errors.DocumentNotFound) as caught:
        dynclient.load(source)
    assert "nothing" not in str(caught.value)


def test_a_missing_page_is_not_found(web):
    with pytest.raises(errors.DocumentNotFound, match="404"):
        dynclient.load(f"{web}/nope")


@pytest.mark.parametrize("source", [5, None, b"x", b"", [], {1, 2}, ""])
def test_what_is_no_source_is_a_usage_or_document_error(source):
    with pytest.raises((errors.UsageError, errors.DocumentError)):
        dynclient.load(source)


@pytest.mark.parametrize(
    "made",
    [
        {},
        {"openapi": "4.0.0"},
        {"openapi": 3},
        {5: 6},
        {"openapi": None},
        {"openapi": []},
        {"openapi": "2.0"},
    ],
)
def test_a_version_that_is_not_read_is_told_with_those_that_are(made):
    with pytest.raises(errors.UnsupportedVersion) as caught:
        dynclient.load(made)
    assert "3.0" in caught.value.hint


@pytest.mark.parametrize("text", ["a: [", "{", "a: b: c", "\x00", "a:\n\t- b"])
def test_a_text_that_is_no_yaml_names_line_and_column(tmp_path, text):
    path = tmp_path / "api.yaml"
    path.write_text(text)
    with pytest.raises(errors.DocumentSyntaxError) as caught:
        dynclient.load(path)
    assert caught.value.line >= 1
    assert caught.value.column >= 1


@pytest.mark.parametrize("text", ["", "[]", "just text", "5", "null"])
def test_a_text_that_is_no_object_is_no_document(tmp_path, text):
    path = tmp_path / "api.yaml"
    path.write_text(text)
    with pytest.raises(errors.UnsupportedVersion):
        dynclient.load(path)


def test_sixteen_threads_may_touch_a_fresh_client_at_once():
    schemas = {
        f"S{i}": {
            "type": "object",
            "properties": {
                "next": {"$ref": f"#/components/schemas/S{(i + 1) % 40}"},
                "n": {"type": "integer"},
            },
        }
        for i in range(40)
    }
    paths = {
        f"/p{i}/{{id}}": {
            "post": operation(
                parameter("id", "path"),
                body=content({"$ref": f"#/components/schemas/S{i}"}),
                operationId=f"op{i}",
            )
        }
        for i in range(40)
    }
    made = document(paths, components={"schemas": schemas})
    for _ in range(3):
        client = dynclient.Client(made, transport=Server())
        barrier = threading.Barrier(16)

        def touch(number, client=client, barrier=barrier):
            barrier.wait()
            told = []
            for i in range(40):
                op = client[f"op{(i + number) % 40}"]
                told.append(
                    (
                        op.validate("x", n="no", next={"next": {"m": 1}}),
                        op.request("x", n=1).url,
                        str(op.__signature__),
                        op("x", n=1),
                    )
                )
            return told[-number % 40 :] + told[: -number % 40]

        with ThreadPoolExecutor(16) as pool:
            results = list(pool.map(touch, range(16)))
        assert all(result == results[0] for result in results)
        assert all(len(violations) == 2 for violations, *_ in results[0])
