"""The line of Python of a witness really makes the call that it stands for."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from report_samples import change
from report_strategies import call_documents, texts
from support.documents import Server, content, parameter, single

import dynclient
from dynclient import strategies
from dynclient.diffing import witness_code
from dynclient.plan.call_document import Call

BODY = {
    "type": "object",
    "properties": {"limit": {}, "note": {}, "from": {}, "cartItems": {}, "a-b": {}},
}


def client(*parameters, **fields):
    return dynclient.Client(single(*parameters, **fields), transport=Server())


class Bound:
    """A client whose operations tell the call that their arguments make."""

    def __init__(self, real):
        self._real = real

    def __getattr__(self, name):
        assert name not in dir(dynclient.Client), "a client has that attribute of its own"
        return self[name]

    def __getitem__(self, name):
        found = self._real[name]

        def bind(*args, **kwargs):
            bound = found._plan.binder.bind(args, kwargs)
            assert not bound.violations
            return found.id, dict(bound.call)

        return bind


def made(line, real):
    return eval(line, {"client": Bound(real), "dynclient": dynclient})


PATHS = {
    "one": "/things/{thingId}",
    "two": "/things/{thingId}/parts/{from}",
    "turned": "/things/{from}/parts/{thingId}",
}
IDS = {
    "thingId": parameter("thingId", "path", {"type": "string"}),
    "from": parameter("from", "path", {"type": "string"}),
}
OTHERS = (
    parameter("limit", "query", {"type": "integer"}),
    parameter("X-Trace", "header", {"type": "string"}),
)


def operations():
    """Operations whose arguments are named in every way that matters."""
    for name, path in PATHS.items():
        ids = [made for key, made in IDS.items() if f"{{{key}}}" in path]
        for body in (None, content(BODY)):
            for others in ((), OTHERS, (parameter("body", "query"), parameter("query", "query"))):
                yield name, client(*ids, *others, path=path, body=body)


CLIENTS = [found for _, found in operations()]


@pytest.mark.parametrize("real", CLIENTS)
@given(st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_with_the_binder_every_line_makes_its_call(real, data):
    call = data.draw(strategies.calls(real.run))
    line = witness_code.format_call("run", call, real.run._plan.binder)
    assert made(line, real) == ("run", dict(call))


@given(st.data())
def test_without_it_the_lines_of_a_real_document_make_their_calls(talon_one, data):
    key = data.draw(st.sampled_from(list(talon_one.operations)))
    call = data.draw(strategies.calls(talon_one[key]))
    assert made(witness_code.format_call(key, call), talon_one) == (talon_one[key].id, dict(call))


@pytest.fixture(scope="module")
def talon_one():
    return dynclient.Client("spec/talon-one/integration.yaml", transport=Server())


@given(texts, call_documents)
def test_every_line_is_one_line_of_python(name, document):
    line = witness_code.format_call(name, document)
    assert line.isprintable()
    compile(line, "line", "eval")


LINES = {
    "a body": ({"body": {}}, "client.run(body={})"),
    "a body that is no object": ({"body": [1, None]}, "client.run(body=[1, None])"),
    "a path and a body": ({"path": {"id": "s-1"}, "body": {"a": True}}, 'client.run("s-1", body={"a": True})'),
    "a query": ({"query": {"pageSize": 3, "from": "x"}}, 'client.run(page_size=3, from_="x")'),
    "names that are one": ({"query": {"a-b": 1, "aB": 2}}, 'client["run"](dynclient.Call({"query": {"a-b": 1, "aB": 2}}))'),
    "names that are one in snake_case": ({"query": {"aB": 1, "a_b": 2}}, "client.run(aB=1, a_b=2)"),
    "a query and a body": (
        {"query": {"limit": 3}, "body": {}}, 'client["run"](dynclient.Call({"query": {"limit": 3}, "body": {}}))'
    ),
    "a media type": (
        {"body": "x", "media_type": "text/plain"},
        'client["run"](dynclient.Call({"body": "x", "media_type": "text/plain"}))',
    ),
    "nothing": ({}, "client.run()"),
}  # fmt: skip


@pytest.mark.parametrize(("document", "line"), LINES.values(), ids=LINES)
def test_a_call(document, line):
    assert witness_code.format_call("run", document) == line


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("createAudienceV2", "client.create_audience_v2()"),
        ("POST /v2/things", 'client["POST /v2/things"]()'),
        ("close", 'client["close"]()'),
        ("operations", 'client["operations"]()'),
        ("x-y", 'client["x-y"]()'),
        ("import", "client.import_()"),
        ('a"b', """client['a"b']()"""),
    ],
)
def test_an_operation_is_found_by_the_name_that_finds_it(name, line):
    assert witness_code.format_call(name, {}) == line


def test_path_parameters_stand_in_the_order_of_the_template():
    call = {"path": {"b": 2, "a": 1}}
    assert witness_code.format_call("GET /{a}/{b}", call) == 'client["GET /{a}/{b}"](1, 2)'
    assert witness_code.format_call("run", call) == "client.run(b=2, a=1)"


def test_with_the_binder_properties_are_arguments():
    real = client(IDS["thingId"], parameter("limit"), path="/things/{thingId}", body=content(BODY))
    binder = real.run._plan.binder
    call = Call({"path": {"thingId": "s"}, "body": {"cartItems": [], "from": 1}})
    assert (
        witness_code.format_call("run", call, binder) == 'client.run("s", cart_items=[], from_=1)'
    )
    clash = Call({"path": {"thingId": "s"}, "query": {"limit": 1}, "body": {"limit": 1}})
    assert (
        witness_code.format_call("run", clash, binder)
        == 'client.run("s", limit=1, body={"limit": 1})'
    )


ANSWERS = {
    "a result": ("result", "200 application/json: a", {"a": None}, '# run may now answer 200 with: {"a": None}'),
    "a range": ("result", "5XX: a", 1, "# run may now answer 5XX with: 1"),
    "of both sides, a call": ("call and result", "body.a", {"body": 1}, "client.run(body=1)"),
    "of both sides, a result": ("call and result", "200: body", {"body": 1}, '# run may now answer 200 with: {"body": 1}'),
    "an event": ("result", "webhook newThing: body.a", {"body": 1}, '# webhook newThing may now bring: {"body": 1}'),
    "an answer": ("call", "callback GET /x done: 200: a", {"a": 1}, '# callback GET /x done no longer takes the answer: {"a": 1}'),
}  # fmt: skip


@pytest.mark.parametrize(("side", "where", "witness", "line"), ANSWERS.values(), ids=ANSWERS)
def test_a_witness_is_told_as_what_it_is(side, where, witness, line):
    made = change(side=side, where=where, witness=witness, proof="witness", operation="run")
    assert witness_code.format_witness(made) == line


def test_without_a_witness_there_is_no_line():
    assert witness_code.format_witness(change()) == ""
