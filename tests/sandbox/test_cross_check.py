"""openapi-core's opinion: asked about everything, kept where it differs, never in the way."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys

import pytest
from support.documents import answer, content, document, operation, parameter, single
from support.sandboxes import ask, data, unexplained

from dynclient import Client, Sandbox, load
from dynclient.errors import DynclientError
from dynclient.sandbox import openapi_core_adapter
from dynclient.sandbox.openapi_core_quirks import QUIRKS


def test_a_sandbox_without_a_second_opinion_never_imports_openapi_core():
    code = """
import sys
from dynclient import Sandbox
from dynclient.wire.message import Headers, Request
made = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": {"responses": {}}}}}
for opinion in (False, True):
    sandbox = Sandbox(made, second_opinion=opinion)
    assert "openapi_core" not in sys.modules
    assert sandbox.handle(Request("GET", "/a", Headers())).status == 200
assert "openapi_core" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_only_openapi_core_refuses_is_kept_once_with_what_it_says(monkeypatch):
    sandbox = Sandbox(single(method="get"), second_opinion=True)
    monkeypatch.setattr(
        openapi_core_adapter,
        "find_request_errors",
        lambda *_: ["InvalidParameter: query n: it has a fault"],
    )
    for _ in range(3):
        ask(sandbox, "GET", "/things")
    [found] = sandbox.disagreements
    assert (found.operation, found.kind, found.ours, found.theirs) == (
        "run",
        "request",
        "accepted",
        "refused",
    )
    assert (found.method, found.path, found.reason) == ("GET", "/things", None)
    assert "it has a fault" in found.detail
    sandbox.reset()
    assert sandbox.disagreements == []


def test_what_only_we_refuse_is_kept_too(monkeypatch):
    sandbox = Sandbox(
        single(parameter("n", schema={"type": "integer"}), method="get"), second_opinion=True
    )
    monkeypatch.setattr(openapi_core_adapter, "find_request_errors", lambda *_: [])
    ask(sandbox, "GET", "/things?n=x")
    [found] = unexplained(sandbox)
    assert (found.ours, found.theirs) == ("refused", "accepted")
    assert found.detail.startswith("type query.n")


def test_a_response_that_it_refuses_is_kept(monkeypatch):
    sandbox = Sandbox(
        single(method="get", responses=answer({"type": "string"})), second_opinion=True
    )
    monkeypatch.setattr(
        openapi_core_adapter, "find_response_errors", lambda *_: ["InvalidData: body: no"]
    )
    ask(sandbox, "GET", "/things")
    assert [(d.kind, d.theirs) for d in unexplained(sandbox)] == [("response", "refused")]


def test_a_failure_of_openapi_core_is_a_disagreement_with_a_reason_and_no_failure_of_the_sandbox(
    monkeypatch,
):
    def fails(*_):
        raise KeyError("inside")

    monkeypatch.setattr(openapi_core_adapter, "find_request_errors", fails)
    sandbox = Sandbox(single(method="get"), second_opinion=True)
    assert ask(sandbox, "GET", "/things").status == 200
    assert [(d.theirs, d.reason) for d in sandbox.disagreements] == [
        ("failed", "openapi-core failed: KeyError")
    ]


@pytest.mark.parametrize(
    ("given", "url"),
    [
        (parameter("v", "path", {"type": "string"}, style="matrix"), "/p/;v=a"),
        (parameter("v", "path", {"type": "string"}, style="label"), "/p/.a"),
        (
            parameter(
                "o",
                schema={"type": "object", "properties": {"a": {"type": "integer"}}},
                required=True,
            ),
            "/p/x?a=1",
        ),
        (
            parameter(
                "v",
                schema={"type": "array", "items": {"type": "integer"}},
                style="pipeDelimited",
                explode=False,
            ),
            "/p/x?v=1%7C2",
        ),
        (parameter("v", schema={"type": ["string", "null"], "enum": [None]}), "/p/x?v=null"),
        (parameter("v", schema={"type": "integer", "default": "many"}), "/p/x"),
    ],
)
def test_known_faults_of_openapi_core_are_told_with_their_reason(given, url):
    others = [] if given["in"] == "path" else [parameter("v2", "path", {"type": "string"})]
    name = given["name"] if given["in"] == "path" else "v2"
    run = operation(given, *others)
    sandbox = Sandbox(document({f"/p/{{{name}}}": {"get": run}}), second_opinion=True)
    assert ask(sandbox, "GET", url).status == 200
    assert unexplained(sandbox) == []


def test_null_beside_an_enum_is_what_authors_of_3_0_mean_and_told_with_its_reason():
    schema = {"type": "string", "nullable": True, "enum": ["a"]}
    sandbox = Sandbox(single(body=content(schema), version="3.0.3"), second_opinion=True)
    assert (
        ask(sandbox, "POST", "/things", body=b"null", Content_Type="application/json").status == 200
    )
    assert len(sandbox.disagreements) == 1
    assert unexplained(sandbox) == []


def test_a_form_that_is_no_object_differs_with_its_reason():
    schema = {"type": "array", "items": {"type": "string"}}
    form = content(schema, "application/x-www-form-urlencoded")
    sandbox = Sandbox(single(body=form), second_opinion=True)
    ask(sandbox, "POST", "/things", body=b"a", Content_Type="application/x-www-form-urlencoded")
    assert [d.reason for d in sandbox.disagreements] == [
        "it reads every form as an object, whatever its schema is"
    ]


def test_an_operation_with_a_method_of_its_own_differs_with_its_reason():
    made = document({"/echo": {"additionalOperations": {"LINK": operation()}}}, version="3.2.0")
    sandbox = Sandbox(made, second_opinion=True)
    assert ask(sandbox, "LINK", "/echo").status == 200
    assert {d.reason for d in sandbox.disagreements} == {"it does not know `additionalOperations`"}


def test_of_two_templates_that_fit_the_one_with_more_literal_text_answers():
    def run(name):
        return operation(
            parameter("a", "path"), operationId=name, responses=answer({"const": name})
        )

    sandbox = Sandbox(
        document({"/c/{a}": {"get": run("plain")}, "/c/{a}.ics": {"get": run("ics")}}),
        second_opinion=True,
    )
    assert data(ask(sandbox, "GET", "/c/x.ics")) == "ics"
    assert {d.reason for d in sandbox.disagreements} <= {
        "of several templates that fit a path it takes the first with the fewest variables"
    }


def test_a_path_that_openapi_core_might_never_finish_is_not_asked_about():
    wide = "/" + "".join(f"{{v{i}}}-" for i in range(40))
    sandbox = Sandbox(document({wide: {"get": operation()}}), second_opinion=True)
    assert ask(sandbox, "GET", "/" + "-" * 200).status == 200
    assert {d.theirs for d in sandbox.disagreements} == {"failed"}
    assert all("may never end" in d.reason for d in sandbox.disagreements)


def test_a_known_fault_explains_only_what_it_is_about(monkeypatch):
    run = operation(
        parameter("v", "path", {"type": "string"}, style="matrix"),
        parameter("n", schema={"type": "integer"}),
    )
    sandbox = Sandbox(document({"/p/{v}": {"get": run}}), second_opinion=True)
    errors = [
        "MissingRequiredParameter: path v: x",
        "InvalidParameter: query n: type at / got 3: wrong",
    ]
    monkeypatch.setattr(openapi_core_adapter, "find_request_errors", lambda *_: errors)
    ask(sandbox, "GET", "/p/;v=1?n=3")
    assert len(unexplained(sandbox)) == 1


def test_every_known_fault_has_a_reason_of_its_own():
    assert len({fault.reason for fault in QUIRKS}) == len(QUIRKS)


def test_values_that_are_encoded_in_the_path_are_no_reason_to_differ():
    run = operation(parameter("v", "path", {"const": "a/b c?"}))
    sandbox = Sandbox(document({"/p/{v}": {"get": run}}), second_opinion=True)
    assert ask(sandbox, "GET", "/p/a%2Fb%20c%3F").status == 200
    assert ask(sandbox, "GET", "/p/other").status == 400
    assert sandbox.disagreements == []


def test_json_and_text_of_any_name_are_no_reason_to_differ():
    schema = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
    for media_type in ("application/problem+json", "application/vnd.shop.v2+json"):
        sandbox = Sandbox(
            single(
                body=content(schema, media_type), responses=answer(schema, media_type=media_type)
            ),
            second_opinion=True,
        )
        assert (
            ask(sandbox, "POST", "/things", body=b'{"n": 1}', Content_Type=media_type).status == 200
        )
        assert (
            ask(sandbox, "POST", "/things", body=b'{"n": ""}', Content_Type=media_type).status
            == 400
        )
        assert sandbox.disagreements == []
    sandbox = Sandbox(
        single(method="get", responses=answer({"type": "string"}, media_type="text/csv")),
        second_opinion=True,
    )
    ask(sandbox, "GET", "/things")
    assert sandbox.disagreements == []


@pytest.mark.parametrize(
    "pattern",
    ["^(a+)+$", "^(\\w|\\d)*x$", "/^a$/", "^[[:alpha:]]$", "[^]", "^\\p{Lu}$", "(", "^a$"],
)
def test_patterns_that_python_reads_otherwise_or_is_caught_in_are_judged_by_ours(pattern):
    sandbox = Sandbox(
        single(parameter("v", schema={"type": "string", "pattern": pattern}), method="get"),
        second_opinion=True,
    )
    for value in ("a" * 40 + "!", "a", "A"):
        ask(sandbox, "GET", f"/things?v={value}")
    assert unexplained(sandbox) == []


def test_properties_that_are_called_like_keywords_are_asked_about_too():
    names = ("pattern", "default", "example", "enum", "properties")
    schema = {
        "type": "object",
        "properties": {n: {"type": "string", "pattern": "^\\p{Ll}$"} for n in names},
    }
    sandbox = Sandbox(single(body=content(schema)), second_opinion=True)
    assert ask(sandbox, "POST", "/things", dict.fromkeys(names, "a")).status == 200
    for name in names:
        assert ask(sandbox, "POST", "/things", {name: "C"}).status == 400
    assert sandbox.disagreements == []


def test_data_that_looks_like_a_schema_stays_as_it_is():
    sandbox = Sandbox(single(body=content({"enum": [{"pattern": "(a)"}]})), second_opinion=True)
    assert ask(sandbox, "POST", "/things", {"pattern": "(a)"}).status == 200
    assert sandbox.disagreements == []


def test_a_document_of_several_files_is_judged_from_those_that_are_loaded(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {/a: {$ref: 'b.yaml#/item'}}\n"
    )
    (tmp_path / "b.yaml").write_text(
        "item: {get: {parameters: [{name: n, in: query, schema: {$ref: '#/n'}}], responses: {}}}\nn: {type: integer}\n"
    )
    document = load(tmp_path / "a.yaml")
    assert list(document.operations) == ["GET /a"]  # which reads the other file
    sandbox = Sandbox(document, second_opinion=True)
    (tmp_path / "b.yaml").unlink()
    assert ask(sandbox, "GET", "/a?n=1").status == 200
    assert ask(sandbox, "GET", "/a?n=x").status == 400
    assert sandbox.disagreements == []


FORM = "application/x-www-form-urlencoded"
CHOICE = {"type": "object", "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}
PARTS = {"allOf": [{"type": "object", "required": ["a"]}]}


@pytest.mark.parametrize("schema", [CHOICE, PARTS, {"type": "object", "properties": {"c": CHOICE}}])
@pytest.mark.parametrize("media_type", ["application/json", FORM, "multipart/form-data"])
def test_no_log_line_of_openapi_core_reaches_a_handler(media_type, schema, caplog, capfd):
    made = single(body=content(schema, media_type), responses=answer(schema))
    client = Client(made, transport=Sandbox(made, second_opinion=True), validate_requests=False)
    for body in ({"d": 1}, {"a": 1}, {"a": 1, "c": {"d": 1}}, {"c": {"a": 1, "b": 2}}):
        with contextlib.suppress(DynclientError):
            client.run(body=body)
    assert [record for record in caplog.records if "openapi" in record.name] == []
    assert capfd.readouterr() == ("", "")


def test_a_sandbox_with_a_second_opinion_writes_nothing_to_stderr():
    code = f"""
from dynclient import Sandbox
from dynclient.wire.message import Headers, Request
content = {{"{FORM}": {{"schema": {CHOICE!r}}}}}
operation = {{"requestBody": {{"content": content}}, "responses": {{"200": {{"description": ""}}}}}}
made = {{"openapi": "3.0.3", "info": {{"title": "t", "version": "1"}}, "paths": {{"/a": {{"post": operation}}}}}}
sandbox = Sandbox(made, second_opinion=True)
assert sandbox.handle(Request("POST", "/a", Headers({{"Content-Type": "{FORM}"}}), b"c=1")).status == 400
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_others_still_hear_what_openapi_core_logs(caplog):
    sandbox = Sandbox(single(body=content(CHOICE, FORM)), second_opinion=True)
    ask(sandbox, "POST", "/things", body=b"c=1", Content_Type=FORM)
    logging.getLogger("openapi_core.validation.schemas.validators").warning("heard")
    assert [record.message for record in caplog.records] == ["heard"]


def test_openapi_core_never_fetches_anything(tmp_path):
    late = tmp_path / "late.yaml"
    sandbox = Sandbox(
        single(parameter("n", schema={"$ref": late.as_uri()}), method="get"), second_opinion=True
    )
    assert "run" in sandbox.document.operations
    late.write_text("type: integer\n")
    assert ask(sandbox, "GET", "/things?n=x").status == 200
    [found] = sandbox.disagreements
    assert found.theirs == "failed"
    assert "Unresolvable" in found.detail


def test_the_state_counts_what_was_answered_and_reset_forgets_it():
    sandbox = Sandbox(single(method="get"), second_opinion=True)
    ask(sandbox, "GET", "/things")
    ask(sandbox, "GET", "/things")
    ask(sandbox, "GET", "/nowhere")
    assert sandbox.state["answered"] == {"run": 2}
    sandbox.reset()
    assert sandbox.state == {"answered": {}, "items": {}, "gone": {}}


def test_many_disagreements_are_kept_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(
        openapi_core_adapter, "find_request_errors", lambda *_: ["InvalidParameter: query n: no"]
    )
    run = operation(parameter("v", "path", {"type": "string"}))
    sandbox = Sandbox(document({"/p/{v}": {"get": run}}), second_opinion=True)
    for i in range(1100):
        ask(sandbox, "GET", f"/p/{i}")
    assert len(sandbox.disagreements) == 1000


def test_problem_bodies_hold_no_python(sandbox):
    response = ask(
        sandbox,
        "PUT",
        "/v2/customer_sessions/s",
        {"customerSession": None},
        Authorization="ApiKey-v1 x",
    )
    text = data(response)["message"]
    assert "None" not in text
    assert "null" in text


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_what_is_required_in_the_other_direction_is_a_known_fault(version):
    schema = {
        "type": "object",
        "required": ["id", "secret"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "secret": {"type": "string", "writeOnly": True},
        },
    }
    sandbox = Sandbox(
        single(body=content(schema), responses=answer(schema), version=version), second_opinion=True
    )
    assert ask(sandbox, "POST", "/things", {"secret": "x"}).status == 200
    assert unexplained(sandbox) == []
    assert ask(sandbox, "POST", "/things", {}).status == 400
    assert unexplained(sandbox) == []


PET_TYPES = {
    "Cat": {"type": "object", "properties": {"kind": {"type": "string"}, "n": {"type": "integer"}}},
}
TAGGED = {
    "oneOf": [{"$ref": "#/components/schemas/Cat"}],
    "discriminator": {"propertyName": "kind", "mapping": {"Cat": "#/components/schemas/Cat"}},
}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (TAGGED, {"n": 1}),
        ({"type": "array", "items": TAGGED}, [{"n": 1}]),
        ({"properties": {"pet": TAGGED}}, {"pet": {"n": 1}}),
        ({"properties": {"pets": {"anyOf": [{"type": "array", "items": TAGGED}, {"type": "null"}]}}}, {"pets": [{"n": 1}]}),
        ({"anyOf": [{"properties": {"pet": TAGGED}, "required": ["pet"]}, {"type": "null"}]}, {"pet": {"n": 1}}),
    ],
)  # fmt: skip
def test_a_value_without_the_tag_of_a_discriminator_is_a_known_difference(schema, value):
    sandbox = Sandbox(
        single(body=content(schema), components={"schemas": PET_TYPES}), second_opinion=True
    )
    assert ask(sandbox, "POST", "/things", value).status == 200
    assert len(sandbox.disagreements) == 1
    assert unexplained(sandbox) == []


@pytest.mark.parametrize(
    ("given", "url"),
    [
        (parameter("Content-Length", "header", {"type": "integer"}, required=True), "/things"),
        (parameter("connection", "header", {"type": "string"}, required=True), "/things"),
        (parameter("n", schema={"type": "integer", "readOnly": True}), "/things?n=1"),
    ],
)
def test_parameters_that_openapi_core_reads_otherwise_are_told_with_their_reason(given, url):
    sandbox = Sandbox(single(given, method="get", version="3.0.3"), second_opinion=True)
    assert ask(sandbox, "GET", url).status == 200
    assert len(sandbox.disagreements) == 1
    assert unexplained(sandbox) == []


def test_an_enum_without_members_takes_no_value_on_either_side():
    given = parameter("n", schema={"type": "string", "enum": [], "allOf": [{"minLength": 1}]})
    sandbox = Sandbox(single(given, method="get", version="3.0.3"), second_opinion=True)
    refusal = ask(sandbox, "GET", "/things?n=a")
    assert (refusal.status, sandbox.disagreements) == (400, [])
    assert b"query.n: got 'a', want nothing" in refusal.body


def test_a_text_body_of_another_type_is_a_known_difference():
    made = single(
        method="get", responses=answer({"type": "object", "required": ["a"]}, media_type="text/csv")
    )
    sandbox = Sandbox(made, second_opinion=True)
    assert ask(sandbox, "GET", "/things").status == 200
    assert len(sandbox.disagreements) == 1
    assert unexplained(sandbox) == []
