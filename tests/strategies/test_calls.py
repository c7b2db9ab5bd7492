"""What `calls` and `results` draw for an operation: places, media types, binary values, and how it prints."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from support.documents import OK, Server, answer, content, document, operation, parameter, single

import dynclient
from dynclient import strategies
from dynclient.errors import UsageError

RICH = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "from": {"type": "integer"},
        "cartItems": {"type": "array"},
        "a-b": {},
    },
}
PARAMETERS = (
    parameter("thingId", "path", {"type": "string", "minLength": 1}),
    parameter("limit", "query", {"type": "integer", "minimum": 1}),
    parameter("name", "query", {"type": "string"}),
    parameter("X-Trace", "header", {"type": "string"}),
    parameter("sid", "cookie", {"type": "string"}),
)
FORMS = {
    "text": "text/plain",
    "bytes": "application/octet-stream",
    "image": "image/*",
    "parts": "multipart/form-data",
}
PARTS = {
    "type": "object",
    "required": ["file", "note"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "more": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "note": {"type": "string"},
    },
}


def run(*parameters, **fields):
    return dynclient.Client(single(*parameters, **fields), transport=Server()).run


def rich():
    return run(*PARAMETERS, path="/things/{thingId}", body=content(RICH))


def several():
    made = {
        name: {"schema": {"type": "string"}}
        for name in ("application/json", "text/plain", "application/pdf")
    }
    return run(body={"content": made})


def first(strategy, condition=lambda _: True):
    phases = [Phase.generate, Phase.shrink]
    return find(
        strategy,
        condition,
        settings=settings(max_examples=2000, database=None, deadline=None, phases=phases),
    )


@given(strategies.calls(rich()))
def test_a_drawn_call_is_a_valid_call(call):
    assert isinstance(call, dynclient.Call)
    assert rich().validate(call) == []
    assert all(call[key] for key in call if key != "body")


@given(strategies.calls(rich()))
def test_a_drawn_call_prints_as_the_line_that_makes_it(call):
    class Client:
        run = staticmethod(lambda *args, **kwargs: rich()._plan.binder.bind(args, kwargs))

    bound = eval(repr(call), {"client": Client})
    assert bound.violations == []
    assert bound.call == call


def test_the_line_is_the_one_that_a_person_would_write():
    call = strategies.DrawnCall(
        {"path": {"thingId": "t-1"}, "query": {"limit": 3}, "body": {"cartItems": []}},
        "run",
        rich()._plan.binder,
    )
    assert repr(call) == "client.run('t-1', limit=3, cart_items=[])"


def test_what_has_no_argument_name_is_written_by_its_place():
    call = strategies.DrawnCall(
        {
            "path": {"thingId": "t"},
            "query": {"name": "n", "zzz": 1},
            "body": {"a-b": 1, "name": "n"},
        },
        "run",
        rich()._plan.binder,
    )
    assert repr(call) == "client.run('t', name='n', query={'zzz': 1}, body={'a-b': 1, 'name': 'n'})"


def test_a_call_whose_media_type_is_chosen_says_so():
    call = strategies.DrawnCall(
        {"body": "x", "media_type": "text/csv"}, "run", several()._plan.binder
    )
    assert repr(call) == "client.with_options(media_type='text/csv').run(body='x')"


def test_a_failing_test_shows_the_line():
    @settings(database=None, max_examples=1000)  # it ends at the first that fails
    @given(strategies.calls(rich()))
    def check(call):
        assert call.get("query", {}).get("limit", 0) < 7

    with pytest.raises(AssertionError) as caught:
        check()
    assert "call=client.run('0', limit=7, body={'name': ''})" in "\n".join(caught.value.__notes__)


@given(strategies.calls(rich()))
@settings(max_examples=10)
def test_copied_or_pickled_it_is_a_plain_call(call):
    for made in (copy.copy(call), copy.deepcopy(call), pickle.loads(pickle.dumps(call))):
        assert type(made) is dynclient.Call
        assert made == call == dict(call)


def test_an_operation_without_an_id_is_found_by_method_and_path():
    made = document({"/a b": {"get": {"responses": OK}}})
    client = dynclient.Client(made)
    assert repr(first(strategies.calls(client["GET /a b"]))) == "client['GET /a b']()"


@pytest.mark.parametrize("name", ["text/plain", "application/json", "application/pdf", None])
def test_each_media_type_and_none_is_drawn(name):
    op = several()

    def is_of(call):
        return (op.request(call).headers.get("Content-Type") or None) == name

    call = first(strategies.calls(op), is_of)
    assert op.validate(call) == []
    assert isinstance(call.get("body", ""), bytes if name == "application/pdf" else str)


def test_the_media_type_is_left_out_where_the_value_tells_it():
    assert "media_type" not in first(
        strategies.calls(several()), lambda call: isinstance(call.get("body"), bytes)
    )


def test_a_media_type_that_the_client_was_told_is_the_only_one():
    made = several().operation.document
    op = dynclient.Client(made).with_options(media_type="application/json").run

    @given(strategies.calls(op))
    def check(call):
        assert "media_type" not in call
        assert op.request(call).headers.get("Content-Type") in (None, "application/json")

    check()


@pytest.mark.parametrize("name", FORMS.values(), ids=FORMS)
def test_a_body_that_is_no_json_can_be_built_and_sent(name):
    op = run(body=content(PARTS if name == "multipart/form-data" else {"type": "string"}, name))

    @given(strategies.calls(op))
    @settings(max_examples=20)
    def check(call):
        assert op.validate(call) == []
        op.send(call)

    check()


@given(strategies.calls(run(body=content(PARTS, "multipart/form-data"))))
def test_binary_parts_are_bytes(call):
    body = call["body"]
    assert isinstance(body["file"], bytes)
    assert isinstance(body["note"], str)
    assert all(isinstance(item, bytes) for item in body.get("more", []))


def test_an_asynchronous_operation_draws_the_same():
    made = single(*PARAMETERS, path="/things/{thingId}")
    assert first(strategies.calls(dynclient.AsyncClient(made).run)) == first(
        strategies.calls(dynclient.Client(made).run)
    )


def test_an_operation_that_no_call_fits_is_a_clear_error():
    op = run(
        parameter("a", "query", {"type": "integer", "minimum": 5, "maximum": 4}, required=True)
    )

    @given(strategies.calls(op))
    def check(_call):
        pytest.fail("something was drawn")

    with pytest.raises(UsageError, match="run: a call has no value that could be found"):
        check()


# --- results


def answering(**responses):
    made = {
        "4XX": answer({"const": "error"})["200"],
        "default": answer({"const": "other"})["200"],
        **responses,
    }
    return run(responses={**answer({"type": "integer"}), **answer({"type": "null"}, "204"), **made})


@pytest.mark.parametrize(
    ("status", "value"),
    [
        (None, 0),
        (200, 0),
        ("200", 0),
        (204, None),
        (404, "error"),
        ("4XX", "error"),
        (500, "other"),
    ],
)
def test_a_result_is_of_the_status_that_was_asked_for(status, value):
    assert first(strategies.results(answering(), status)) == value


def test_a_result_that_declares_no_body_is_none():
    assert first(strategies.results(run(), 200)) is None


@pytest.mark.parametrize(
    ("name", "kind"), [("text/csv", str), ("image/png", bytes), ("application/json", int)]
)
def test_a_result_is_of_the_media_type_that_was_asked_for(name, kind):
    made = {"application/json": {"schema": {"type": "integer"}}, "text/csv": {}, "image/png": {}}
    op = run(responses={"200": {"description": "", "content": made}})
    assert type(first(strategies.results(op, media_type=name))) in (
        kind,
        type(None) if kind is str else kind,
    )


def test_a_result_is_closed_as_its_producer_reads_it():
    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "secret": {"type": "string", "writeOnly": True}},
    }

    @given(strategies.results(run(responses=answer(schema))))
    def check(value):
        assert set(value) <= {"a"}

    check()


@pytest.mark.parametrize(("status", "name"), [(418, None), (200, "text/xml")])
def test_a_result_that_the_document_does_not_know_is_a_clear_error(status, name):
    op = run(responses=answer({}))
    with pytest.raises(UsageError, match="it declares"):
        strategies.results(op, status, name)


@given(st.data())
def test_three_lines_are_enough_for_a_test(data):
    made = document(
        {"/things": {"post": operation(body=content(RICH), responses=answer(RICH, "201"))}}
    )
    client = dynclient.Client(made, transport=dynclient.Sandbox(made, second_opinion=True))
    call = data.draw(strategies.calls(client.run))
    assert "name" in client.run(call)


test_three_lines_are_enough_for_a_test = settings(suppress_health_check=list(HealthCheck))(
    test_three_lines_are_enough_for_a_test
)
