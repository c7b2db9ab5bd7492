from __future__ import annotations

import contextlib
import copy
import json
import logging
import pickle
import warnings

import httpx
import pytest
from support.documents import OK, Server, answer, content, document, operation, parameter, single

import dynclient
from dynclient import Call, errors
from dynclient.schema.engines.jsonschema_rs_engine import FastValidator
from dynclient.wire.message import Request

ITEM = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "integer"}, "note": {"type": "string"}},
}


def replying(
    status=200,
    body=None,
    schema=ITEM,
    declared="200",
    method="get",
    headers=None,
    raw=None,
    path="/things",
    **options,
):
    reply = (
        httpx.Response(status, headers=headers, content=raw)
        if raw is not None
        else httpx.Response(status, headers=headers, **({"json": body} if body is not None else {}))
    )
    made = single(responses=answer(schema, declared), method=method, path=path)
    return dynclient.Client(made, transport=Server(reply), **options).run


# --- what comes back


def test_the_data_are_exactly_the_json_that_came():
    body = {"id": 12345678901234567890, "new": [1.0, None, "é"]}
    assert replying(body=body)() == body


def test_a_result_holds_all_of_it():
    result = replying(body={"id": 1}, headers={"X-A": "b"}).send()
    assert (result.status, result.data, result.media_type, result.violations) == (
        200,
        {"id": 1},
        "application/json",
        (),
    )
    assert result.headers["x-a"] == "b"
    assert result.request.method == "GET"
    assert result.elapsed >= 0
    assert isinstance(result.http, httpx.Response)


def test_a_result_pickles_without_the_http_librarys_own_response():
    result = replying(body={"id": 1}).send()
    for made in (pickle.loads(pickle.dumps(result)), copy.deepcopy(result)):
        assert made == result
        assert made.http is None


@pytest.mark.parametrize(
    ("media_type", "raw", "data"),
    [
        ("text/plain", "é".encode(), "é"),
        ("application/pdf", b"\xff", b"\xff"),
        ("application/vnd.x+json", b"[1]", [1]),
    ],
)
def test_text_is_str_and_the_rest_is_bytes(media_type, raw, data):
    made = single(responses=answer({}, media_type=media_type))
    server = Server(httpx.Response(200, content=raw, headers={"content-type": media_type}))
    assert dynclient.Client(made, transport=server).run() == data


def test_no_body_is_none():
    made = single(responses={"204": {"description": "gone"}}, method="delete")
    assert dynclient.Client(made, transport=Server(httpx.Response(204))).run() is None


@pytest.mark.parametrize("key", [200, "200", "2XX", "2xx", "default"])
def test_a_response_is_found_by_status_range_or_default(key):
    made = single(
        responses={
            key: {
                "description": "x",
                "content": {"application/json": {"schema": {"type": "integer"}}},
            }
        }
    )
    assert dynclient.Client(made, transport=Server(httpx.Response(200, json=1))).run() == 1
    with pytest.raises(errors.InvalidResponse):
        dynclient.Client(made, transport=Server(httpx.Response(200, json="x"))).run()


# --- errors by status


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, errors.BadRequest), (401, errors.Unauthorized), (403, errors.Forbidden), (404, errors.NotFound), (409, errors.Conflict),
     (410, errors.Gone), (418, errors.ClientError), (422, errors.UnprocessableContent), (429, errors.TooManyRequests), (500, errors.ServerError), (503, errors.ServerError)],
)  # fmt: skip
@pytest.mark.parametrize("mode", ["raise", "warn", "off"])
@pytest.mark.parametrize("declared", ["200", "default"])
@pytest.mark.parametrize(
    "raw", [b'{"id": 1}', b'{"id": "x", "message": "it broke"}', b"{broken", b""]
)
@pytest.mark.filterwarnings("ignore::dynclient.errors.ResponseDrift")
def test_every_4xx_and_5xx_raises_its_class(status, kind, mode, declared, raw):
    op = replying(
        status,
        declared=declared,
        raw=raw,
        headers={"content-type": "application/json"},
        validate_responses=mode,
    )
    with pytest.raises(errors.StatusError) as caught:
        op()
    assert type(caught.value) is kind
    assert caught.value.status == status
    assert caught.value.result.status == status
    assert str(status) in str(caught.value)
    if b"broke" in raw and b"message" in raw:
        assert "it broke" in str(caught.value)
        assert caught.value.data["message"] == "it broke"
    assert type(pickle.loads(pickle.dumps(caught.value))) is kind


@pytest.mark.parametrize(
    "body",
    [
        {"message": "x" * 10_000},
        {"message": "\x1b[2J"},
        {"error": {"message": "a\nb"}},
        {"message": {"a": 1}},
        [1],
        "text",
        {"detail": None},
    ],
)
def test_what_the_server_says_is_told_on_one_harmless_line(body):
    with pytest.raises(errors.StatusError) as caught:
        replying(500, body)()
    headline = str(caught.value).split("\n")[0]
    assert len(headline) < 400
    assert headline.isprintable()


# --- responses that do not fit


def test_an_unknown_new_field_passes():
    assert replying(body={"id": 1, "brand": {"new": True}})() == {"id": 1, "brand": {"new": True}}


def test_an_invalid_response_raises_and_keeps_the_data():
    with pytest.raises(errors.InvalidResponse) as caught:
        replying(body={"id": "x", "note": 5})()
    assert {v.where for v in caught.value.violations} == {"body.id", "body.note"}
    assert caught.value.data == {"id": "x", "note": 5}
    assert caught.value.result.violations == tuple(caught.value.violations)
    assert "body.id" in str(caught.value)


def test_under_warn_the_data_are_kept_and_each_place_told_once():
    schema = {"type": "array", "items": ITEM}
    op = replying(body=[{"id": "x"}] * 50 + [{}], schema=schema, validate_responses="warn")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = op.send()
    assert len(result.data) == 51
    assert len(result.violations) == 51
    assert len(caught) == 2
    assert all(w.category is errors.ResponseDrift for w in caught)
    assert caught[0].filename == __file__


def test_off_looks_at_nothing():
    result = replying(body={"id": "x"}, validate_responses="off").send()
    assert (result.data, result.violations) == ({"id": "x"}, ())
    assert replying(201, {"id": "x"}, validate_responses="off")() == {"id": "x"}


@pytest.mark.parametrize(
    ("status", "raw", "media_type"),
    [(202, b"{}", "application/json"), (200, b"<a/>", "application/xml"), (301, b"", "text/plain")],
)
def test_a_status_or_success_media_type_that_nobody_declared(status, raw, media_type):
    op = replying(status, raw=raw, headers={"content-type": media_type})
    with pytest.raises(errors.UndocumentedResponse):
        op()


@pytest.mark.parametrize("mode", ["raise", "warn", "off"])
def test_a_success_body_that_cannot_be_decoded(mode):
    op = replying(
        raw=b'{"id": ', headers={"content-type": "application/json"}, validate_responses=mode
    )
    with pytest.raises(errors.DecodeError) as caught:
        op()
    assert caught.value.body == b'{"id": '
    assert caught.value.result.status == 200


def test_a_declared_body_that_did_not_come_is_invalid():
    with pytest.raises(errors.InvalidResponse):
        replying()()
    assert replying(method="head")() is None


def test_a_refused_response_is_never_passed_because_nobody_could_explain_it():
    schema = {"properties": {"kind": {}}, "if": {"properties": {"kind": {"const": "a"}}}, "then": {"properties": {"x": {}}}, "unevaluatedProperties": False}  # fmt: skip
    with pytest.raises(errors.InvalidResponse):
        replying(body={"kind": "b", "x": 1}, schema=schema)()


# --- nothing is sent when a call is refused


def test_a_refused_call_reaches_nobody_and_says_so():
    server = Server()
    op = dynclient.Client(single(parameter("q", schema={"type": "integer"})), transport=server).run
    with pytest.raises(errors.InvalidCall, match="1 problem, nothing was sent") as caught:
        op(q="x")
    assert server.seen == []
    assert "run" in str(caught.value)
    assert "POST /things" in str(caught.value)


def test_a_call_that_only_another_branch_allows_is_refused_and_not_sent():
    schema = {
        "type": "object",
        "properties": {"kind": {}},
        "if": {"properties": {"kind": {"const": "a"}}},
        "then": {"properties": {"x": {}}},
    }
    op = dynclient.Client(single(body=content(schema)), transport=(server := Server())).run
    assert op.validate(kind="a", x=1) == []
    assert [v.where for v in op.validate(kind="b", x=1)] == ["body.x"]
    with pytest.raises(errors.InvalidCall):
        op(kind="b", x=1)
    assert server.seen == []


def test_the_message_tells_up_to_twenty_problems_and_the_line_of_the_schema(tmp_path):
    path = tmp_path / "api.yaml"
    text = [
        "openapi: 3.1.0",
        "info: {title: t, version: '1'}",
        "servers: [{url: 'https://a.test'}]",
        "paths:",
        "  /x:",
        "    get:",
        "      operationId: run",
        "      parameters:",
    ]
    text += [f"      - {{name: p{i}, in: query, schema: {{type: integer}}}}" for i in range(30)]
    path.write_text("\n".join([*text, "      responses: {'200': {description: fine}}"]))
    op = dynclient.Client(path).run
    with pytest.raises(errors.InvalidCall) as caught:
        op(**{f"p{i}": "x" for i in range(30)})
    lines = str(caught.value).splitlines()
    assert len(lines) == 22
    assert "30 problems, nothing was sent" in lines[0]
    assert lines[1].endswith("(api.yaml:9)")
    assert "10 more" in lines[21]


# --- a request that was built before


def test_a_request_is_built_looked_at_and_then_sent():
    server = Server()
    op = dynclient.Client(single(parameter("q"), body=content({})), transport=server).run
    request = op.request(q=1, body={"a": 1})
    assert isinstance(request, Request)
    assert server.seen == []
    op.send(pickle.loads(pickle.dumps(request)))
    assert str(server.last.url) == request.url
    assert server.last.content == request.body == b'{"a":1}'
    assert server.last.headers["content-type"] == "application/json"


def test_what_is_sent_is_the_request_and_nothing_more():
    server = Server()
    dynclient.Client(single(), transport=server).run()
    assert {name.lower() for name, _ in server.last.headers.raw} == {
        b"host",
        b"accept",
        b"user-agent",
        b"accept-encoding",
        b"content-length",
    }
    assert server.last.headers["user-agent"] == f"dynclient/{dynclient.__version__}"


# --- logs


def test_the_http_librarys_log_of_urls_is_silent(caplog):
    schemes = {"k": {"type": "apiKey", "in": "query", "name": "key"}}
    made = single(security=[{"k": []}], components={"securitySchemes": schemes})
    client = dynclient.Client(made, transport=Server(), credentials={"k": "s3cret"})
    with caplog.at_level(logging.DEBUG):
        client.run()
    assert "s3cret" not in caplog.text


def test_other_users_of_the_http_library_keep_their_log(caplog):
    dynclient.Client(single(), transport=Server()).run()
    with caplog.at_level(logging.INFO, logger="httpx"), httpx.Client(transport=Server()) as own:
        own.get("https://mine.test/")
    assert "mine.test" in caplog.text


# --- broken corners


NOWHERE = {"$ref": "#/components/nowhere"}
BROKEN = {
    "parameter": operation(NOWHERE),
    "body": operation(body=NOWHERE),
    "body content": operation(body={"content": NOWHERE}),
    "media type": operation(body={"content": {"application/json": NOWHERE}}),
    "schema": operation(body=content(NOWHERE)),
    "parameter schema": operation(parameter("q", schema=NOWHERE)),
    "response": operation(responses={"200": {"description": "x"}, "404": NOWHERE}),
    "responses": operation(responses=NOWHERE),
    "response header": operation(
        responses={"200": {"description": "x", "headers": {"X": NOWHERE}}}
    ),
    "parameters": {**operation(), "parameters": 5},
    "odd parameters": operation(
        5,
        {},
        {"name": "a"},
        {"in": "query"},
        {"name": 5, "in": "query"},
        {"name": "a", "in": "body"},
    ),
    "odd responses": operation(responses={"200": 5}),
    "odd content": operation(responses={"200": {"description": "x", "content": 5}}),
    "odd security": operation(security=5),
    "odd tags": operation(tags=5),
    "odd id": operation(operationId=5),
}


@pytest.mark.parametrize("corner", BROKEN)
def test_a_broken_operation_hurts_no_other(corner):
    made = document(
        {
            "/broken": {"get": BROKEN[corner]},
            "/fine": {"get": {"operationId": "fine", "responses": OK, "tags": ["a"]}},
            "/gone": NOWHERE,
        }
    )
    client = dynclient.Client(made, transport=Server())
    broken = next(iter(client.operations.values()))
    repr(broken), broken.__doc__, broken.__signature__
    client.find("x"), dir(client), client.tags, repr(client)
    assert client.document.problems
    assert client.fine() is None
    with contextlib.suppress(errors.DynclientError):
        broken()


@pytest.mark.parametrize(
    "corner", ["response", "responses", "response header", "odd responses", "odd security"]
)
def test_a_broken_response_does_not_keep_a_call_from_being_made(corner):
    client = dynclient.Client(
        document({"/broken": {"get": BROKEN[corner]}}),
        transport=(server := Server()),
        validate_responses="off",
    )
    client.run()
    assert len(server.seen) == 1


# --- the shipped document


def test_a_call_of_the_shipped_document_is_answered(request):
    spec = request.config.rootpath / "spec" / "talon-one" / "integration.yaml"
    server = Server(lambda _: httpx.Response(201, json={}))
    client = dynclient.Client(
        spec,
        server="https://acme.test",
        credentials={"api_key_v1": "ApiKey-v1 x"},
        transport=server,
        validate_responses="off",
    )
    with pytest.raises(errors.InvalidCall) as caught:
        client.update_customer_session_v2(customer_sesion={"profileId": "p"})
    assert [(v.kind, v.where, v.suggestion) for v in caught.value.violations][:2] == [
        ("missing", "path.customerSessionId", None),
        ("missing", "body.customerSession", None),
    ][: 1 + ("body.customerSession" in str(caught.value))]
    client.update_customer_session_v2("s-1", customer_session={"profileId": "p-1"}, dry=True)
    assert server.last.url.path == "/v2/customer_sessions/s-1"
    assert server.last.url.query == b"dry=true"
    assert json.loads(server.last.content) == {"customerSession": {"profileId": "p-1"}}
    assert server.last.headers["authorization"] == "ApiKey-v1 x"


def test_every_operation_of_the_shipped_document_has_a_valid_example(request):
    spec = request.config.rootpath / "spec" / "talon-one" / "integration.yaml"
    client = dynclient.Client(spec, server="https://acme.test")
    for op in client.operations.values():
        call = op.example()
        assert isinstance(call, Call)
        assert op.validate(call) == []
        assert op.request(call).curl()


def test_a_first_call_compiles_the_call_and_the_result_of_one_status(monkeypatch):
    compiled = []

    def compile_schema(schema):
        compiled.append(schema)
        return FastValidator(schema)

    monkeypatch.setattr("dynclient.schema.engines.engine.FastValidator", compile_schema)
    declared = {"content": {"application/json": {"schema": {"type": "object"}}}, "description": "d"}
    body = {"content": {"application/json": {"schema": {"type": "object"}}}}
    made = single(
        method="post", requestBody=body, responses=dict.fromkeys(["200", "201", "4XX"], declared)
    )
    statuses = iter([200, 200, 201])
    transport = httpx.MockTransport(lambda _: httpx.Response(next(statuses), json={}))
    counts = []
    with dynclient.Client(made, server="http://a.test", transport=transport) as client:
        for _ in range(3):
            client.run(body={})
            counts.append(len(compiled))
    assert counts == [2, 2, 3]
