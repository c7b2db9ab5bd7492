"""A recorded session replays offline, by operation and call document; no secret is in it."""

import asyncio
import json
import threading

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.both import BOTH
from support.documents import Server, answer, content, document, operation, single

import dynclient
from dynclient.errors import (
    ClientError,
    CredentialsMissing,
    InvalidResponse,
    NotFound,
    UsageError,
)
from dynclient.masking import SecretNames
from dynclient.recording.drift import find_drifts
from dynclient.recording.secret_replacement import SecretReplacer

ANY = answer({})
SCHEMES = {
    "securitySchemes": {
        "key": {"type": "apiKey", "in": "query", "name": "k"},
        "token": {"type": "http", "scheme": "bearer"},
    }
}


def reply(request):
    return httpx.Response(200, json={"url": str(request.url), "body": request.content.decode()})


def read_log(path):
    return json.loads(path.read_text(encoding="utf-8"))["log"]["entries"]


def build_source(*parameters, **fields):
    fields = {"method": "post", "responses": ANY, "servers": [{"url": "https://a.test"}], **fields}
    return single(*parameters, **fields)


@pytest.mark.parametrize("way", BOTH, ids=lambda way: way.name)
def test_what_was_recorded_is_answered_again_without_the_server(tmp_path, way):
    source = build_source(
        {"in": "query", "name": "a", "schema": {"type": "integer"}},
        requestBody=content({"type": "object", "properties": {"b": {}}}),
    )
    path = tmp_path / "a.har"
    first = way.send(
        source,
        args={"a": 1, "b": 2},
        transport=dynclient.record(path, transport=Server(reply)),
    )
    second = way.send(source, args={"b": 2, "a": 1}, transport=dynclient.replay(path))
    assert first.data == {"url": "https://a.test/things?a=1", "body": '{"b":2}'}
    assert (second.data, second.status, second.media_type) == (first.data, 200, "application/json")


def test_equal_calls_get_their_answers_in_their_order(tmp_path):
    counts = iter(range(9))
    server = Server(lambda _: httpx.Response(200, json=next(counts)))
    path = tmp_path / "a.har"
    with dynclient.Client(build_source(), transport=dynclient.record(path, transport=server)) as client:  # fmt: skip
        assert [client.run(), client.run()] == [0, 1]
    replay = dynclient.replay(path)
    assert repr(replay) == f"<Replay {path}: 2 exchanges>"
    client = dynclient.Client(build_source(), transport=replay)
    assert replay.unused == ["run", "run"]
    assert [client.run(), client.run()] == [0, 1]
    assert replay.unused == []
    with pytest.raises(UsageError) as caught:
        client.run()
    assert str(caught.value) == (
        f"{path}: each recorded answer to this call of run was given already; nothing was sent\n"
        "  hint: replay(path, repeat=True) gives the last one again; or record anew"
    )
    client = dynclient.Client(build_source(), transport=dynclient.replay(path, repeat=True))
    assert [client.run() for _ in range(4)] == [0, 1, 1, 1]


def test_threads_share_a_replay_and_each_answer_is_given_once(tmp_path):
    counts = iter(range(40))
    path = tmp_path / "a.har"
    server = Server(lambda _: httpx.Response(200, json=next(counts)))
    client = dynclient.Client(build_source(), transport=dynclient.record(path, transport=server))
    for _ in range(40):
        client.run()
    client = dynclient.Client(build_source(), transport=dynclient.replay(path))
    seen = []
    threads = [
        threading.Thread(target=lambda: seen.extend(client.run() for _ in range(10)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(40))


def test_a_call_that_was_not_recorded_names_the_nearest_one(tmp_path):
    source = build_source(requestBody=content({"type": "object", "properties": {"a": {}, "b": {}}}))
    path = tmp_path / "a.har"
    client = dynclient.Client(source, transport=dynclient.record(path, transport=Server(reply)))
    client.run(a=1, b=[1, 2])
    client.run(a=5)
    client = dynclient.Client(source, transport=dynclient.replay(path))
    with pytest.raises(UsageError) as caught:
        client.run(a=1, b=[1, 3])
    assert str(caught.value) == (
        f"{path} has no answer to this call of run; nothing was sent\n"
        "  hint: the nearest one differs: body.b[1] was 2, and is 3; or record anew"
    )


def test_a_call_of_another_operation_lists_what_was_recorded(tmp_path):
    paths = {f"/{name}": {"get": operation(operationId=name, responses=ANY)} for name in "abcdefg"}
    source = document(paths, servers=[{"url": "https://a.test"}])
    path = tmp_path / "a.har"
    client = dynclient.Client(source, transport=dynclient.record(path, transport=Server(reply)))
    for name in "abcdef":
        client.call(name)
    with pytest.raises(UsageError) as caught:
        dynclient.Client(source, transport=dynclient.replay(path)).g()
    assert caught.value.hint == "it has calls of a, b, c, d, e and 1 more; or record anew"


def test_neither_the_path_nor_the_style_of_a_parameter_decides_but_the_call(tmp_path):
    before = build_source({"in": "query", "name": "a", "schema": {"type": "array", "items": {}}})
    path = tmp_path / "a.har"
    client = dynclient.Client(before, transport=dynclient.record(path, transport=Server(reply)))
    data = client.run(a=["x", "y"])
    after = build_source(
        {"in": "query", "name": "a", "explode": False, "schema": {"type": "array", "items": {}}},
        path="/v2/things",
    )
    assert dynclient.Client(after, transport=dynclient.replay(path)).run(a=["x", "y"]) == data


def test_a_replayed_answer_is_held_against_the_document_of_today(tmp_path):
    path = tmp_path / "a.har"
    server = Server(httpx.Response(200, json={"a": 1}))
    recorder = dynclient.record(path, transport=server)
    dynclient.Client(build_source(), transport=recorder).run()
    changed = build_source(responses=answer({"properties": {"a": {"type": "string"}}}))
    with pytest.raises(InvalidResponse, match=r"body\.a"):
        dynclient.Client(changed, transport=dynclient.replay(path)).run()


def test_an_error_of_the_server_is_replayed_as_one(tmp_path):
    path = tmp_path / "a.har"
    server = Server(httpx.Response(404, json={"message": "gone"}))
    with pytest.raises(NotFound, match="404 gone"):
        dynclient.Client(build_source(), transport=dynclient.record(path, transport=server)).run()
    with pytest.raises(NotFound, match="404 gone"):
        dynclient.Client(build_source(), transport=dynclient.replay(path)).run()


def test_each_attempt_and_each_redirect_is_recorded_and_replayed(tmp_path):
    answers = [
        httpx.Response(503),
        httpx.Response(302, headers={"Location": "/elsewhere?token=abc1"}),
        httpx.Response(200, json=1),
    ]
    path = tmp_path / "a.har"
    server = Server(lambda _: answers.pop(0))
    source = build_source(method="get")
    options = {"retries": 1}
    client = dynclient.Client(source, transport=dynclient.record(path, transport=server), **options)
    assert client.run() == 1
    entries = read_log(path)
    assert [entry["response"]["status"] for entry in entries] == [503, 302, 200]
    assert entries[1]["response"]["redirectURL"] == "/elsewhere?token=aaa0"
    assert entries[2]["request"]["url"] == "https://a.test/elsewhere?token=aaa0"
    assert dynclient.Client(source, transport=dynclient.replay(path), **options).run() == 1


def test_a_redirect_to_another_operation_hides_what_is_a_secret_there(tmp_path):
    pin = {"in": "query", "name": "pin", "schema": {"type": "string", "format": "password"}}
    paths = {
        "/a": {"get": operation(operationId="first", responses=ANY)},
        "/b": {"get": operation(pin, operationId="second", responses=ANY)},
    }
    source = document(paths, servers=[{"url": "https://a.test"}])
    answers = [
        httpx.Response(302, headers={"Location": "/b?pin=HUSH1"}),
        httpx.Response(200, json=1),
    ]
    path = tmp_path / "a.har"
    recorder = dynclient.record(path, transport=Server(lambda _: answers.pop(0)))
    dynclient.Client(source, transport=recorder).first()
    assert read_log(path)[1]["request"]["url"] == "https://a.test/b?pin=AAAA0"


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
def test_what_the_document_calls_a_password_is_in_no_part_of_a_recording(tmp_path, version):
    password = {"type": "string", "format": "password"}
    secret = {"allOf": [{"$ref": "#/components/schemas/Secret"}]}
    result = {"type": "array", "items": {"type": "object", "properties": {"row": secret}}}
    success = answer(result)["200"] | {"headers": {"X-Seat": {"schema": secret}}}
    source = build_source(
        {"in": "path", "name": "seat", "required": True, "schema": secret},
        {"in": "query", "name": "gate", "schema": secret},
        path="/seats/{seat}",
        method="get",
        version=version,
        responses={"200": success},
        components={"schemas": {"Secret": password}},
    )
    response = httpx.Response(200, json=[{"row": "HUSH1"}], headers={"X-Seat": "HUSH2"})
    path, call = tmp_path / "a.har", {"seat": "HUSH3", "gate": "HUSH4"}
    recorder = dynclient.record(path, transport=Server(response))
    assert dynclient.Client(source, transport=recorder).run(**call) == [{"row": "HUSH1"}]
    assert "HUSH" not in path.read_text(encoding="utf-8")
    replaying = dynclient.Client(source, transport=dynclient.replay(path))
    assert replaying.run(**call) == [{"row": "AAAA0"}]


PASSWORD = {"type": "string", "format": "password", "minLength": 3}


@pytest.mark.parametrize(
    ("schema", "media_type", "data", "recorded"),
    [
        (PASSWORD, "application/json", "HUSH1", "AAAA0"),
        (PASSWORD, "text/plain", "HUSH1", "AAAA0"),
        ({"type": "array", "items": PASSWORD}, "application/json", ["HUSH1"], ["AAAA0"]),
        ({"type": "object", "additionalProperties": PASSWORD}, "application/json", {"a": "HUSH1"}, {"a": "AAAA0"}),
        ({"oneOf": [PASSWORD, {"type": "integer"}]}, "application/json", "HUSH1", "AAAA0"),
    ],
)  # fmt: skip
def test_a_body_that_is_a_password_is_in_no_recording(tmp_path, schema, media_type, data, recorded):
    body = {"content": {media_type: {"schema": schema}}}
    failure = {"description": "", "content": {"application/json": {"schema": {}}}}
    success = {"description": "", **body}
    source = build_source(body=body, responses={"200": success, "4XX": failure})
    text = data if media_type == "text/plain" else json.dumps(data)
    answers = [
        httpx.Response(200, content=text, headers={"content-type": media_type}),
        httpx.Response(400, json={"why": "Shown1"}),
    ]
    path = tmp_path / "a.har"
    recorder = dynclient.record(path, transport=Server(lambda _: answers.pop(0)))
    client = dynclient.Client(source, transport=recorder)
    assert client.run(body=data) == data
    with pytest.raises(ClientError):
        client.run(body=data)
    assert "HUSH" not in path.read_text(encoding="utf-8")
    assert find_drifts(path, dynclient.load(source)).drifts == ()
    replaying = dynclient.Client(source, transport=dynclient.replay(path))
    assert replaying.run(body=data) == recorded
    with pytest.raises(ClientError) as caught:
        replaying.run(body=data)
    # Where members of any name are passwords, no name tells those of another answer apart.
    shown = "Aaaaa0" if isinstance(data, dict) else "Shown1"
    assert caught.value.data == {"why": shown}


def test_a_secret_that_is_no_text_is_left_out_of_a_recording():
    replacer = SecretReplacer(SecretNames(properties=frozenset({""})))
    assert replacer.replace_in_body(b"\xff\x00", "application/octet-stream") is None


def test_no_secret_is_in_a_recording_and_none_is_needed_to_replay_it(tmp_path):
    body = {
        "type": "object",
        "properties": {"pin": {"type": "string", "format": "password", "minLength": 4}, "a": {}},
    }
    source = build_source(
        {"in": "path", "name": "token", "required": True, "schema": {"type": "string"}},
        {"in": "header", "name": "X-Secret", "schema": {"type": "string"}},
        path="/tokens/{token}",
        requestBody=content(body),
        components=SCHEMES,
        security=[{"key": [], "token": []}],
    )
    answered = {"accessToken": "HUSH5", "a": {"refresh_token": "HUSH6"}, "expiresIn": 5}
    server = Server(
        httpx.Response(200, json=answered, headers={"Set-Cookie": "sid=HUSH7", "X-Auth-Token": "HUSH8"})
    )  # fmt: skip
    path = tmp_path / "a.har"
    recorder = dynclient.record(path, transport=server)
    credentials = {"key": "HUSH1", "token": "HUSH2"}
    call = {"token": "HUSH3", "pin": "HUSH4", "a": 1, "x_secret": "HUSH9"}
    with dynclient.Client(source, transport=recorder, credentials=credentials) as client:
        client.run(**call)
    assert server.seen[0].url.params["k"] == "HUSH1"
    assert "HUSH" not in path.read_text(encoding="utf-8")
    assert "k=" not in read_log(path)[0]["request"]["url"]

    data = dynclient.Client(source, transport=dynclient.replay(path)).run(**call)
    assert data == {"accessToken": "AAAA0", "a": {"refresh_token": "AAAA0"}, "expiresIn": 5}
    with pytest.raises(CredentialsMissing):
        dynclient.Client(source, transport=server).run(**call)


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("multipart/form-data", {"type": "object", "properties": {"a": {"type": "string"}}}),
        ("application/x-www-form-urlencoded", {"type": "object", "properties": {"a": {}}}),
        ("application/xml", {"type": "string"}),
        ("application/octet-stream", {"type": "string", "format": "binary"}),
    ],
)
def test_a_body_of_any_media_type_finds_its_answer(tmp_path, media_type, body):
    source = build_source(requestBody=content(body, media_type))
    path = tmp_path / "a.har"
    server = Server(lambda request: httpx.Response(200, json=len(request.content)))
    values = {
        "application/xml": ("<a/>", "<b/>"),
        "application/octet-stream": (b"\xff\0", b"\xff\1"),
    }.get(media_type, ({"a": "x"}, {"a": "y"}))
    client = dynclient.Client(source, transport=dynclient.record(path, transport=server))
    data = client.run(body=values[0])
    client = dynclient.Client(source, transport=dynclient.replay(path))
    assert client.run(body=values[0]) == data
    with pytest.raises(UsageError, match="has no answer to this call of run"):
        dynclient.Client(source, transport=dynclient.replay(path)).run(body=values[1])


def test_a_body_that_is_read_from_a_file_is_left_out_and_the_rest_decides(tmp_path):
    upload = tmp_path / "upload"
    upload.write_bytes(b"abc")
    source = build_source(
        {"in": "query", "name": "a", "schema": {"type": "integer"}},
        requestBody=content({"type": "string", "format": "binary"}, "application/octet-stream"),
    )
    path = tmp_path / "a.har"
    client = dynclient.Client(source, transport=dynclient.record(path, transport=Server(reply)))
    client.run(a=1, body=upload)
    (entry,) = read_log(path)
    assert entry["request"]["postData"]["comment"] == "the body is not in the recording"
    client = dynclient.Client(source, transport=dynclient.replay(path))
    with pytest.raises(UsageError, match="has no answer"):
        client.run(a=2, body=upload)
    assert client.run(a=1, body=upload)["body"] == "abc"


@pytest.mark.parametrize(
    ("status", "link", "recorded"),
    [
        (201, "/tokens/HUSH1", "/tokens/AAAA0"),
        (201, "https://a.test/tokens/HUSH1?pin=HUSH2&a=1", "https://a.test/tokens/AAAA0?pin=AAAA0&a=1"),
        (302, "tokens/HUSH1?pin=HUSH2", "tokens/AAAA0?pin=AAAA0"),
        (201, "/elsewhere/HUSH1", "/elsewhere/HUSH1"),
        (201, "", ""),
    ],
)  # fmt: skip
def test_a_link_holds_no_secret_of_the_operation_that_it_leads_to(tmp_path, status, link, recorded):
    token = {"in": "path", "name": "token", "required": True, "schema": {"type": "string"}}
    pin = {"in": "query", "name": "pin", "schema": {"type": "string", "format": "password"}}
    source = document(
        {
            "/run": {"get": operation(operationId="run", responses={"default": {"description": ""}})},
            "/tokens/{token}": {"get": operation(token, pin, operationId="other", responses=ANY)},
        },
        servers=[{"url": "https://a.test"}],
    )  # fmt: skip
    answers = [httpx.Response(status, headers={"Location": link, "Content-Location": link})]
    server = Server(lambda _: answers.pop(0) if answers else httpx.Response(200, json=1))
    path = tmp_path / "a.har"
    data = dynclient.Client(source, transport=dynclient.record(path, transport=server)).run()
    (response, *_) = [entry["response"] for entry in read_log(path)]
    assert [field["value"] for field in response["headers"] if "ocation" in field["name"].lower()] == [recorded] * 2  # fmt: skip
    assert "elsewhere" in link or "HUSH" not in path.read_text(encoding="utf-8")
    assert dynclient.Client(source, transport=dynclient.replay(path)).run() == data


def test_a_streamed_body_is_not_recorded_and_its_replay_says_so(tmp_path):
    declared = {"application/jsonl": {"itemSchema": {"type": "integer"}}}
    responses = {"200": {"description": "items", "content": declared}}
    source = build_source(method="get", version="3.2.0", responses=responses)
    path = tmp_path / "a.har"
    recorder = dynclient.record(path, transport=dynclient.Sandbox(source))
    with dynclient.Client(source, transport=recorder).run.stream() as items:
        assert list(items)
    client = dynclient.Client(source, transport=dynclient.replay(path))
    with pytest.raises(UsageError) as caught, client.run.stream():
        pass
    assert str(caught.value) == (
        f"{path} has the exchange of run without the body of its response; nothing was sent\n"
        "  hint: a body that is streamed, goes to a file, or has over 16 MiB is not recorded"
    )


def test_a_sandbox_is_recorded_and_a_recording_of_a_recording_is_refused(tmp_path):
    source = build_source(responses=answer({"type": "integer"}))
    recorder = dynclient.record(tmp_path / "a.har", transport=dynclient.Sandbox(source))
    assert repr(recorder) == f"<Recorder {tmp_path / 'a.har'}>"
    data = dynclient.Client(source, transport=recorder).run()
    assert dynclient.Client(source, transport=dynclient.replay(tmp_path / "a.har")).run() == data
    with pytest.raises(UsageError, match="cannot record another one"):
        dynclient.record(tmp_path / "b.har", transport=recorder)


def test_a_replay_can_be_recorded(tmp_path):
    first, second = tmp_path / "a.har", tmp_path / "b.har"
    source = build_source()
    dynclient.Client(source, transport=dynclient.record(first, transport=Server(reply))).run()
    again = dynclient.record(second, transport=dynclient.replay(first))
    dynclient.Client(source, transport=again).run()
    assert read_log(second)[0]["response"]["content"] == read_log(first)[0]["response"]["content"]


def test_tasks_share_a_recorder(tmp_path):
    path = tmp_path / "a.har"
    source = build_source({"in": "query", "name": "a", "schema": {"type": "integer"}})

    async def main():
        recorder = dynclient.record(path, transport=Server(reply))
        async with dynclient.AsyncClient(source, transport=recorder) as client:
            await asyncio.gather(*(client.run(a=number) for number in range(20)))

    asyncio.run(main())
    assert len(read_log(path)) == 20


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(st.lists(st.tuples(st.text(max_size=5), JSON), max_size=4))
def test_any_session_replays_as_it_was(tmp_path_factory, calls):
    path = tmp_path_factory.mktemp("har") / "a.har"
    source = build_source(
        {"in": "query", "name": "a", "schema": {"type": "string"}},
        requestBody=content({}),
    )
    server = Server(lambda request: httpx.Response(200, json=[len(request.content)]))
    results = []
    with dynclient.Client(source, transport=dynclient.record(path, transport=server)) as client:
        for text, body in calls:
            call = dynclient.Call(query={"a": text}, body=body)
            if not client.run.validate(call):
                results.append((call, client.run(call)))
    if results:
        with dynclient.Client(source, transport=dynclient.replay(path)) as client:
            assert [client.run(call) for call, _ in results] == [data for _, data in results]
