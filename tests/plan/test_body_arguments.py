"""The body's arguments: of the chosen media type, and `body=` as a whole."""

import inspect

import pytest
from support.documents import document, operation

import dynclient
from dynclient.errors import InvalidCall

JSON, FORM, PARTS = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
LINK = {"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]}
UPLOAD = {
    "type": "object",
    "properties": {"file": {"type": "string", "format": "binary"}, "note": {"type": "string"}},
    "required": ["file"],
}
COMMENT = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "body": {}, "flow": {"type": "string"}},
}


def build_document(content, *parameters, version="3.0.3"):
    body = {"required": True, "content": content}
    return document({"/x": {"post": operation(*parameters, body=body)}}, version=version)


def build_operation(content, *parameters, **options):
    source = build_document(content, *parameters)
    return dynclient.Client(source, transport=dynclient.Sandbox(source), **options).run


@pytest.mark.parametrize("client_class", [dynclient.Client, dynclient.AsyncClient])
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_arguments_of_the_body_follow_the_chosen_media_type(client_class, version):
    source = build_document({JSON: {"schema": LINK}, PARTS: {"schema": UPLOAD}}, version=version)
    client = client_class(source, transport=dynclient.Sandbox(source))
    parts = client.with_options(media_type=PARTS).run

    assert parts.validate(file=b"x", note="n") == []
    assert parts.request(file=b"x").headers["content-type"].startswith(PARTS)
    assert [v.kind for v in parts.validate(url="u")] == ["missing", "unknown"]
    assert client.run.validate(url="u") == []
    assert list(inspect.signature(parts).parameters) == ["file", "note"]
    assert list(inspect.signature(client.run).parameters) == ["url"]
    assert "file (body): string, binary, required" in parts.__doc__
    assert parts.validate(parts.example()) == []


def test_a_media_type_that_an_operation_does_not_take_leaves_its_help_alone():
    op = build_operation({JSON: {"schema": LINK}}, media_type=PARTS)

    assert list(inspect.signature(op).parameters) == ["url"]
    assert "url (body): string, required" in op.__doc__
    assert ("enum", ("media_type",)) in [(v.kind, v.path) for v in op.validate(url="u")]


@pytest.mark.parametrize("value", [{"title": "t"}, {"body": "text"}, {"body": {"body": "text"}}])
def test_body_alone_is_the_whole_body_also_where_it_has_a_property_body(value):
    op = build_operation({JSON: {"schema": COMMENT}})

    assert op.request(body=value).body == dynclient.wire.media.encode_json(value)


@pytest.mark.parametrize(
    ("arguments", "body"),
    [
        ({"title": "t", "body": {"x": 1}}, {"title": "t", "body": {"x": 1}}),
        ({"body": "text"}, {"body": "text"}),
        ({"body": 5}, {"body": 5}),
        ({"body": ["x"]}, {"body": ["x"]}),
    ],
)
def test_body_beside_other_properties_or_as_no_object_is_the_property(arguments, body):
    op = build_operation({JSON: {"schema": COMMENT}})

    assert op.request(**arguments).body == dynclient.wire.media.encode_json(body)


FLOW = {"name": "flow", "in": "query", "schema": {"type": "string"}}


def test_a_name_of_a_parameter_and_a_body_property_is_the_parameter():
    op = build_operation({JSON: {"schema": COMMENT}}, FLOW)

    beside_whole = op.request(flow="f", body={"title": "t"})
    assert (beside_whole.url.partition("?")[2], beside_whole.body) == ("flow=f", b'{"title":"t"}')
    beside_property = op.request(flow="f", title="t")
    assert beside_property.url.endswith("?flow=f")
    assert op.request(flow="f", body={"flow": "g"}).body == b'{"flow":"g"}'


def test_a_property_beside_the_whole_body_is_given_twice():
    op = build_operation({JSON: {"schema": LINK}})

    with pytest.raises(InvalidCall, match="given twice"):
        op.request(body={"url": "u"}, url="u")


def test_an_example_prints_as_the_call_that_makes_it():
    from dynclient.description.python_text import build_call_arguments

    op = build_operation({JSON: {"schema": COMMENT}}, FLOW)
    call = dynclient.Call(query={"flow": "f"}, body={"flow": "g", "body": "b"})
    args, kwargs = build_call_arguments(op._plan.binder, call)

    assert op._plan.binder.bind(args, kwargs).call == call
