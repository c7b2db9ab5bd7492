"""What a right request is answered with."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import answer, content, document, operation, parameter, single
from support.sandboxes import ask, data, unexplained

from dynclient import Client, Sandbox

PET = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "string", "maxLength": 8},
        "name": {"type": "string", "pattern": "^[A-Z][a-z]+$"},
        "born": {"type": "string", "format": "date"},
        "legs": {"type": "integer", "minimum": 0, "maximum": 8},
    },
}


def responding(*responses, **fields):
    """Return a sandbox of one GET operation with these responses."""
    return Sandbox(
        single(method="get", responses={k: v for r in responses for k, v in r.items()}, **fields),
        second_opinion=True,
    )


def bare(*statuses):
    return {status: {"description": ""} for status in statuses}


@pytest.mark.parametrize(
    ("declared", "status"),
    [
        (["202", "200", "404"], 200),
        (["204", "201"], 201),
        (["2XX", "206"], 206),
        (["2XX", "default"], 200),
        (["default"], 200),
        (["404", "default"], 200),
        (["302", "404"], 302),
        (["404"], 200),
        ([], 200),
    ],
)
def test_the_status_is_the_lowest_success_that_is_declared(declared, status):
    assert ask(responding(bare(*declared)), "GET", "/things").status == status


def test_the_example_of_the_document_is_answered_where_it_is_valid_and_a_sample_where_not():
    responses = answer(PET)
    media = responses["200"]["content"]["application/json"]
    media["examples"] = {
        "wrong": {"value": {"id": 1}},
        "right": {"value": {"id": "p-1", "name": "Rex"}},
    }
    assert data(ask(responding(responses), "GET", "/things")) == {"id": "p-1", "name": "Rex"}
    del media["examples"]["right"]
    assert set(data(ask(responding(responses), "GET", "/things"))) >= {"id", "name"}


@given(seed=st.integers(0, 2**40))
def test_samples_fit_their_schema_and_hold_nothing_undeclared(seed):
    made = single(method="get", responses=answer({"type": "array", "items": PET, "minItems": 2}))
    sandbox = Sandbox(made, seed=seed, second_opinion=True)
    pets = Client(made, transport=sandbox).run()
    assert len(pets) >= 2
    assert all(set(pet) <= set(PET["properties"]) for pet in pets)
    assert unexplained(sandbox) == []


def test_the_same_request_gets_the_same_answer_from_every_sandbox_of_one_seed():
    made = single(method="get", responses=answer(PET))
    first = ask(Sandbox(made, seed=5, second_opinion=True), "GET", "/things")
    assert first == ask(Sandbox(made, seed=5, second_opinion=True), "GET", "/things")
    assert (
        len(
            {
                ask(Sandbox(made, seed=seed, second_opinion=True), "GET", "/things").body
                for seed in range(8)
            }
        )
        > 1
    )


def test_properties_and_path_parameters_of_the_request_come_back_where_they_are_valid():
    run = operation(
        parameter("id", "path", {"type": "string"}), body=content({}), responses=answer(PET)
    )
    sandbox = Sandbox(document({"/pets/{id}": {"put": run}}), second_opinion=True)
    sent = {"name": "Tom", "born": "2020-02-30", "legs": 4, "extra": 1, "id": "other"}
    pet = data(ask(sandbox, "PUT", "/pets/p%2F7", sent))
    assert pet["id"] == "p/7"
    assert pet["name"] == "Tom"
    assert pet.get("legs", 4) == 4
    assert pet.get("born") != "2020-02-30"
    assert "extra" not in pet
    assert unexplained(sandbox) == []


def test_a_path_parameter_too_long_for_its_property_is_left_out():
    run = operation(parameter("id", "path", {"type": "string"}), responses=answer(PET))
    pet = data(
        ask(
            Sandbox(document({"/pets/{id}": {"get": run}}), second_opinion=True),
            "GET",
            "/pets/123456789",
        )
    )
    assert len(pet["id"]) <= 8


def test_read_only_is_answered_and_write_only_never_is():
    schema = {
        "type": "object",
        "required": ["id", "secret"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "secret": {"type": "string", "writeOnly": True},
        },
    }
    sandbox = Sandbox(single(body=content(schema), responses=answer(schema)), second_opinion=True)
    assert set(data(ask(sandbox, "POST", "/things", {"secret": "x"}))) == {"id"}


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/*", "text/plain"),
        ("text/plain, application/json;q=0.5", "text/plain"),
        ("text/plain;q=0.5, application/json;q=0.4", "text/plain"),
        ("text/plain;q=0, */*", "application/json"),
        ("image/png", "application/json"),
        ("text/plain;q=abc, ;;,,", "text/plain"),
    ],
)
def test_the_media_type_is_the_one_accepted_most_and_json_where_nobody_cares(accept, expected):
    both = {"text/plain": {"schema": {"type": "string"}}, "application/json": {"schema": PET}}
    sandbox = responding({"200": {"description": "", "content": both}})
    assert (
        ask(sandbox, "GET", "/things", **({"Accept": accept} if accept else {})).media_type
        == expected
    )


@pytest.mark.parametrize(
    ("declared", "accept", "expected"),
    [
        ("*/*", "*/*", "application/json"),
        ("application/*", "application/vnd.a+json", "application/vnd.a+json"),
        ("image/*", "*/*", "image/png"),
        ("text/*", "text/csv", "text/csv"),
    ],
)
def test_of_a_range_one_media_type_is_named(declared, accept, expected):
    sandbox = responding(answer({"type": "string"}, media_type=declared))
    assert ask(sandbox, "GET", "/things", Accept=accept).media_type == expected


@pytest.mark.parametrize(
    ("media_type", "schema"),
    [
        ("text/plain", {"type": "string"}),
        ("text/csv", {"type": "string"}),
        ("text/plain", {"type": "integer"}),
        ("application/xml", PET),
        ("application/pdf", {"type": "string", "format": "binary"}),
        ("text/event-stream", {"type": "object"}),
        ("application/x-www-form-urlencoded", PET),
        ("application/problem+json", PET),
    ],
)
def test_every_media_type_has_a_body_that_the_client_takes(media_type, schema):
    made = single(method="get", responses=answer(schema, media_type=media_type))
    sandbox = Sandbox(made, second_opinion=True)
    result = Client(made, transport=sandbox).run.send()
    assert result.media_type == media_type
    assert result.data not in (None, "", b"")


def test_required_headers_come_along_and_can_be_carried():
    headers = {
        "X-Total": {"required": True, "schema": {"type": "integer", "minimum": 7}},
        "X-Name": {
            "required": True,
            "schema": {"type": "string", "examples": ["ä", "line\nbreak"]},
        },
        "X-List": {
            "required": True,
            "schema": {"type": "array", "items": {"enum": ["a"]}, "minItems": 2},
        },
        "X-Optional": {"schema": {"type": "string"}},
    }
    sandbox = responding({"204": {"description": "", "headers": headers}})
    response = ask(sandbox, "GET", "/things")
    assert int(response.headers["X-Total"]) >= 7
    assert response.headers["X-Name"].isascii()
    assert set(response.headers["X-List"].split(",")) == {"a"}
    assert "X-Optional" not in response.headers
    assert unexplained(sandbox) == []


def test_head_and_204_have_no_body():
    responses = {**answer(PET), "204": answer(PET, "204")["204"]}
    made = document(
        {
            "/a": {"head": operation(operationId="h", responses=answer(PET))},
            "/b": {"get": operation(operationId="b", responses={"204": responses["204"]})},
        }
    )
    made["paths"]["/c"] = {
        "get": operation(operationId="c", responses={"200": {"description": "", "content": {}}})
    }
    sandbox = Sandbox(made, second_opinion=True)
    for method, path in (("HEAD", "/a"), ("GET", "/b"), ("GET", "/c")):
        assert ask(sandbox, method, path).body == b""
    assert {d.reason for d in sandbox.disagreements} == {
        "it wants a body where a status, HEAD or an empty `content` has none"
    }


def test_a_schema_that_nothing_fits_is_an_honest_500():
    sandbox = responding(answer({"type": "string", "minLength": 3, "maxLength": 2}))
    response = ask(sandbox, "GET", "/things")
    assert response.status == 500
    detail = data(response)["detail"]
    assert detail.startswith("run: the sandbox has no valid answer: ")
    assert detail.endswith("`dynclient check` reports schemas that no value fits")


def test_a_schema_that_requires_what_it_does_not_declare_is_answered_all_the_same():
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["b"]}
    assert "b" in data(ask(responding(answer(schema)), "GET", "/things"))


def test_numbers_of_any_size_come_back_digit_by_digit():
    big = 12345678901234567890123
    schema = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
    sandbox = Sandbox(single(body=content(schema), responses=answer(schema)), second_opinion=True)
    response = ask(
        sandbox,
        "POST",
        "/things",
        body=json.dumps({"id": big}).encode(),
        Content_Type="application/json",
    )
    assert json.loads(response.body) == {"id": big}
