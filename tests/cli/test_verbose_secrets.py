"""What only a response, its headers, its links or a path declare as secret is nowhere printed."""

from __future__ import annotations

import asyncio
import json
import logging

import httpx
import pytest
from support.documents import content, document, operation
from support.faulty_server import FaultyServer, reply

import dynclient
from dynclient import errors

PASSWORD = {"type": "string", "format": "password"}
CODE = {"in": "path", "name": "code", "required": True, "schema": PASSWORD}
HIDDEN = "HUSH1x"


def build_source():
    header = {"schema": PASSWORD}
    made = {"type": "object", "properties": {"code": PASSWORD, "name": {"type": "string"}}}
    responses = {
        "default": {"description": "", "headers": {"X-Once": header}, **content(made)},
        "202": {"description": "", "headers": {"X-Once": header}, **content(PASSWORD)},
        "203": {
            "description": "",
            **content(PASSWORD, media_type="text/plain"),
        },
    }
    return document(
        {
            "/make": {"get": operation(operationId="make", responses=responses)},
            "/codes/v{code}.x/use": {
                "get": operation(CODE, operationId="use", responses=responses)
            },
        }
    )


ANSWERS = {
    "property": (200, json.dumps({"code": HIDDEN, "name": "Eva"}), "application/json"),
    "whole JSON": (202, json.dumps(HIDDEN), "application/json"),
    "whole text": (203, HIDDEN, "text/plain"),
}
FIELDS = {"x_once": HIDDEN, "location": f"/base/codes/v{HIDDEN}.x/use?a=1"}


def build_answer(kind):
    status, text, media_type = ANSWERS[kind]
    return reply(status, text.encode(), content_type=media_type, **FIELDS)


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("name", ["make", "use"])
def test_verbose_and_included_heads_hold_no_secret_of_a_response_or_a_path(
    cli, tmp_path, kind, name
):
    spec = tmp_path / "api.json"
    spec.write_text(json.dumps(build_source()))
    words = [f"code={HIDDEN}"] if name == "use" else []
    with FaultyServer(lambda _: [build_answer(kind)]) as server:
        flags = ["--server", f"{server.url}/base", "--verbose", "--include", "--query", "'shown'"]
        result = cli("call", str(spec), name, *words, *flags)
    assert result.exit_code == 0
    assert HIDDEN not in result.stdout + result.stderr
    assert "< x-once: …\n" in result.stderr
    assert "< location: /base/codes/v….x/use?a=1\n" in result.stderr
    assert ("Eva" in result.stderr) == (kind == "property")
    if name == "use":
        assert f"> GET {server.url}/base/codes/v….x/use\n" in result.stderr


@pytest.mark.parametrize("status", [200, 302])
def test_hooks_logs_and_reprs_hold_no_secret_of_a_path_or_of_where_a_redirect_leads(status, caplog):
    caplog.set_level(logging.DEBUG)
    events = []
    answers = [reply(302, **FIELDS), build_answer("property")][status == 200 :]

    with FaultyServer(lambda _: [answers.pop(0)]) as server:
        hooks = dict.fromkeys(("on_request", "on_response"), events.append)
        with dynclient.Client(build_source(), server=f"{server.url}/base", **hooks) as client:
            result = client.make.send() if status == 302 else client.use.send(HIDDEN)
    assert result.data["code"] == HIDDEN
    assert len(events) == (4 if status == 302 else 2)
    assert HIDDEN not in repr(events) + caplog.text + repr(result.request)
    assert events[-1].url.endswith("/base/codes/v….x/use" + "?a=1" * (status == 302))


def test_a_secret_of_a_path_is_a_variable_of_a_curl_command_and_leaves_a_pickle():
    client = dynclient.Client(build_source(), server="https://a.test")
    request = client.use.request(HIDDEN)
    assert request.curl().startswith(
        'curl --globoff --path-as-is -X GET https://a.test/codes/v"$CODE".x/use'
    )
    assert request.__getstate__()["url"] == "https://a.test/codes/v….x/use"


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_recording_holds_no_secret_of_a_whole_body(tmp_path, kind):
    path = tmp_path / "a.har"
    with FaultyServer(lambda _: [build_answer(kind)]) as server:
        recorder = dynclient.record(path)
        base = f"{server.url}/base"
        with dynclient.Client(build_source(), server=base, transport=recorder) as client:
            client.use(HIDDEN)
    assert HIDDEN not in path.read_text(encoding="utf-8")
    assert "AAAA0a" in path.read_text(encoding="utf-8")


FAULTS = {
    "no connection": httpx.ConnectError("refused"),
    "no answer": httpx.ReadTimeout("late"),
    "broken answer": httpx.RemoteProtocolError("broken"),
    "redirects": None,
}


def fail(outcome):
    def answer(_request):
        if outcome is not None:
            raise outcome
        return httpx.Response(302, headers={"location": f"/base/codes/v{HIDDEN}.x/use"})

    return answer


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("is_async", [False, True])
def test_errors_of_the_transport_hold_no_secret_of_a_path(fault, is_async):
    transport = httpx.MockTransport(fail(FAULTS[fault]))
    kind = dynclient.AsyncClient if is_async else dynclient.Client
    client = kind(build_source(), server="https://a.test/base", transport=transport)
    with pytest.raises(errors.TransportError) as caught:
        asyncio.run(client.use(HIDDEN)) if is_async else client.use(HIDDEN)
    assert HIDDEN not in str(caught.value) + repr(caught.value)
    assert "https://a.test/base/codes/v….x/use" in str(caught.value)


def test_the_limit_of_a_wait_holds_no_secret_of_a_path():
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json={"name": "Eva"}))
    polling = dynclient.Polling(deadline_s=1, sleep=lambda _seconds: None)
    client = dynclient.Client(build_source(), server="https://a.test", transport=transport, polling=polling)  # fmt: skip
    with pytest.raises(errors.DynclientError) as caught:
        client.use.wait_until(lambda _result: False, HIDDEN)
    assert HIDDEN not in str(caught.value)
