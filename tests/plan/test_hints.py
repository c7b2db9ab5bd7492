"""What a violation of a call tells to do instead."""

from __future__ import annotations

import pytest
from support.documents import Server, content, document, operation, parameter, single

import dynclient
from dynclient.errors import InvalidCall, OperationNotFound, UsageError
from dynclient.names import suggest

SESSION = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "note": {"type": "string"},
        "customerSession": {"type": "object", "properties": {"profileId": {"type": "string"}}},
    },
}


def build_operation(*parameters, client_class=dynclient.Client, body=SESSION, **fields):
    fields |= {"requestBody": content(body)} if body else {}
    return client_class(single(*parameters, **fields), transport=Server()).run


def find_message(operation, *args, **kwargs):
    """Return the message of the only violation of a call that is not `missing`."""
    (violation,) = [v for v in operation.validate(*args, **kwargs) if v.kind != "missing"]
    return violation.message


@pytest.mark.parametrize("args", [("a", {"name": "x"}), ("a", {"name": "x"}.items()), ("a", ["x"])])
@pytest.mark.parametrize("client_class", [dynclient.Client, dynclient.AsyncClient])
def test_a_body_by_position_is_led_to_the_keyword(client_class, args):
    op = build_operation(parameter("id", "path"), path="/x/{id}", client_class=client_class)
    message = "too many positional arguments; give the body as body=…"
    assert find_message(op, *args) == message
    assert find_message(build_operation(), {"name": "x"}) == message


def test_a_body_in_place_of_a_path_value_is_led_to_the_keyword():
    op = build_operation(parameter("id", "path", {"type": "string"}), path="/x/{id}")
    assert find_message(op, {"name": "x"}).endswith("; give the body as body=…")


def test_other_positional_arguments_are_told_what_is_positional():
    op = build_operation(parameter("id", "path"), path="/x/{id}", body=None)
    assert (
        find_message(op, "a", "b") == "too many positional arguments; positional are the path's: id"
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("timeout", "client.with_options(timeout=…)"),
        ("_request_timeout", "client.with_options(timeout=…)"),
        ("headers", "client.with_options(headers=…)"),
        ("json", "give the body as body=…, or its properties by keyword"),
        ("data", "give the body as body=…, or its properties by keyword"),
        ("params", "give each query parameter by its name, or query={…}"),
        ("auth", 'Client(…, credentials={"…": "…"})'),
        ("api_key", 'Client(…, credentials={"…": "…"})'),
        ("base_url", "client.with_options(server=…)"),
        ("server", "client.with_options(server=…)"),
        ("verify", "Client(…, transport=…)"),
    ],
)
def test_an_argument_of_other_clients_is_led_to_ours(name, hint):
    message = find_message(build_operation(), name="x", **{name: {}})
    assert message.startswith("is not declared; ")
    assert hint in message


def test_an_argument_that_the_operation_has_is_no_option():
    op = build_operation(parameter("timeout", "query"), parameter("json", "query"))
    assert op.validate(name="x", timeout=1, json="a") == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("base_url", "use server="),
        ("api_key", 'use Client(…, credentials={"scheme name": "…"})'),
        ("verify", "use Client(…, transport=…) with an HTTP client of yours"),
        ("timeuot", "did you mean timeout?"),
    ],
)
def test_an_option_of_other_clients_is_led_to_ours(name, hint):
    for build in (
        lambda: dynclient.Client(document(), **{name: "x"}),
        lambda: dynclient.Client(document()).with_options(**{name: "x"}),
    ):
        with pytest.raises(UsageError) as caught:
            build()
        assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("kwargs", "is_hinted"),
    [
        ({"name": "x", "note": None}, True),
        ({"name": "x", "customerSession": {"profileId": None}}, True),
        ({"name": "x", "q": None}, True),
        ({"name": "x", "customerSession": None}, True),
        ({"name": None}, False),
    ],
)
def test_none_for_an_optional_value_is_to_be_left_out(kwargs, is_hinted):
    op = build_operation(parameter("q", "query", {"type": "integer"}))
    message = find_message(op, **kwargs)
    assert message.startswith("got null, want ")
    assert message.endswith("; leave it out where there is none") is is_hinted


def test_none_where_null_is_allowed_is_sent():
    op = build_operation(body={"type": "object", "properties": {"a": {"type": ["string", "null"]}}})
    assert op.validate(a=None) == []


def test_a_dotted_argument_is_led_to_a_nested_one():
    op = build_operation()
    for name in ("customerSession.profileId", "customer_session.profileId"):
        message = find_message(op, name="x", **{name: "p"})
        assert message == 'is not declared; give customer_session={"profileId": …}'
    message = find_message(op, name="x", **{"customerSession.a.b": "p"})
    assert message == 'is not declared; give customer_session={"a": {"b": …}}'


@pytest.mark.parametrize(
    ("kwargs", "kind"),
    [
        ({"body": '{"name": "x"}'}, "dict"),
        ({"body": ' [{"name": "x"}]\n'}, "list"),
        ({"name": "x", "customerSession": '{"profileId": "p"}'}, "dict"),
    ],
)
def test_json_text_is_led_to_data(kwargs, kind):
    message = find_message(build_operation(), **kwargs)
    assert message.endswith(f"; give a {kind}; json.loads(…) makes one of JSON text")


def test_other_text_for_a_body_has_no_hint():
    assert "json.loads" not in find_message(build_operation(), body="name")


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("delete_pet", "create_pet"),
        ("deletePet", "create_pet"),
        ("updatePet", "createPet"),
        ("get_pet", "set_pet"),
        ("enable_pet", "disable_pet"),
        ("end_date", "start_date"),
        ("max_age", "min_age"),
        ("created_before", "created_after"),
    ],
)
def test_a_name_that_cannot_be_meant_is_not_suggested(name, known):
    assert suggest(name, [known]) == []


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("delete_pets", "delete_pet"),
        ("get_pet", "fetch_pet"),
        ("updatePet", "replace_pet"),
        ("customerSesion", "customerSession"),
        ("create_pte", "create_pet"),
        ("from_date_to", "from_date"),
    ],
)
def test_a_name_that_can_be_meant_is_suggested(name, known):
    assert suggest(name, [known]) == [known]


def test_an_operation_that_does_the_opposite_is_not_suggested():
    made = document({"/pets": {"post": operation(operationId="create_pet")}})
    with pytest.raises(OperationNotFound) as caught:
        dynclient.Client(made).delete_pet  # noqa: B018 (the attribute is looked up)
    assert caught.value.suggestions == ()


def test_hints_stand_in_the_error():
    with pytest.raises(InvalidCall) as caught:
        build_operation()(name="x", timeout=5)
    assert str(caught.value).splitlines() == [
        "run  POST /things: 1 problem, nothing was sent",
        "  unknown  timeout  is not declared; it is an option: client.with_options(timeout=…)",
    ]
