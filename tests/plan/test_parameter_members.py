"""Members of a parameter that is an object, given as arguments of their own."""

import inspect

import pytest
from support.documents import SERVER, content, parameter, single

import dynclient
from dynclient.errors import InvalidCall
from dynclient.sandbox import Sandbox

FILTER = {
    "type": "object",
    "properties": {
        "status": {"type": "string", "description": "Which ones."},
        "createdAfter": {"type": "string"},
        "page-size": {"type": "integer"},
    },
}
BODY = content({"type": "object", "properties": {"status": {"type": "string"}, "note": {}}})


def build_client(*parameters, client_class=dynclient.Client, **fields):
    source = single(*parameters, **fields)
    return client_class(source, transport=Sandbox(source))


@pytest.mark.parametrize(
    ("location", "fields", "expected"),
    [
        ("query", {"style": "deepObject"}, "?filter%5Bstatus%5D=a&filter%5Bpage-size%5D=2"),
        ("query", {}, "?status=a&page-size=2"),
        ("header", {}, "status,a,page-size,2"),
        ("cookie", {"explode": False}, "filter=status,a,page-size,2"),
        ("path", {}, "/things/status,a,page-size,2"),
    ],
)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize("client_class", [dynclient.Client, dynclient.AsyncClient])
def test_members_of_an_object_parameter_are_arguments(
    client_class, version, location, fields, expected
):
    path = "/things/{filter}" if location == "path" else "/things"
    found = parameter("filter", location, FILTER, **fields)
    client = build_client(found, path=path, version=version, client_class=client_class)
    request = client.run.request(status="a", page_size=2)
    assert expected in f"{request.url} {request.headers.pairs()}".replace("%2C", ",")
    whole = client.run.request(filter={"status": "a", "page-size": 2})
    assert request == whole


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"$ref": "#/components/schemas/Filter"}, {"properties": {"more": {}}}]},
        {"$ref": "#/components/schemas/Filter"},
    ],
)
def test_members_are_found_behind_references_and_all_of(schema):
    client = build_client(
        parameter("filter", "query", schema), components={"schemas": {"Filter": FILTER}}
    )
    assert client.run.validate(created_after="x") == []
    assert client.run.validate(createdAfter="x") == []


def test_members_of_a_parameter_with_content_are_arguments():
    found = {"name": "filter", "in": "query", "content": {"application/json": {"schema": FILTER}}}
    assert (
        build_client(found)
        .run.request(status="a")
        .url.endswith("?filter=%7B%22status%22%3A%22a%22%7D")
    )


def test_a_parameter_comes_before_a_property_of_the_body_and_that_before_a_member():
    found = parameter("filter", "query", FILTER, style="deepObject")
    request = build_client(found, requestBody=BODY).run.request(status="a")
    assert request.url == f"{SERVER}/things"
    assert request.body == b'{"status":"a"}'
    client = build_client(found, parameter("status", "query", {"type": "string"}))
    assert client.run.request(status="a").url == f"{SERVER}/things?status=a"


def test_a_member_of_two_parameters_must_be_given_in_one():
    found = [parameter(name, "query", FILTER, style="deepObject") for name in ("old", "new")]
    client = build_client(*found)
    (violation,) = client.run.validate(status="a")
    assert (violation.kind, violation.path) == ("ambiguous", ("args", "status"))
    assert violation.message == (
        "is a member of old and new: say which with old={'status': …} or new={'status': …}"
    )
    assert client.run.validate(old={"status": "a"}) == []


@pytest.mark.parametrize("kwargs", [{"filter": {}, "status": "a"}, {"status": "a", "filter": {}}])
def test_a_member_beside_the_whole_parameter_is_given_twice(kwargs):
    client = build_client(parameter("filter", "query", FILTER))
    (violation,) = client.run.validate(**kwargs)
    assert violation.kind == "ambiguous"
    assert "is given twice" in violation.message


def test_a_member_that_is_wrong_is_reported_at_its_place():
    client = build_client(parameter("filter", "query", FILTER))
    (violation,) = client.run.validate(page_size="x")
    assert violation.path == ("query", "filter", "page-size")
    (violation,) = client.run.validate(statuss="x")
    assert violation.suggestion == "status"
    with pytest.raises(InvalidCall):
        client.run(page_size="x")


def test_the_location_group_still_takes_a_mapping_where_a_member_has_its_name():
    search = {"type": "object", "properties": {"query": {"type": "string"}}}
    client = build_client(parameter("search", "query", search))
    assert client.run.request(query={"search": {"query": "a"}}).url.endswith("?query=a")
    assert client.run.request(query="a").url.endswith("?query=a")


def test_help_and_signature_show_members():
    found = parameter("filter", "query", FILTER, required=True)
    operation = build_client(found).run
    signature = operation.__signature__
    assert list(signature.parameters) == ["filter", "status", "created_after", "page_size"]
    assert all(p.default is not inspect.Parameter.empty for p in signature.parameters.values())
    assert "status (query, member of filter): string. Which ones." in operation.__doc__


def test_a_read_only_member_is_no_argument():
    schema = {"type": "object", "properties": {"id": {"readOnly": True}, "name": {}}}
    operation = build_client(parameter("filter", "query", schema)).run
    assert list(operation.__signature__.parameters) == ["filter", "name"]
