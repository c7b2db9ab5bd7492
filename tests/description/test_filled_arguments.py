"""A header that the client fills in by itself is optional for whoever calls, and said to be so."""

from __future__ import annotations

import dataclasses
import inspect
import re

import pytest
from support.both import document
from support.documents import content

import dynclient
from dynclient.api_reference import build_reference
from dynclient.cli.body_examples import print_example
from dynclient.cli.shell_completion.index_builder import describe_operation
from dynclient.description.operation_text import format_operation
from dynclient.repl.completion import complete_code
from dynclient.stubs import build_stubs
from dynclient.wire.message import Headers

UUID = {"type": "string", "minLength": 32}
UNFIT = {"type": "string", "maxLength": 8}


def build_client(schema):
    key = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": schema}
    body = content({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}})
    return dynclient.Client(document(key, method="post", body=body), server="https://a.test")


@pytest.mark.parametrize(("schema", "is_filled"), [(UUID, True), (UNFIT, False)])
def test_a_required_key_is_optional_wherever_a_call_is_described(schema, is_filled):
    client = build_client(schema)
    operation = client.run
    note = "filled in by the client" if is_filled else "required"
    parameter = operation.__signature__.parameters["idempotency_key"]
    assert (parameter.default is not inspect.Parameter.empty) == is_filled
    assert f", {note}" in find_line("idempotency_key", operation.__doc__)
    assert f", {note}" in find_line("idempotency_key  ", "\n".join(format_operation(operation, 88)))
    answer = complete_code("client.run(idem", {"client": client}, None)
    assert [note in candidate.meaning for candidate in answer.candidates] == [True]
    [row] = [row for row in describe_operation(operation) if row[0] == "Idempotency-Key"]
    assert (row[2] == "required", note in row[3]) == (not is_filled, is_filled)
    stub = build_stubs(client.document, "a.yaml").types
    assert ("idempotency_key: str = ..." in stub) == is_filled


def find_line(name, text):
    return next(line for line in text.splitlines() if line.strip().startswith(name))


def test_a_ready_call_has_no_key_that_everybody_would_send_again():
    operation = build_client(UUID).run
    text = "\n".join(format_operation(operation, 88))
    python_call, command, curl = text.partition("Example")[2].strip().split("\n\n")
    assert "idempotency" not in f"{python_call}{command}".lower()
    assert "Idempotency-Key: " in curl
    unfilled = build_client(UNFIT).run
    text = "\n".join(format_operation(unfilled, 88))
    assert "idempotency_key=" in text.partition("Example")[2]


def test_what_is_sent_and_the_schema_of_a_call_stay_as_the_document_says():
    client = build_client(UUID)
    assert client.run.call_schema["properties"]["header"]["required"] == ["Idempotency-Key"]
    assert client.run.validate(a=1) == []
    request = client.run.request(a=1)
    unfilled = [each for each in request.headers.pairs() if each[0] != "Idempotency-Key"]
    sent = dataclasses.replace(request, headers=Headers(unfilled))
    assert dynclient.Sandbox(client.document).handle(sent).status == 400
    assert dynclient.Sandbox(client.document).handle(request).status < 400


@pytest.mark.parametrize(("schema", "is_filled"), [(UUID, True), (UNFIT, False)])
def test_no_example_of_any_page_or_command_holds_a_key_that_is_filled_in(schema, is_filled, capsys):
    client = build_client(schema)
    print_example(client.run)
    texts = [client.run.__doc__, *build_reference(client.document).values()]
    lines = "\n".join([*texts, capsys.readouterr().err]).splitlines()
    ready_calls = [line for line in lines if re.search(r"client\.run\(\w+=[\"0-9]|call run ", line)]
    assert len(ready_calls) >= 4
    assert {"dempotency" in line for line in ready_calls} == {not is_filled}
    assert client.run.example()["header"]["Idempotency-Key"]
