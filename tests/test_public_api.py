from __future__ import annotations

import ast
import copy
import inspect
import pickle
from pathlib import Path

import pytest
from support.documents import Server, content, single

import dynclient
from dynclient import errors

#: What the design page promises; a name joins when it lands, and none ever leaves.
PUBLIC = [
    "AsyncClient",
    "AsyncOperation",
    "Call",
    "Change",
    "Client",
    "Diff",
    "Document",
    "Operation",
    "Polling",
    "Problem",
    "Request",
    "Result",
    "Retry",
    "Sandbox",
    "Violation",
    "__version__",
    "diff",
    "errors",
    "load",
    "oauth",
    "record",
    "replay",
    "strategies",
]


def test_the_public_names_are_those_that_were_promised():
    assert dynclient.__all__ == PUBLIC


def test_type_checkers_and_editors_see_the_same_names():
    stub = ast.parse(Path(dynclient.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    aliases = [
        alias for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names
    ]
    (names,) = (node.value for node in stub.body if isinstance(node, ast.Assign))
    assert ast.literal_eval(names) == PUBLIC
    assert {alias.asname for alias in aliases} | {"__version__"} == set(PUBLIC)


@pytest.mark.parametrize("name", dynclient.__all__)
def test_every_public_name_is_there_and_has_a_docstring(name):
    value = getattr(dynclient, name)
    assert name in dir(dynclient)
    if name != "__version__":
        assert inspect.getdoc(value)


def test_a_name_that_is_not_public_is_a_plain_attribute_error():
    with pytest.raises(AttributeError, match="nope"):
        getattr(dynclient, "nope")  # noqa: B009 (the name is the point)
    assert not hasattr(dynclient, "nope")


def test_the_errors_are_those_of_the_design_page():
    tree = {
        "DynclientError": ["DocumentError", "UsageError", "TransportError", "ResponseError"],
        "DocumentError": ["DocumentNotFound", "DocumentSyntaxError", "UnsupportedVersion", "UnresolvableReference", "DocumentTooLarge"],
        "UsageError": ["OperationNotFound", "InvalidCall", "CredentialsMissing", "UnsafeValue"],
        "TransportError": ["ConnectFailed", "TimedOut", "TooManyRedirects", "BrokenResponse"],
        "ResponseError": ["StatusError", "InvalidResponse", "UndocumentedResponse", "DecodeError"],
        "StatusError": ["ClientError", "ServerError"],
        "ClientError": ["BadRequest", "Unauthorized", "Forbidden", "NotFound", "Conflict", "Gone", "UnprocessableContent", "TooManyRequests"],
    }  # fmt: skip
    for parent, children in tree.items():
        found = {
            kind.__name__
            for kind in getattr(errors, parent).__subclasses__()
            if kind.__module__ == errors.__name__
        }
        assert set(children) <= found


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "method",
        "path",
        "tags",
        "deprecated",
        "call_schema",
        "result_schemas",
        "example",
        "validate",
        "request",
        "send",
        "__name__",
        "__doc__",
        "__signature__",
    ],
)
def test_an_operation_has_what_was_promised(name):
    assert hasattr(dynclient.Client(single()).run, name)


@pytest.mark.parametrize(
    "name", ["data", "status", "headers", "media_type", "violations", "request", "elapsed", "http"]
)
def test_a_result_has_what_was_promised(name):
    assert hasattr(dynclient.Client(single(), transport=Server()).run.send(), name)


@pytest.mark.parametrize("name", ["method", "url", "headers", "body", "security", "curl"])
def test_a_request_has_what_was_promised(name):
    assert hasattr(dynclient.Client(single()).run.request(), name)


@pytest.mark.parametrize(
    "name", ["info", "version", "servers", "security_schemes", "tags", "operations", "problems"]
)
def test_a_document_has_what_was_promised(name):
    assert hasattr(dynclient.load(single()), name)


@pytest.mark.parametrize(
    "name", ["severity", "code", "message", "hint", "pointer", "file", "line", "column"]
)
def test_a_problem_has_what_was_promised(name):
    assert hasattr(dynclient.load({"openapi": "3.1.0"}).problems[0], name)


def test_a_call_is_a_dict_that_survives_copying():
    call = dynclient.Call(path={"id": 1}, body=[1])
    assert call == {"path": {"id": 1}, "body": [1]}
    for made in (copy.copy(call), copy.deepcopy(call), pickle.loads(pickle.dumps(call))):
        assert made == call
        assert type(made) is dynclient.Call
    assert repr(call) == "Call(path={'id': 1}, body=[1])"


def test_an_operation_says_that_it_does_not_pickle():
    with pytest.raises(TypeError, match="pickle its Call"):
        pickle.dumps(dynclient.Client(single()).run)


def test_the_call_schema_is_json_schema_of_the_call_document():
    schema = dynclient.Client(single(body=content({"type": "integer"}))).run.call_schema
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["properties"]["body"] == {"type": "integer"}
    assert schema["additionalProperties"] is False
