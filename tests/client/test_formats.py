"""Formats of the user: added to the known ones, or in place of them, for both engines."""

import httpx
import pytest
from support.documents import Server, answer, content, parameter, single

import dynclient
from dynclient.errors import InvalidResponse, UsageError

CURRENCY = {"type": "string", "format": "currency"}
BODY = {"type": "object", "properties": {"in": CURRENCY, "rate": {"type": "string"}}}
DOCUMENTS = {
    "query": (single(parameter("in", schema=CURRENCY)), {"in_": "EUR"}, {"in_": "XXX"}),
    "header": (single(parameter("In", "header", CURRENCY)), {"in_": "EUR"}, {"in_": "XXX"}),
    "body": (
        single(body=content(BODY)),
        {"body": {"in": "EUR"}},
        {"body": {"in": "XXX"}},
    ),
    "items": (
        single(body=content({"type": "array", "items": {"allOf": [CURRENCY]}})),
        {"body": ["EUR"]},
        {"body": ["EUR", "XXX"]},
    ),
}


def is_currency(text):
    return text in ("EUR", "USD")


def is_currency_or_raise(text):
    return ["EUR", "USD"].index(text) >= 0


@pytest.mark.parametrize("check", [is_currency, is_currency_or_raise])
@pytest.mark.parametrize("place", DOCUMENTS)
def test_a_format_of_the_user_is_checked_in_calls(place, check):
    document, right, wrong = DOCUMENTS[place]
    client = dynclient.Client(document, formats={"currency": check})
    assert client.run.validate(**right) == []
    assert [violation.kind for violation in client.run.validate(**wrong)] == ["format"]
    assert dynclient.Client(document).run.validate(**wrong) == []


def test_the_message_names_the_format():
    document, _, wrong = DOCUMENTS["body"]
    (violation,) = dynclient.Client(document, formats={"currency": is_currency}).run.validate(
        **wrong
    )
    assert violation.message == "got 'XXX', want string, currency"


@pytest.mark.parametrize(("text", "fits"), [("EUR", True), ("XXX", False)])
def test_a_format_of_the_user_is_checked_in_results(text, fits):
    document = single(responses=answer(BODY))
    server = Server(httpx.Response(200, json={"in": text}))
    client = dynclient.Client(document, transport=server, formats={"currency": is_currency})
    if fits:
        assert client.run() == {"in": text}
    else:
        with pytest.raises(InvalidResponse):
            client.run()


@pytest.mark.parametrize("name", ["date", "int32", "uuid", "byte"])
def test_a_format_of_the_user_replaces_a_known_one(name):
    kind = "integer" if name == "int32" else "string"
    document = single(parameter("a", schema={"type": kind, "format": name}))
    value = 2**40 if name == "int32" else "mine!"
    assert dynclient.Client(document).run.validate(a=value) != []
    client = dynclient.Client(document, formats={name: lambda text: text == "mine!"})
    assert client.run.validate(a=value) == []


def test_a_document_keeps_its_formats_and_a_client_adds_to_them():
    schema = {"type": "string", "format": "even"}
    document = dynclient.load(
        single(parameter("in", schema=CURRENCY), parameter("a", schema=schema)),
        formats={"currency": is_currency},
    )
    client = dynclient.Client(document, formats={"even": lambda text: len(text) % 2 == 0})
    assert [str(v.where) for v in client.run.validate(in_="X", a="a")] == ["query.in", "query.a"]
    assert [str(v.where) for v in dynclient.Client(document).run.validate(in_="X", a="a")] == [
        "query.in"
    ]
    assert len(client.with_options(formats={"even": str.isdigit}).run.validate(in_="X")) == 1


@pytest.mark.parametrize("formats", ["currency", {"currency": "EUR"}, {1: is_currency}])
def test_formats_that_are_no_functions_are_a_usage_error(formats):
    document = DOCUMENTS["query"][0]
    with pytest.raises(UsageError, match="formats cannot be"):
        dynclient.Client(document, formats=formats)
    with pytest.raises(UsageError, match="formats cannot be"):
        dynclient.load(document, formats=formats)
