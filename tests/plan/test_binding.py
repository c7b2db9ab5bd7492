from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import SERVER, Server, content, document, operation, parameter, single

import dynclient
from dynclient import Call
from dynclient.errors import InvalidCall

BODY = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "cartItems": {"type": "array"}, "meta": {"type": "object", "properties": {"fooBar": {}}}},
}  # fmt: skip


def operate(*parameters, path="/things", body=None, **options):
    client = dynclient.Client(
        single(*parameters, path=path, body=body), transport=Server(), **options
    )
    return client.run


SESSION = operate(
    parameter("customerSessionId", "path", {"type": "string"}),
    parameter("dry", "query", {"type": "boolean"}),
    parameter("X-Request-ID", "header", {"type": "string"}),
    parameter("filter[name]", "query", {"type": "string"}),
    parameter("sid", "cookie", {"type": "string"}),
    path="/sessions/{customerSessionId}",
    body=content(BODY),
)


def refusal(*args, **kwargs):
    """Return the violations with which a request is refused; () where it is not."""
    try:
        SESSION.request(*args, **kwargs)
    except InvalidCall as error:
        return error.violations
    return ()


def bound(op, *args, **kwargs):
    call = op._plan.bind(args, kwargs, op._options.checks)
    assert call.violations == []
    return call.document


def kinds(op, *args, **kwargs):
    """Return (kind, place, suggestion) of every violation; calling and building a request refuse the same."""
    found = op.validate(*args, **kwargs)
    with pytest.raises(InvalidCall) as caught:
        op.request(*args, **kwargs)
    assert list(caught.value.violations) == found
    with pytest.raises(InvalidCall):
        op(*args, **kwargs)
    return [(v.kind, v.where, v.suggestion) for v in found]


# --- spellings


@pytest.mark.parametrize(
    "kwargs",
    [
        {"dry": True, "x_request_id": "r", "filter_name": "f", "sid": "c", "name": "n", "cart_items": []},
        {"dry": True, "X-Request-ID": "r", "filter[name]": "f", "sid": "c", "name": "n", "cartItems": []},
        {"query": {"dry": True, "filter[name]": "f"}, "header": {"X-Request-ID": "r"}, "cookie": {"sid": "c"}, "body": {"name": "n", "cartItems": []}},
    ],
)  # fmt: skip
@pytest.mark.parametrize("positional", [True, False])
def test_every_spelling_makes_the_same_call(kwargs, positional):
    args = ("s-1",) if positional else ()
    kwargs = kwargs if positional else {**kwargs, "customer_session_id": "s-1"}
    assert bound(SESSION, *args, **kwargs) == {
        "path": {"customerSessionId": "s-1"},
        "query": {"dry": True, "filter[name]": "f"},
        "header": {"X-Request-ID": "r"},
        "cookie": {"sid": "c"},
        "body": {"name": "n", "cartItems": []},
    }


def test_names_inside_values_are_never_translated():
    assert bound(SESSION, "s", name="n", meta={"fooBar": 1})["body"]["meta"] == {"fooBar": 1}
    assert ("unknown", "body.meta.foo_bar", "fooBar") in kinds(
        SESSION, "s", name="n", meta={"foo_bar": 1}
    )


def test_positionals_stand_in_the_order_of_the_template():
    op = operate(parameter("b", "path"), parameter("a", "path"), path="/x/{a}/{b}")
    assert op.request(1, 2).url == f"{SERVER}/x/1/2"
    assert op.request(1, b=2).url == f"{SERVER}/x/1/2"
    assert op.request(a=1, b=2).url == op.request(path={"a": 1, "b": 2}).url


def test_none_is_null_and_never_absent():
    assert bound(operate(parameter("q")), q=None) == {"query": {"q": None}}
    assert bound(operate(body=content({})), body=None) == {"body": None}
    assert operate(body=content({"type": ["object", "null"]})).request(body=None).body == b"null"


def test_nothing_given_is_nothing_sent():
    op = operate(body=content({"properties": {"a": {"default": 5}}}, required=False))
    assert bound(op) == {}
    assert op.request().body is None
    assert op.request(body={}).body == b"{}"


# --- mistakes


def test_every_mistake_is_told_at_once_and_in_order():
    found = kinds(SESSION, cartItems="x", drry=True, name=5)
    assert found == [
        ("missing", "path.customerSessionId", None),
        ("unknown", "drry", "dry"),
        ("type", "body.name", None),
        ("type", "body.cartItems", None),
    ]


@pytest.mark.parametrize(
    ("args", "kwargs", "kind"),
    [
        (("s", "t"), {"name": "n"}, "unknown"),
        (("s",), {"name": "n", "customerSessionId": "s"}, "ambiguous"),
        (("s",), {"name": "n", "customer_session_id": "t"}, "ambiguous"),
        (("s",), {"name": "n", "dry": True, "query": {"dry": True}}, "ambiguous"),
        (("s",), {"name": "n", "cart_items": [], "cartItems": []}, "ambiguous"),
        (("s",), {"name": "n", "body": {"name": "n"}}, "ambiguous"),
        (("s",), {"name": "n", "query": 5}, "type"),
        (("s",), {"name": "n", "query": {"dyr": True}}, "unknown"),
        (("s",), {"name": "n", "query": {5: 1}}, "type"),
        (("s",), {"name": "n", "path": {"customerSessionId": "t"}}, "ambiguous"),
        (("s",), {"body": {5: 1}}, "type"),
        (("s",), {"name": object()}, "type"),
        (("s",), {"name": "n", "timeout": 5}, "unknown"),
        (("s",), {"name": "n", "self": 5}, "unknown"),
        (("s",), {"name": "n", "": 5}, "unknown"),
        ((Call(), 1), {}, "unknown"),
        ((Call(),), {"name": "n"}, "unknown"),
        ((Call(bodi={}),), {}, "unknown"),
        ((Call(path=5),), {}, "type"),
        ((Call(query=[]),), {}, "type"),
        ((Call(media_type=5),), {}, "enum"),
        ((Call(media_type="text/nope", body={}),), {}, "enum"),
    ],
)
def test_a_mistake_of_binding_is_a_violation_like_any_other(args, kwargs, kind):
    assert kind in [found[0] for found in kinds(SESSION, *args, **kwargs)]


@given(st.lists(st.integers() | st.text(max_size=3), max_size=3), st.dictionaries(st.text(max_size=5) | st.sampled_from(["body", "query", "path", "name", "self", "dry"]), st.none() | st.integers() | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2), max_size=3))  # fmt: skip
def test_no_arguments_end_in_anything_but_an_invalid_call(args, kwargs):
    found = SESSION.validate(*args, **kwargs)
    assert list(refusal(*args, **kwargs)) == found


@given(st.dictionaries(st.sampled_from(["path", "query", "header", "cookie", "body", "media_type", "x"]), st.none() | st.integers() | st.lists(st.integers(), max_size=2) | st.dictionaries(st.sampled_from(["customerSessionId", "dry", "name"]), st.text(max_size=3), max_size=2)))  # fmt: skip
def test_no_call_ends_in_anything_but_an_invalid_call(parts):
    assert list(refusal(Call(parts))) == SESSION.validate(Call(parts))


# --- names that stand in two places


AMBIGUOUS = operate(
    parameter("id"),
    parameter("id", "header"),
    parameter("fooBar"),
    parameter("foo-bar", "header"),
    parameter("name"),
    body=content(BODY),
)


@pytest.mark.parametrize("name", ["id", "foo_bar"])
def test_a_name_of_two_places_is_refused_with_the_ways_to_say_which(name):
    (violation,) = [
        v for v in AMBIGUOUS.validate(body={"name": "n"}, **{name: 1}) if v.kind == "ambiguous"
    ]
    assert "query={" in violation.message


def test_a_name_of_two_places_is_given_through_its_group():
    call = bound(AMBIGUOUS, query={"id": 1, "name": 2}, header={"id": "3"}, body={"name": "n"})
    assert call == {"query": {"id": 1, "name": 2}, "header": {"id": "3"}, "body": {"name": "n"}}
    assert bound(AMBIGUOUS, fooBar=1, body={"name": "n"})["query"] == {"fooBar": 1}


def test_an_argument_that_has_the_name_of_a_group_wins():
    op = operate(
        parameter("path", "path"),
        parameter("query"),
        parameter("header", "header"),
        parameter("dry"),
        path="/x/{path}",
    )
    assert bound(op, "p", query=5, header="h") == {
        "path": {"path": "p"},
        "query": {"query": 5},
        "header": {"header": "h"},
    }
    assert bound(op, path="p", query={"dry": 1})["query"] == {"query": {"dry": 1}}


def test_an_argument_called_body_wins_and_a_call_says_the_rest():
    op = operate(parameter("body"), body=content({"properties": {"a": {}}}))
    assert bound(op, body="q", a=1) == {"query": {"body": "q"}, "body": {"a": 1}}
    assert bound(op, Call(query={"body": "q"}, body={"a": 1})) == {
        "query": {"body": "q"},
        "body": {"a": 1},
    }


@pytest.mark.parametrize(
    "name",
    ["self", "args", "kwargs", "timeout", "headers", "operation", "media_type", "class", "None"],
)
def test_a_parameter_may_have_any_name(name):
    op = operate(parameter(name))
    assert op.request(**{name: 1}).url.endswith(f"?{name}=1")
    assert op(**{name: 1}) is None
    assert op.validate(**{name: 1}) == []
    op.send(**{name: 1})


def test_call_by_name_leaves_every_keyword_to_the_operation():
    client = dynclient.Client(
        single(parameter("operation"), parameter("self")), transport=(server := Server())
    )
    client.call("run", operation=1, self=2)
    assert str(server.last.url).endswith("?operation=1&self=2")


# --- a Call


def test_a_call_stands_for_all_arguments():
    call = Call(path={"customerSessionId": "s"}, body={"name": "n"})
    assert SESSION.validate(call) == []
    assert SESSION.request(call) == SESSION.request("s", name="n")
    assert bound(SESSION, call) == call
    assert bound(SESSION, call) is not call


def test_a_call_is_not_changed_by_being_sent():
    call = Call(path={"customerSessionId": "s"}, body={"name": "n"})
    SESSION(call)
    assert call == Call(path={"customerSessionId": "s"}, body={"name": "n"})


def test_arguments_are_not_changed_by_being_sent():
    body = {"name": "n", "cartItems": [{"a": 1}]}
    SESSION("s", body=body, query={"dry": True})
    assert body == {"name": "n", "cartItems": [{"a": 1}]}


# --- the signature


def test_the_signature_is_real():
    found = inspect.signature(SESSION)
    assert next(iter(found.parameters)) == "customer_session_id"
    assert found.parameters["name"].kind is inspect.Parameter.KEYWORD_ONLY
    assert found.parameters["name"].default is inspect.Parameter.empty
    assert found.parameters["dry"].default is not inspect.Parameter.empty
    assert SESSION.__name__ == "run"
    assert "customer_session_id" in SESSION.__doc__


def test_path_parameters_of_one_python_name_do_not_break_the_signature():
    op = operate(
        parameter("userId", "path"), parameter("user-id", "path"), path="/x/{userId}/{user-id}"
    )
    assert str(inspect.signature(op))
    assert repr(op)
    assert op.request("1", "2").url.endswith("/x/1/2")


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8"), min_size=1, max_size=4), st.sampled_from(["query", "header", "cookie"])), max_size=5, unique=True))  # fmt: skip
def test_any_parameter_names_make_a_signature(names):
    made = document({"/x": {"get": operation(*(parameter(*name) for name in names))}})
    op = dynclient.Client(made).run
    assert inspect.signature(op)
    assert repr(op)
    assert op.__doc__
