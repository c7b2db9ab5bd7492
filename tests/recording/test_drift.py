"""A recording held against a document of today: what it no longer describes, and what is known of it."""

import json

import httpx
import pytest
from support.documents import Server, answer, content, document, operation, single

import dynclient
from dynclient.recording.drift import find_drifts

OBJECT = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}}
QUERY = {"in": "query", "name": "q", "schema": {"type": "string"}}
SERVERS = [{"url": "https://a.test"}]


def build_source(*parameters, body=OBJECT, result=OBJECT, path="/things", **fields):
    return single(
        *parameters, path=path, requestBody=content(body), responses=answer(result), servers=SERVERS, **fields
    )  # fmt: skip


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "a.har"
    server = Server(lambda request: httpx.Response(200, content=request.content, headers={"Content-Type": "application/json"}))  # fmt: skip
    client = dynclient.Client(build_source(QUERY), transport=dynclient.record(path, transport=server))  # fmt: skip
    client.run(a=1, q="x")
    client.run(a=2, b="x")
    return path


def list_drifts(path, source):
    return [str(drift) for drift in find_drifts(path, dynclient.load(source)).drifts]


def test_a_document_that_did_not_change_describes_its_recording(recording):
    report = find_drifts(recording, dynclient.load(build_source(QUERY)))
    assert (report.drifts, report.exchange_count, report.foreign_count) == ((), 2, 0)


WITHOUT_B = {"type": "object", "properties": {"a": {"type": "integer"}}}
WITH_TEXT = {"type": "object", "properties": {"a": {"type": "string"}, "b": {}}}


@pytest.mark.parametrize(
    ("source", "drifts"),
    [
        (build_source(), ["run  call  query.q  unknown: the operation has no such parameter"]),
        (build_source(QUERY, body=WITHOUT_B), ["run  call  body.b  unknown: the schema declares no such property"]),
        (build_source(QUERY, body=WITH_TEXT), ["run  call  body.a  type: got 1, want string (2 exchanges)"]),
        (build_source(QUERY, result=WITH_TEXT), ["run  result 200  body.a  type: got 1, want string (2 exchanges)"]),
        (build_source(QUERY, result=WITHOUT_B), []),
        (build_source(QUERY, path="/v2/things"), ["run  operation  gone: the document has no operation for this method and path (2 exchanges)"]),
        (build_source(QUERY, operationId="walk"), ["run  operation  renamed: run is walk now (2 exchanges)"]),
        (build_source({**QUERY, "required": True}), ["run  call  query.q  missing: "]),
    ],
)  # fmt: skip
def test_what_a_document_no_longer_describes_is_named_once(recording, source, drifts):
    found = list_drifts(recording, source)
    assert len(found) == len(drifts)
    for line, start in zip(found, drifts, strict=True):
        assert line.startswith(start.partition(": ")[0])
        assert start.rpartition(" (")[1] == "" or line.endswith(start[start.rindex(" (") :])


def test_positions_of_an_array_are_one_place(tmp_path):
    path = tmp_path / "a.har"
    server = Server(httpx.Response(200, json=[1, 2, "x"]))
    before = single(responses=answer({"type": "array"}), servers=SERVERS)
    dynclient.Client(before, transport=dynclient.record(path, transport=server)).run()
    after = single(responses=answer({"items": {"type": "string"}}), servers=SERVERS)
    (line,) = list_drifts(path, after)
    assert line == "run  result 200  body[]  type: got 1, want string"


def test_a_secret_that_was_replaced_is_not_judged_but_its_presence_is(tmp_path):
    path = tmp_path / "a.har"
    server = Server(httpx.Response(200, json={"token": "abc"}))
    before = single(responses=answer({}), servers=SERVERS)
    dynclient.Client(before, transport=dynclient.record(path, transport=server)).run()
    result = {"properties": {"token": {"enum": ["abc"]}, "secret": {}}, "required": ["secret"]}
    after = single(responses=answer(result), servers=SERVERS)
    (line,) = list_drifts(path, after)
    assert line.startswith("run  result 200  body.secret  missing")


def test_undeclared_statuses_and_broken_bodies_drift(tmp_path):
    path = tmp_path / "a.har"
    answers = [
        httpx.Response(202, json=1),
        httpx.Response(200, text="{", headers={"Content-Type": "application/json"}),
        httpx.Response(500, text="oops"),
    ]
    server = Server(lambda _: answers.pop(0))
    source = single(responses=answer({}), servers=SERVERS)
    client = dynclient.Client(source, transport=dynclient.record(path, transport=server))
    for _ in range(3):
        with pytest.raises(dynclient.errors.ResponseError):
            client.run()
    kinds = [line.partition(":")[0] for line in list_drifts(path, source)]
    assert kinds[:2] == ["run  result 202  status  status", "run  result 200  body  syntax"]


def test_exchanges_of_other_servers_in_a_file_of_a_browser_are_only_counted(tmp_path):
    def build_entry(url):
        return {
            "request": {"method": "GET", "url": url, "headers": []},
            "response": {"status": 200, "headers": [], "content": {"size": 0, "mimeType": ""}},
        }

    urls = ["https://a.test/things", "https://a.test/other", "https://cdn.test/x.js"]
    path = tmp_path / "a.har"
    path.write_text(json.dumps({"log": {"entries": [build_entry(url) for url in urls]}}))
    paths = {"/things": {"get": operation(responses={"200": {"description": ""}})}}
    report = find_drifts(path, dynclient.load(document(paths, servers=SERVERS)))
    assert (report.exchange_count, report.foreign_count) == (2, 1)
    assert [str(drift) for drift in report.drifts] == [
        "GET https://a.test/other  operation  gone: the document has no operation for this method and path"
    ]


def test_a_broken_corner_of_the_document_is_a_drift_of_its_operation(recording):
    broken = build_source({"$ref": "#/nowhere"})
    (line,) = list_drifts(recording, broken)
    assert line.startswith("run  operation  unresolvable-reference")
