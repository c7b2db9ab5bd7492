"""Log lines, hooks, spans and metrics tell of each call, change none, and hold no secret."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import traceback
import warnings

import httpx
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from support.both import document
from support.documents import Server, content, operation
from support.documents import document as build_document
from support.faulty_server import CLOSE, HANG, reply

import dynclient
import dynclient.transport.clock
from dynclient import errors
from dynclient.transport.observing.call_events import (
    DriftEvent,
    RequestEvent,
    ResponseEvent,
    RetryEvent,
)
from dynclient.wire.message import Headers

SECRET = "pl4nted-s3cret"
ARGUMENT = "s3cret-argument"


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch):
    async def pause(*_):
        pass

    monkeypatch.setattr(dynclient.transport.clock.Clock, "sleep", lambda *_: None)
    monkeypatch.setattr(dynclient.transport.clock.Clock, "sleep_async", pause)


@pytest.fixture
def lines(caplog):
    """Return the lines that are logged by us, as (level, text)."""
    caplog.set_level(logging.DEBUG, "dynclient")

    def read():
        return [
            (record.levelname, record.getMessage())
            for record in caplog.records
            if record.name == "dynclient"
        ]

    return read


class Recorder:
    """Hooks that keep what they are given."""

    def __init__(self):
        self.events = []

    @property
    def hooks(self):
        names = ("on_request", "on_response", "on_retry", "on_drift")
        return dict.fromkeys(names, self.events.append)


def answer_in_turn(*answers):
    """Return a server that gives each answer once, and the last one for ever."""
    rest = list(answers)

    def answer(request):
        given = rest.pop(0) if len(rest) > 1 else rest[0]
        if isinstance(given, Exception):
            raise given
        status, headers, body = (*given, *({}, b"")[len(given) - 1 :])
        return httpx.Response(status, headers=headers, content=body)

    return Server(answer)


def thing(**fields):
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    return document(responses={"200": {"description": "", **content(schema)}}, **fields)


def mask_time(text):
    """Return a log line without its measured times."""
    words = text.split(" ")
    numbers = [word.rstrip(",").replace(".", "").isdigit() for word in words]
    return " ".join(
        "0" if is_number else word for word, is_number in zip(words, numbers, strict=True)
    )


# --- the log


def test_each_request_is_a_line_and_each_retry_one_more(kind, lines):
    server = answer_in_turn((503, {}, b"no"), httpx.ConnectError("no"), (200, {}, b"1"))
    kind.send(document(), transport=server, retries=2, validate_responses="off")
    assert [(level, mask_time(text)) for level, text in lines()] == [
        ("DEBUG", "run  GET /things  0 in 0 ms, attempt 0 0 bytes"),
        ("INFO", "run  GET /things: attempt 0 ended with 503; the next one begins in 0 s"),
        ("DEBUG", "run  GET /things  ConnectFailed in 0 ms, attempt 0"),
        ("INFO", "run  GET /things: attempt 0 ended with ConnectFailed; the next one begins in 0 s"),
        ("DEBUG", "run  GET /things  0 in 0 ms, attempt 0 0 bytes"),
    ]  # fmt: skip


def test_drift_is_a_warning_that_names_the_place_and_no_value(kind, lines):
    server = answer_in_turn((200, {"content-type": "application/json"}, f'{{"a": "{SECRET}"}}'))
    with pytest.warns(errors.ResponseDrift):
        kind.send(thing(), transport=server, validate_responses="warn")
    text = "run  GET /things: the 200 response does not fit the document: type at body.a"
    assert ("WARNING", text) in lines()
    assert SECRET not in str(lines())


def test_an_empty_budget_and_a_pause_are_told(kind, lines):
    server = answer_in_turn((429, {"retry-after": "30"}))
    with contextlib.suppress(errors.TooManyRequests):
        kind.send(document(), transport=server, rate="9/s")
    assert ("INFO", "the server asks for a pause of 30 s: no request is sent") in lines()
    client = dynclient.Client(document(), transport=server, retry=dynclient.Retry(max_wait_s=99))
    client._runner.state.retry_budget.take(500)
    with pytest.raises(errors.TooManyRequests):
        client.run()
    assert ("INFO", "run  GET /things: not tried again, the retry budget is used up") in lines()


def test_nothing_is_printed_where_nobody_asked_for_a_log(capsys, kind):
    server = answer_in_turn((200, {"content-type": "application/json"}, b'{"a": "x"}'))
    with pytest.warns(errors.ResponseDrift):
        kind.send(thing(), transport=server, validate_responses="warn")
    assert capsys.readouterr() == ("", "")


def test_a_hostile_operation_id_makes_no_line_of_its_own(lines):
    made = document()
    made["paths"]["/things"]["get"]["operationId"] = "run\nCRITICAL root: forged"
    client = dynclient.Client(made, transport=answer_in_turn((200, {}, b"1")))
    next(iter(client.operations.values())).send()
    assert all("\n" not in text for _, text in lines())


# --- hooks


def test_hooks_are_given_frozen_events_in_order(kind):
    recorder = Recorder()
    server = answer_in_turn(
        (503, {"x-request-id": "r-1"}, b"no"), (200, {"content-type": "application/json"}, b'{"a": "x"}')
    )  # fmt: skip
    with pytest.warns(errors.ResponseDrift):
        kind.send(thing(), transport=server, retries=1, validate_responses="warn", **recorder.hooks)
    kinds = [type(event) for event in recorder.events]
    assert kinds == [
        RequestEvent,
        ResponseEvent,
        RetryEvent,
        RequestEvent,
        ResponseEvent,
        DriftEvent,
    ]
    request, response, retry, _, last, drift = recorder.events
    assert (request.operation_id, request.method, request.path) == ("run", "GET", "/things")
    assert (request.url, request.attempt, request.size_bytes) == (
        "https://api.example.com/v1/things", 1, 0,
    )  # fmt: skip
    assert (response.status, response.headers["x-request-id"], response.size_bytes) == (
        503,
        "r-1",
        2,
    )
    assert (retry.attempt, retry.status, retry.error) == (1, 503, None)
    assert (last.attempt, last.status) == (2, 200)
    assert (drift.status, drift.kind, drift.place) == (200, "type", "body.a")
    with pytest.raises(AttributeError):
        drift.status = 1


def test_a_failure_has_no_response_event(kind):
    recorder = Recorder()
    with pytest.raises(errors.ConnectFailed):
        kind.send(
            document(),
            transport=answer_in_turn(httpx.ConnectError("no")),
            retries=1,
            **recorder.hooks,
        )
    assert [type(event) for event in recorder.events] == [RequestEvent, RetryEvent, RequestEvent]
    assert recorder.events[1].error == "ConnectFailed"


def test_a_hook_that_fails_changes_no_call(kind, lines):
    def fail(event):
        raise ValueError(type(event).__name__)

    hooks = dict.fromkeys(("on_request", "on_response", "on_retry", "on_drift"), fail)
    server = answer_in_turn((503,), (200, {"content-type": "application/json"}, b'{"a": "x"}'))
    with pytest.warns(errors.ResponseDrift):
        result = kind.send(thing(), transport=server, retries=1, validate_responses="warn", **hooks)
    assert result.data == {"a": "x"}
    warned = [text for level, text in lines() if "hook" in text]
    assert warned[0] == "the hook on_request raised an error, which changes no call"
    assert len(warned) == 6


def test_an_excused_call_is_drift_too():
    recorder = Recorder()
    made = document(method="post", body=content({"type": "object", "required": ["a"]}))
    client = dynclient.Client(
        made, transport=answer_in_turn((200,)), excuse=["run"], on_drift=recorder.events.append
    )
    with pytest.warns(errors.CallDrift):
        client.with_options(validate_responses="off").run(body={})
    assert recorder.events == [DriftEvent("run", "POST", "/things", None, "missing", "body.a")]


async def awaited(_):
    """Stand for a hook that nobody would await."""


class AwaitedHook:
    """A hook that Python does not show to be asynchronous."""

    async def __call__(self, _):
        pass


@pytest.mark.parametrize("hook", [1, "print", awaited])
def test_what_is_no_hook_is_refused(hook):
    with pytest.raises(errors.UsageError, match="on_retry cannot be") as caught:
        dynclient.Client(document(), on_retry=hook)
    assert caught.value.hint == "give a function that takes an event; it is not awaited"


def test_a_hook_that_would_have_to_be_awaited_is_told_of(kind, lines):
    server = answer_in_turn((200, {}, b"1"))
    kind.send(
        document(),
        transport=server,
        on_request=AwaitedHook(),
        validate_responses="off",
    )
    assert ("WARNING", "the hook on_request is asynchronous, and hooks are not awaited") in lines()


# --- OpenTelemetry


class Exporter:
    """The SDK's exporters in memory."""

    def __init__(self):
        self.spans = InMemorySpanExporter()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.spans))
        self.reader = InMemoryMetricReader()
        self.meters = MeterProvider([self.reader])

    @property
    def providers(self):
        return (self.tracers, self.meters)

    def read_points(self, name):
        """Return the points of a metric, [] where it has none."""
        data = self.reader.get_metrics_data()
        metrics = [
            metric
            for resource in (data.resource_metrics if data else [])
            for scope in resource.scope_metrics
            for metric in scope.metrics
        ]
        found = [metric for metric in metrics if metric.name == name]
        return [point for metric in found for point in metric.data.data_points]


def test_each_request_is_a_span_by_the_conventions(kind):
    exporter = Exporter()
    server = answer_in_turn((503, {}, b"no"), (200, {"content-type": "application/json"}, b"{}"))
    kind.send(thing(), transport=server, retries=1, telemetry=exporter.providers)
    first, second = exporter.spans.get_finished_spans()
    assert (first.name, first.kind.name) == ("GET /things", "CLIENT")
    common = {
        "http.request.method": "GET",
        "server.address": "api.example.com",
        "server.port": 443,
        "url.scheme": "https",
        "url.template": "/things",
        "url.full": "https://api.example.com/v1/things",
        "openapi.operation_id": "run",
        "network.protocol.version": "1.1",
    }
    failed = {"http.response.status_code": 503, "error.type": "503"}
    assert dict(first.attributes) == {**common, **failed}
    assert first.status.status_code is StatusCode.ERROR
    again = {"http.response.status_code": 200, "http.request.resend_count": 1}
    assert dict(second.attributes) == {**common, **again}
    assert second.status.status_code is StatusCode.UNSET


def test_the_server_can_continue_the_trace(kind):
    exporter = Exporter()
    server = answer_in_turn((200, {"content-type": "application/json"}, b"{}"))
    kind.send(thing(), transport=server, telemetry=exporter.tracers)
    kind.send(
        thing(), transport=server, telemetry=exporter.tracers, headers={"traceparent": "mine"}
    )
    span, _ = exporter.spans.get_finished_spans()
    trace_id = format(span.context.trace_id, "032x")
    assert server.seen[0].headers["traceparent"].split("-")[1] == trace_id
    assert server.seen[1].headers.get_list("traceparent") == ["mine"]


def test_a_failure_ends_its_span_with_its_kind(kind):
    exporter = Exporter()
    with pytest.raises(errors.ConnectFailed):
        kind.send(
            document(),
            transport=answer_in_turn(httpx.ConnectError("no")),
            telemetry=exporter.tracers,
        )
    [span] = exporter.spans.get_finished_spans()
    assert span.attributes["error.type"] == "ConnectFailed"
    assert span.status.status_code is StatusCode.ERROR


def test_a_cancelled_call_ends_its_span(serve):
    exporter = Exporter()

    async def main():
        async with dynclient.AsyncClient(
            document(), server=serve([HANG]).url, telemetry=exporter.tracers
        ) as client:
            async with asyncio.timeout(0.1):
                await client.run()

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    [span] = exporter.spans.get_finished_spans()
    assert span.attributes["error.type"] == "CancelledError"


def test_duration_and_sizes_are_metrics(kind):
    exporter = Exporter()
    server = answer_in_turn((200, {"content-type": "application/json"}, b'{"a": 1}'))
    made = thing(method="put", body=content({"type": "string"}))
    kind.send(made, transport=server, telemetry=exporter.providers, times=2, args={"body": "x"})
    [duration] = exporter.read_points("http.client.request.duration")
    assert duration.count == 2
    assert duration.explicit_bounds[0] == 0.005
    assert dict(duration.attributes) == {
        "http.request.method": "PUT",
        "http.response.status_code": 200,
        "network.protocol.version": "1.1",
        "server.address": "api.example.com",
        "server.port": 443,
        "url.scheme": "https",
        "url.template": "/things",
    }
    [sent] = exporter.read_points("http.client.request.body.size")
    [received] = exporter.read_points("http.client.response.body.size")
    assert (sent.sum, received.sum) == (6, 16)


def test_a_redirect_is_a_span_of_its_own_and_no_trace_goes_abroad(kind):
    exporter = Exporter()

    def answer(request):
        if request.url.host == "api.example.com":
            return httpx.Response(
                302, headers={"location": f"https://b.test:8443/x?token={SECRET}"}
            )
        return httpx.Response(200, json=1)

    server = Server(answer)
    kind.send(document(), transport=server, telemetry=exporter.tracers)
    second = exporter.spans.get_finished_spans()[1]
    assert second.attributes["server.port"] == 8443
    assert second.attributes["url.full"] == "https://b.test:8443/x?token=…"
    assert second.attributes["http.request.resend_count"] == 1
    assert "traceparent" in server.seen[0].headers
    assert "traceparent" not in server.seen[1].headers


def test_a_method_that_http_does_not_know_is_other():
    exporter = Exporter()
    made = document()
    made["openapi"] = "3.2.0"
    path = made["paths"]["/things"]
    path["additionalOperations"] = {"PURGE": path.pop("get")}
    client = dynclient.Client(
        made, transport=answer_in_turn((200, {}, b"1")), telemetry=exporter.tracers,
        validate_responses="off",
    )  # fmt: skip
    client.run()
    [span] = exporter.spans.get_finished_spans()
    assert span.name == "HTTP /things"
    assert span.attributes["http.request.method"] == "_OTHER"
    assert span.attributes["http.request.method_original"] == "PURGE"


@pytest.mark.parametrize("value", [1, "on", (), (1,), None, [TracerProvider()]])
def test_what_is_no_provider_is_refused(value):
    with pytest.raises(errors.UsageError, match="telemetry cannot be"):
        dynclient.Client(document(), telemetry=value)


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(errors.UsageError, match="opentelemetry-api") as caught:
        dynclient.Client(document(), telemetry=True)
    assert caught.value.hint == "pip install 'dynclient[telemetry]'"


def test_the_global_providers_are_used_where_none_is_given(kind):
    server = answer_in_turn((200, {}, b"1"))
    assert kind.send(document(), transport=server, telemetry=True, validate_responses="off")


# --- secrets

SCHEMES = {
    "header": {"type": "apiKey", "in": "header", "name": "X-Thing"},
    "query": {"type": "apiKey", "in": "query", "name": "thing key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "thing"},
    "basic": {"type": "http", "scheme": "basic"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "digest": {"type": "http", "scheme": "digest"},
    "oauth": {"type": "oauth2", "flows": {}},
}
ANSWERS = {
    "fine": [reply(200, b"1", set_cookie=f"sid={SECRET}", x_api_key=SECRET)],
    "refused": [reply(503, SECRET.encode(), content_type="text/plain")],
    "redirected": [reply(307, b"", location=f"/again?thing%20key={SECRET}&token={SECRET}")],
    "lost": [CLOSE],
    "drift": [reply(200, f'"{SECRET}"'.encode())],
}


def describe(event):
    """Return all that a hook can read of an event: a repr of headers would mask what they hold."""
    values = list(event)
    fields = [value.pairs() for value in values if isinstance(value, Headers)]
    return repr([values, fields])


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_log_line_hook_span_or_traceback_holds_a_secret(serve, kind, caplog, scheme, answer):
    caplog.set_level(logging.DEBUG)
    exporter, recorder = Exporter(), Recorder()
    secret_header = {
        "name": "X-Pin",
        "in": "header",
        "schema": {"type": "string", "format": "password"},
    }
    secret_query = {
        "name": "pin",
        "in": "query",
        "schema": {"type": "string", "format": "password"},
    }
    made = document(
        secret_header,
        secret_query,
        method="put",
        body=content({}),
        security=[{scheme: []}],
        components={"securitySchemes": SCHEMES},
        responses={"200": {"description": "", **content({"type": "integer"})}},
    )
    value = ("user", SECRET) if scheme in ("basic", "digest") else SECRET
    found = None
    try:
        with warnings.catch_warnings(action="ignore"):
            kind.send(
                made,
                server=serve(ANSWERS[answer]).url,
                credentials={scheme: lambda: value},
                args={
                    "x_pin": ARGUMENT,
                    "query": {"pin": ARGUMENT},
                    "body": {"password": ARGUMENT},
                },
                retry=dynclient.Retry(attempts=2, backoff=0),
                telemetry=exporter.providers,
                validate_responses="warn" if answer == "drift" else "raise",
                **recorder.hooks,
            )
    except errors.DynclientError as error:
        found = error
    spans = exporter.spans.get_finished_spans()
    assert spans
    assert recorder.events
    texts = [caplog.text, *map(describe, recorder.events), *(span.to_json() for span in spans)]
    texts += [str(record.args) for record in caplog.records if record.name == "dynclient"]
    texts.append(repr(exporter.reader.get_metrics_data()))
    if found is not None:
        texts.append(str(found.attempts))
        if not isinstance(found, errors.ResponseError):  # which has the whole response
            own = traceback.TracebackException.from_exception(found, capture_locals=True)
            frames = [frame for frame in own.stack if "/dynclient/" in frame.filename]
            texts += [repr(frame.locals) for frame in frames]
    basic = httpx.BasicAuth("user", SECRET)._auth_header.removeprefix("Basic ")
    for text in texts:
        assert SECRET not in text
        assert basic not in text
        # The caller's own frames hold the arguments of the call.
        assert ARGUMENT not in text or "'kwargs'" in text


# --- what the document calls a password

PASSWORD = {"type": "string", "format": "password"}
PIN = {"in": "path", "name": "pin", "required": True, "schema": {"allOf": [PASSWORD]}}


def build_document_with_passwords(version="3.1.0"):
    """Return a document whose operations have passwords in paths, headers and bodies."""
    headers = {"X-Seat": {"schema": PASSWORD}, "X-Row": {"schema": {"type": "string"}}}
    fine = {"description": "", "headers": headers, **content(PASSWORD)}
    gate = {"in": "query", "name": "gate", "schema": PASSWORD}
    failed = {"description": "", **content({"properties": {"text": {}, "gate": PASSWORD}})}
    paths = {
        "/seats/{pin}": {"get": operation(PIN, operationId="run", responses={"200": fine, "4XX": failed})},
        "/rows/{pin}": {"delete": operation(PIN, gate, operationId="other", responses={})},
    }  # fmt: skip
    return build_document(paths, servers=[{"url": "https://a.test/v1"}], version=version)


@pytest.mark.parametrize("link", ["/v1/rows/HUSH?gate=HUSH", "HUSH", "https://a.test/v1/seats/HUSH/"])  # fmt: skip
def test_no_event_holds_a_password_of_a_path_a_response_or_a_link(kind, lines, link):
    recorder, exporter = Recorder(), InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    headers = {"X-Seat": "HUSH", "X-Row": "shown", "Content-Location": link}
    server = Server(lambda _: httpx.Response(200, json="HUSH", headers=headers))
    options = {"transport": server, "telemetry": provider, **recorder.hooks}
    result = kind.send(build_document_with_passwords(), args={"pin": "HUSH"}, **options)
    assert result.data == "HUSH"
    sent, came = recorder.events
    assert sent.url == came.url == "https://a.test/v1/seats/…"
    assert (came.headers["x-seat"], came.headers["x-row"]) == ("…", "shown")
    seen = f"{[dict(event.headers) for event in recorder.events]} {lines()}"
    assert "HUSH" not in seen + "".join(span.to_json() for span in exporter.get_finished_spans())
    assert "HUSH" not in repr(result.request)


def test_a_redirect_shows_no_password_of_the_operation_that_it_leads_to(kind):
    answers = [httpx.Response(302, headers={"Location": "/v1/rows/HUSH"}), httpx.Response(200)]
    recorder = Recorder()
    server = Server(lambda _: answers.pop(0))
    options = {"transport": server, "validate_responses": "off", **recorder.hooks}
    kind.send(build_document_with_passwords(), args={"pin": "a"}, **options)
    urls = [event.url for event in recorder.events]
    assert urls == ["https://a.test/v1/seats/…"] * 2 + ["https://a.test/v1/rows/…"] * 2
    assert recorder.events[1].headers["location"] == "/v1/rows/…"


def test_no_error_shows_the_password_of_a_redirect_that_is_not_followed(kind):
    server = Server(httpx.Response(302, headers={"Location": "/v1/rows/HUSH"}))
    with pytest.raises(errors.UndocumentedResponse, match=r"redirects to /v1/rows/…, which"):
        kind.send(
            build_document_with_passwords(),
            args={"pin": "a"},
            transport=server,
            follow_redirects=False,
        )
