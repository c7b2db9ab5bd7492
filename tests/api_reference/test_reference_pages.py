"""The reference of a document says what the document says, of every operation, and the same each time."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

import dynclient
from dynclient.api_reference import build_reference

TALON_ONE = Path(__file__).parents[2] / "spec" / "talon-one"
SPECS = [*sorted((TALON_ONE / "revisions").glob("*.yaml")), TALON_ONE / "integration.yaml"]
READER = MarkdownIt("commonmark").enable("table")
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


def document(paths, **top):
    return dynclient.load(
        {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths, **top}
    )


def operation(**members):
    return {"responses": {"200": {"description": "Fine."}}, **members}


def tables(markdown):
    """The tables of a text as lists of rows, each a list of texts."""
    found = []
    for token in READER.parse(markdown):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type == "inline" and found and token.level > 2:
            text = "".join(t.content for t in token.children if t.type in ("text", "code_inline"))
            found[-1][-1].append(text)
    return found


def sections(page):
    """The text of each operation's section by `METHOD path`."""
    parts = re.split(r'^<a id="[^"]*"></a>$', page, flags=re.MULTILINE)[1:]
    return {
        re.search(r"^\*\*(\w+)\*\* `(.*)`$", part, re.MULTILINE).groups(): part for part in parts
    }


def part(section, title):
    return re.search(
        rf"^### {title}\n(.*?)(?=^### |^\[\[Back|\Z)", section, re.MULTILINE | re.DOTALL
    )[1].strip()


# --- against the document itself, read without dynclient


@pytest.fixture(scope="module", params=SPECS, ids=lambda path: path.stem)
def spec(request):
    return request.param


@pytest.fixture(scope="module")
def pages(spec):
    return build_reference(dynclient.load(spec))


@pytest.fixture(scope="module")
def raw(spec):
    return yaml.safe_load(spec.read_text(encoding="utf-8"))


def resolved(raw, node):
    while isinstance(node, dict) and "$ref" in node:
        at = raw
        for name in node["$ref"].removeprefix("#/").split("/"):
            at = at[name]
        node = at
    return node


def members(raw, schema):
    """The properties and required names of an object, through references and allOf."""
    schema = resolved(raw, schema)
    properties, required = dict(schema.get("properties", {})), set(schema.get("required", ()))
    for inner in schema.get("allOf", ()):
        more = members(raw, inner)
        properties, required = {**properties, **more[0]}, required | more[1]
    return properties, required


def operations(raw):
    for path, item in raw["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item, item[method]


def wanted_rows(raw, item, operation):
    """(wire name, place, required) of everything that a call may give, from the raw document."""
    parameters = {}
    for given in [*item.get("parameters", ()), *operation.get("parameters", ())]:
        one = resolved(raw, given)
        parameters[one["name"], one["in"]] = one.get("required", False)
    rows = {(name, place, required) for (name, place), required in parameters.items()}
    if "requestBody" in operation:
        body = resolved(raw, operation["requestBody"])
        properties, required = members(raw, body["content"]["application/json"]["schema"])
        if not properties:
            return rows | {("body", "body", body.get("required", False))}
        rows |= {
            (name, "body", name in required)
            for name in properties
            if not is_read_only(raw, properties[name])
        }
    return rows


def is_read_only(raw, schema):
    return bool(resolved(raw, schema).get("readOnly"))


def told_rows(section):
    """The same, from the page."""
    text = part(section, "Parameters")
    rows = tables(text)[0][1:] if "|" in text else []
    for name, place, _type, required, _default, about in rows:
        wire = re.match(r"(\S+) on the wire\.", about)
        yield (wire[1] if wire else name, place, required == "yes")


def test_the_page_of_the_talon_one_api_has_the_facts_of_its_document(pages, raw):
    told = sections(pages["IntegrationApi.md"])
    wanted = list(operations(raw))
    assert list(told) == [(method, path) for method, path, _, _ in wanted]
    for method, path, item, operation in wanted:
        section = told[method, path]
        assert set(told_rows(section)) == wanted_rows(raw, item, operation), path
        statuses = {row[0]: row[1] for row in tables(part(section, "HTTP response details"))[0][1:]}
        assert list(statuses) == list(operation["responses"]), path
        formula = operation.get("security", raw.get("security", []))
        told_schemes = part(section, "Authorization")
        assert all(scheme in told_schemes for requirements in formula for scheme in requirements), (
            path
        )


def test_the_page_names_request_and_response_media_types_as_the_document_does(pages, raw):
    for (method, path), section in sections(pages["IntegrationApi.md"]).items():
        operation = raw["paths"][path][method.lower()]
        responses = [resolved(raw, one) for one in operation["responses"].values()]
        came = dict.fromkeys(name for one in responses for name in one.get("content", ()))
        sent = (
            resolved(raw, operation["requestBody"])["content"] if "requestBody" in operation else ()
        )
        headers = dict(
            re.findall(
                r"^- \*\*(.*?)\*\*: (.*)$", part(section, "HTTP request headers"), re.MULTILINE
            )
        )
        assert headers == {
            "Content-Type": ", ".join(f"`{name}`" for name in sent) or "Not defined",
            "Accept": ", ".join(f"`{name}`" for name in came) or "Not defined",
        }


def test_every_section_has_a_return_type_and_examples_that_run(pages, spec):
    document = dynclient.load(spec)
    credentials = dict.fromkeys(document.security_schemes, "ApiKey-v1 demo")
    client = dynclient.Client(
        document, transport=dynclient.Sandbox(document), credentials=credentials
    )
    for section in sections(pages["IntegrationApi.md"]).values():
        assert part(section, "Return type")
        python, curl = re.findall(
            r"^```(?:python|bash)\n(.*?)^```$", part(section, "Example"), re.MULTILINE | re.DOTALL
        )
        exec(python, {"client": client})
        assert curl.startswith("curl ")
        assert "$DYNCLIENT_CREDENTIAL_" in curl


def test_the_index_lists_every_operation_with_a_link_that_leads_there(pages, raw):
    [whole, *_] = tables(pages["README.md"])
    assert [row[1] for row in whole[1:]] == [
        f"{method} {path}" for method, path, _, _ in operations(raw)
    ]
    for file, anchor in re.findall(r"\]\(([\w.]+)#([\w-]+)\)", "".join(pages.values())):
        assert f'<a id="{anchor}"></a>' in pages[file]


def test_every_link_to_a_page_leads_to_one(pages):
    for target in re.findall(r"\]\(([\w.]+\.md)[)#]", "".join(pages.values())):
        assert target in pages


def test_the_same_document_gives_the_same_pages(pages, spec):
    assert build_reference(dynclient.load(spec)) == pages


# --- what else a document may hold


def test_a_page_tells_defaults_deprecation_and_the_name_on_the_wire():
    parameters = [
        {"name": "pageSize", "in": "query", "deprecated": True, "description": "How many.",
         "schema": {"type": "integer", "default": 50, "deprecated": True}},
        {"name": "sort", "in": "query", "schema": {"type": "string", "default": "a|b"}},
    ]  # fmt: skip
    page = build_reference(document({"/a": {"get": operation(parameters=parameters)}}))[
        "DefaultApi.md"
    ]
    [_, size, sort] = tables(part(next(iter(sections(page).values())), "Parameters"))[0]
    assert size == [
        "page_size",
        "query",
        "integer",
        "no",
        "50",
        "pageSize on the wire. Deprecated. How many.",
    ]
    assert sort[4] == '"a|b"'


def test_response_headers_and_formulas_are_told():
    schemes = {
        "key": {"type": "apiKey", "in": "query", "name": "k"},
        "who": {"type": "http", "scheme": "basic"},
    }
    headers = {"X-Rate": {"description": "Calls left.", "schema": {"type": "integer"}}}
    responses = {
        "200": {"description": "Fine.", "headers": headers},
        "default": {"description": "No."},
    }
    paths = {
        "/a": {"get": {"responses": responses, "security": [{"key": [], "who": []}, {"key": []}]}}
    }
    pages = build_reference(document(paths, components={"securitySchemes": schemes}))
    [section] = sections(pages["DefaultApi.md"]).values()
    assert tables(part(section, "HTTP response details"))[0][1:] == [
        ["200", "Fine.", "X-Rate: Calls left."],
        ["default", "No.", "-"],
    ]
    assert part(section, "Authorization").startswith("Needs (key and who), or key.")
    assert ["key", "apiKey in query k", "DYNCLIENT_CREDENTIAL_KEY", "-"] in tables(
        pages["README.md"]
    )[-1]


def test_an_operation_that_no_example_can_be_made_for_is_documented():
    body = {"required": True, "content": {"application/json": {"schema": False}}}
    page = build_reference(document({"/a": {"post": operation(requestBody=body)}}))["DefaultApi.md"]
    [section] = sections(page).values()
    assert "None could be made" in part(section, "Example")
    assert tables(part(section, "HTTP response details"))[0][1:] == [["200", "Fine.", "-"]]


def test_an_operation_that_cannot_be_used_says_so_and_hurts_no_other():
    broken = operation(parameters=[{"$ref": "#/components/parameters/Nowhere"}])
    page = build_reference(document({"/a": {"get": broken}, "/b": {"get": operation()}}))[
        "DefaultApi.md"
    ]
    [bad, good] = sections(page).values()
    assert "This operation cannot be used: " in bad
    assert part(good, "Parameters") == "This operation takes no parameters."


def test_a_document_without_a_server_has_examples_on_localhost():
    [page] = [
        text
        for name, text in build_reference(document({"/a": {"get": operation()}})).items()
        if name != "README.md"
    ]
    assert "curl --globoff --path-as-is -X GET http://localhost/a" in page


def test_tags_become_files_that_differ_by_more_than_case():
    tags = ["Customer sessions", "customer Sessions", "../../etc/passwd", "!!", "Ünicode", "a/b"]
    paths = {f"/{i}": {"get": operation(tags=[tag])} for i, tag in enumerate(tags)}
    names = list(build_reference(document(paths)))
    assert names == [
        "README.md", "CustomerSessionsApi.md", "CustomerSessions2Api.md", "EtcPasswdApi.md", "UnnamedApi.md",
        "ÜnicodeApi.md", "ABApi.md",
    ]  # fmt: skip


def test_operations_of_one_name_have_anchors_of_their_own_and_are_called_by_method_and_path():
    paths = {"/a": {"get": operation(operationId="x")}, "/b": {"get": operation(operationId="x")}}
    page = build_reference(document(paths))["DefaultApi.md"]
    assert re.findall(r'<a id="(.*)"></a>', page) == ["x", "x-2"]
    assert 'client["GET /b"]()' in page


def test_an_operation_named_like_something_of_the_client_is_shown_so_that_it_is_reached():
    page = build_reference(document({"/a": {"get": operation(operationId="find")}}))[
        "DefaultApi.md"
    ]
    assert 'client["find"]()' in page


EVIL = "</td></tr><script>alert(1)</script> | [x](javascript:alert(1)) ![x](http://evil.example)\n\n# Head\n```\n`"


def test_hostile_text_stays_text_wherever_it_stands():
    operations = {
        "/{a|b}`<i>": {
            "post": {
                "operationId": f"evil {EVIL}",
                "tags": [EVIL],
                "summary": EVIL,
                "description": EVIL,
                "parameters": [
                    {
                        "name": f"p{EVIL}",
                        "in": "query",
                        "description": EVIL,
                        "schema": {"enum": [EVIL], "default": EVIL},
                    }
                ],
                "requestBody": {
                    "description": EVIL,
                    "content": {"application/json": {"schema": {"enum": [EVIL]}}},
                },
                "responses": {
                    "200": {"description": EVIL, "headers": {"X-A": {"description": EVIL}}}
                },
                "security": [{EVIL: []}],
            }
        }
    }
    schemes = {EVIL: {"type": "apiKey", "in": "header", "name": EVIL, "description": EVIL}}
    top = {
        "info": {"title": EVIL, "version": EVIL, "description": EVIL},
        "tags": [{"name": EVIL, "description": EVIL}],
    }
    source = {
        "openapi": "3.1.0",
        "paths": operations,
        "servers": [{"url": f"https://a.example/{EVIL}"}],
        **top,
    }
    for text in build_reference(
        dynclient.load({**source, "components": {"securitySchemes": schemes}})
    ).values():
        for block in READER.parse(text):
            assert block.type != "html_block" or re.fullmatch(
                r'<a id="[\w-]+"></a>\s*', block.content
            )
            for token in block.children or ():
                assert token.type != "image"
                assert token.type != "html_inline" or re.fullmatch(
                    r'</?(code|br|a)( id="[\w-]+")?>', token.content
                )
                if token.type == "link_open":
                    assert re.match(r"\w+\.md|https?://|#", token.attrs["href"])


@pytest.mark.skipif(
    "DYNCLIENT_CORPUS" not in os.environ, reason="DYNCLIENT_CORPUS names no folder of documents"
)
def test_the_documents_of_the_world_have_a_reference():
    found = sorted(Path(os.environ["DYNCLIENT_CORPUS"]).rglob("*.json"))
    assert found
    for path in found:
        try:
            loaded = dynclient.load(path)
        except dynclient.errors.DocumentError:
            continue
        pages = build_reference(loaded)
        assert sum(
            page.count("\n## `") for name, page in pages.items() if name != "README.md"
        ) == len(loaded.operations)
