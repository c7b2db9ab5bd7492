"""Six years of one API: every operation of every revision under each name that its SDK pages used."""

from pathlib import Path

import pytest

import dynclient
from dynclient.names import to_snake_case

TALON_ONE = Path(__file__).parents[2] / "spec" / "talon-one"
SPECS = {
    path.stem: path
    for path in [*sorted((TALON_ONE / "revisions").glob("*.yaml")), TALON_ONE / "integration.yaml"]
}

#: How many operations a revision has; together the five published ones have those of the SDK pages.
COUNTS = {
    "2020-04": 11,
    "2022-03": 19,
    "2023-04": 27,
    "2024-06": 28,
    "2025-11": 32,
    "integration": 39,
}


@pytest.fixture(scope="module", params=SPECS)
def client(request):
    document = dynclient.load(SPECS[request.param])
    credentials = dict.fromkeys(document.security_schemes, "ApiKey-v1 test")
    return dynclient.Client(
        document, transport=dynclient.Sandbox(document), credentials=credentials
    )


def test_every_revision_has_its_operations_and_no_problem():
    found = {name: dynclient.load(path) for name, path in SPECS.items()}

    assert {name: len(document.operations) for name, document in found.items()} == COUNTS
    assert [
        p for document in found.values() for p in document.problems if p.severity == "error"
    ] == []


def test_an_operation_is_found_under_each_spelling(client):
    for key, operation in client.operations.items():
        pascal = key[0].upper() + key[1:]
        names = (key, pascal, to_snake_case(key), f"{operation.method} {operation.path}")
        assert [client[name].id for name in names] == [key] * 4
        assert getattr(client, to_snake_case(key)).id == getattr(client, pascal).id == key


def test_an_argument_is_given_by_its_wire_name_or_its_python_name(client):
    for operation in client.operations.values():
        call = operation.example(seed=1)
        given = {
            name: value
            for group in ("path", "query", "header")
            for name, value in call.get(group, {}).items()
        }
        body = {"body": call["body"]} if "body" in call else {}
        by_wire = operation.request(**given, **body)
        by_python = operation.request(
            **{to_snake_case(name): value for name, value in given.items()}, **body
        )
        assert by_wire == by_python == operation.request(call)


def test_every_operation_answers_its_example_under_its_old_name(client):
    for key, operation in client.operations.items():
        client.call(key[0].upper() + key[1:], operation.example())
