"""Verdicts on kinds of change that real revisions have: in calls and results, 3.0 and 3.1, webhooks, behind references."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import answer, content, document, operation, parameter, single

import dynclient
from dynclient.diffing.compare.media_type_pairing import pair_media_types
from dynclient.diffing.compare.request_urls import fill_server_url
from dynclient.document import references
from dynclient.model import MediaType, Server

TEXT, INTEGER = {"type": "string"}, {"type": "integer"}
JSON, PARTS = "application/json", "multipart/form-data"
VERSIONS = ("3.0.3", "3.1.0")

BREAKS, WARNS, NOTES = ("breaking", "breaking"), ("warning", "warning"), ("info", "info")
WIRE_ONLY, CODE_ONLY = ("breaking", "info"), ("info", "breaking")


def thing(*required, **properties):
    schema = {"type": "object", "properties": properties}
    return {**schema, "required": list(required)} if required else schema


def told(old, new):
    """Return the changes: rule, side, levels."""
    return [(c.rule, c.side, tuple(c.views.values())) for c in dynclient.diff(old, new).changes]


def both_ways(schema, version="3.0.3", **schemas):
    """Return a document that sends a schema in the body of a call, and gets it in a result."""
    fields = {"components": {"schemas": schemas}} if schemas else {}
    return single(body=content(schema), responses=answer(schema), version=version, **fields)


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


# --- media types


def sent(media_type):
    return single(body=content(thing(a=TEXT), media_type))


def received(media_type, status="200"):
    return single(responses=answer(thing(a=TEXT), status, media_type))


V1, V2 = f"{JSON};version=1", f"{JSON};version=2"


@pytest.mark.parametrize(
    ("old", "new", "call", "result"),
    [
        (V1, V2, WIRE_ONLY, WIRE_ONLY),
        (JSON, V1, WIRE_ONLY, NOTES),
        (V1, JSON, NOTES, WIRE_ONLY),
        (JSON, f"{JSON}; charset=utf-8", NOTES, NOTES),
        (f"{JSON}; charset=utf-8", JSON, NOTES, NOTES),
        ("text/plain;charset=utf-8", "text/plain;charset=iso-8859-1", WIRE_ONLY, WIRE_ONLY),
        ("text/plain", "text/plain;charset=utf-8", NOTES, NOTES),
        ("text/plain", "text/plain;charset=iso-8859-1", WIRE_ONLY, NOTES),
        (JSON, "application/pdf", BREAKS, BREAKS),
        ("application/pdf", JSON, BREAKS, BREAKS),
        (JSON, "application/*", None, BREAKS),
        ("application/*", JSON, BREAKS, None),
    ],
)
def test_parameters_are_part_of_a_media_type_and_one_in_place_of_another_is_one_change(
    old, new, call, result
):
    rule = "media-type-changed"
    assert told(sent(old), sent(new)) == ([(rule, "call", call)] if call else [])
    assert told(received(old), received(new)) == ([(rule, "result", result)] if result else [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"{JSON};version=1", f'{JSON} ; Version="1"'),
        (f"{JSON};a=1;b=2", f"{JSON};b=2;a=1"),
        ("APPLICATION/json", JSON),
    ],
)
def test_a_media_type_in_another_spelling_is_the_same(old, new):
    assert told(sent(old), sent(new)) == told(received(old), received(new)) == []


def test_a_media_type_is_paired_with_the_one_that_has_its_parameters():
    def versions(*media_types):
        return {
            "200": {
                "description": "x",
                "content": {name: {"schema": thing(a=TEXT)} for name in media_types},
            }
        }

    old, new = (single(responses=versions(*names)) for names in ((V1, V2), (V2,)))
    assert told(old, new) == [("media-type-removed", "result", BREAKS)]
    assert told(new, old) == [("media-type-added", "result", NOTES)]


def test_an_error_in_another_media_type_is_a_warning():
    old, new = received(JSON, "404"), received("application/problem+json", "404")
    assert told(old, new) == [("media-type-changed", "result", WARNS)]


def test_the_change_of_a_media_type_says_what_comes_instead():
    (change,) = dynclient.diff(received(JSON), received("application/pdf")).changes
    assert (change.old, change.new) == (JSON, "application/pdf")
    assert change.because == "answers application/pdf instead of application/json"

    (change,) = dynclient.diff(sent(V1), sent(V2)).changes
    assert (
        change.because
        == "calls must be written in application/json;version=2 instead of application/json;version=1"
    )
    assert change.refusal == "unsupported media type"


@given(st.lists(st.text(alphabet='az/;="\\* \t\n,é', max_size=20), max_size=4, unique=True))
def test_media_types_of_any_text_are_paired_each_once(names):
    node = references.Node(None, "", "", {})
    entries = {name: MediaType(name, node) for name in names}
    pairs = pair_media_types(entries, dict(reversed(entries.items())))

    assert sorted(pair.sent.name for pair in pairs) == sorted(names)
    assert all(pair.relation == "same" for pair in pairs)
    assert all(pair.read is not None for pair in pairs)


# --- encodings


def parts(content_types, schema=None, version="3.0.3"):
    schema = schema or {"type": "string", "format": "binary"}
    entry = {"schema": thing(part=schema)}
    if content_types:
        entry["encoding"] = {"part": {"contentType": content_types}}
    return single(body={"required": True, "content": {PARTS: entry}}, version=version)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("schema", "default"),
    [
        (TEXT, "text/plain"),
        (INTEGER, "text/plain"),
        (thing(a=TEXT), JSON),
        ({"type": "string", "format": "binary"}, "application/octet-stream"),
        ({"type": "array", "items": thing(a=TEXT)}, JSON),
        ({"type": "array", "items": TEXT}, "text/plain"),
        ({"allOf": [thing(a=TEXT)]}, JSON),
    ],
)
def test_a_content_type_that_states_the_default_is_no_change(schema, default, version):
    plain, stated = parts("", schema, version), parts(default, schema, version)
    assert told(plain, stated) == told(stated, plain) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("image/png", "image/png, image/gif", NOTES),
        ("image/png", "image/*", NOTES),
        ("image/png", "*/*", NOTES),
        ("image/png,image/gif", "image/gif , image/png", None),
        ("image/png, image/gif", "image/png", WIRE_ONLY),
        ("image/*", "image/png", WIRE_ONLY),
        ("", "image/png", WIRE_ONLY),
    ],
)
def test_a_part_may_have_more_content_types_and_not_fewer(old, new, expected):
    expected_changes = [("body-encoding", "call", expected)] if expected else []
    assert told(parts(old), parts(new)) == expected_changes


MIXED = "multipart/mixed"


def parts_of_a_result(encoding, media_type=PARTS, version="3.0.3"):
    schema = thing(
        part={"type": "string", "format": "binary"}, names={"type": "array", "items": TEXT}
    )
    entry = {"schema": schema, "encoding": encoding}
    return single(
        responses={"200": {"description": "x", "content": {media_type: entry}}}, version=version
    )


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("media_type", [PARTS, MIXED])
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("image/png", "image/gif", WIRE_ONLY),
        ("image/png", "image/png, image/gif", WIRE_ONLY),
        ("image/png", "image/*", WIRE_ONLY),
        ("image/*", "image/png", NOTES),
        ("image/gif , image/png", "image/png", NOTES),
        ("image/png,image/gif", "image/gif , image/png", None),
        ("application/octet-stream", "", None),
    ],
)
def test_a_part_of_a_result_may_have_fewer_content_types_and_not_more(
    old, new, expected, media_type, version
):
    before, after = (
        parts_of_a_result({"part": {"contentType": each}} if each else {}, media_type, version)
        for each in (old, new)
    )
    assert told(before, after) == ([("body-encoding", "result", expected)] if expected else [])


def test_a_member_of_a_form_in_a_result_may_not_be_written_in_another_way():
    form = "application/x-www-form-urlencoded"
    old = parts_of_a_result({"names": {"style": "form", "explode": True}}, form)
    new = parts_of_a_result({"names": {"style": "form", "explode": False}}, form)

    (change,) = dynclient.diff(old, new).changes
    assert (change.rule, change.where) == ("body-encoding", f"200 {form}: names")
    assert tuple(change.views.values()) == WIRE_ONLY
    assert (change.old, change.new) == (None, {"explode": False})


def webhook_with_parts(content_types, *, in_result):
    entry = {"schema": thing(part={"type": "string", "format": "binary"})}
    entry["encoding"] = {"part": {"contentType": content_types}}
    response = {"description": "x"}
    hook = {"operationId": "hook", "responses": {"200": response}}
    if in_result:
        response["content"] = {PARTS: entry}
    else:
        hook["requestBody"] = {"content": {PARTS: entry}}
    return {**single(version="3.1.0"), "webhooks": {"hook": {"post": hook}}}


@pytest.mark.parametrize("in_result", [True, False])
def test_the_parts_of_a_webhook_are_read_the_other_way_round(in_result):
    png = webhook_with_parts("image/png", in_result=in_result)
    images = webhook_with_parts("image/*", in_result=in_result)

    (wider,), (narrower,) = dynclient.diff(png, images).changes, dynclient.diff(images, png).changes

    levels = {True: NOTES, False: WIRE_ONLY}
    assert tuple(wider.views.values()) == levels[in_result]
    assert tuple(narrower.views.values()) == levels[not in_result]


# --- objects and alternatives

BASE = thing("id", id=TEXT, kind=TEXT)
LEFT, RIGHT = thing("left", left=TEXT), thing("right", right=INTEGER)
BESIDE = {"allOf": [ref("Base"), {"oneOf": [ref("Left"), ref("Right")]}]}
INSIDE = {"oneOf": [{"allOf": [ref("Base"), ref("Left")]}, {"allOf": [ref("Base"), ref("Right")]}]}
PAIR = thing(left=TEXT, right=INTEGER)
EITHER = {"anyOf": [{**PAIR, "required": ["left"]}, {**PAIR, "required": ["right"]}]}
SCHEMAS = {"Base": BASE, "Left": LEFT, "Right": RIGHT, "Pair": PAIR}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("wrap", [lambda s: s, lambda s: {"allOf": [s]}, lambda s: thing(in_it=s)])
@pytest.mark.parametrize(
    ("old", "new", "call", "result"),
    [
        (BESIDE, INSIDE, "info", "info"),
        (INSIDE, BESIDE, "info", "info"),
        (PAIR, EITHER, "breaking", "info"),
        (EITHER, PAIR, "info", "breaking"),
        (ref("Pair"), {"anyOf": [ref("Pair"), {"nullable": True}]}, "info", "breaking"),
    ],
)
def test_another_form_of_alternatives_is_one_change(old, new, call, result, wrap, version):
    old_document, new_document = (
        both_ways(ref("Thing"), version, Thing=wrap(schema), **SCHEMAS) for schema in (old, new)
    )
    (change,) = dynclient.diff(old_document, new_document).changes
    assert change.rule == ("type-changed" if "Pair" in str(old) else "alternatives-changed")
    assert {side: levels["wire"] for side, levels in change.sides.items()} == {
        "call": call,
        "result": result,
    }


@pytest.mark.parametrize(
    ("rest", "required", "level", "because"),
    [
        (None, False, "warning", "it could be absent before, and always is now: readers get nothing"),
        (None, True, "breaking", "readers could rely on it, and it is gone"),
        (True, False, "warning",
         "it could be absent before; it is no longer declared, so that any value may come"),
        ({}, False, "warning",
         "it could be absent before; it is no longer declared, so that any value may come"),
        (True, True, "breaking",
         "readers could rely on it as it was, and it may be absent or another value now"),
        (TEXT, False, "warning",
         "it could be absent before; it may still come, but it is no longer declared here"),
        (INTEGER, False, "breaking",
         "readers could rely on it as it was, and it may be absent or another value now"),
    ],
)  # fmt: skip
def test_a_result_property_that_may_still_come_is_not_said_to_be_gone(
    rest, required, level, because
):
    extra = {} if rest is None else {"additionalProperties": rest}
    old = {**thing(*(["b"] if required else []), a=TEXT, b=TEXT), **extra}
    new = {**thing(a=TEXT), **extra}
    (change,) = dynclient.diff(single(responses=answer(old)), single(responses=answer(new))).changes
    assert (change.rule, change.level, change.because) == ("property-removed", level, because)


def test_a_property_that_another_alternative_still_has_is_not_said_to_be_gone():
    def pets(**properties):
        cat, dog = (
            thing("kind", kind={"enum": ["cat"]}, **properties),
            thing("kind", kind={"enum": ["dog"]}, name=TEXT),
        )
        return single(
            responses=answer({"oneOf": [{**cat, "title": "Cat"}, {**dog, "title": "Dog"}]})
        )

    (change,) = dynclient.diff(pets(name=TEXT), pets()).changes
    assert change.rule == "property-removed"
    assert "it may still come" in change.because


# --- servers and paths


def served(url, path, *, variables=None, operation_id="run"):
    server = {"url": url, **({"variables": variables} if variables else {})}
    fields = {"operationId": operation_id} if operation_id else {}
    given = operation(**fields)
    if not operation_id:
        del given["operationId"]
    return document({path: {"get": given}}, servers=[server])


BASE_V1 = {"base": {"default": "v1"}}


@pytest.mark.parametrize("operation_id", ["run", ""])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (("https://a.example/v1", "/pets/{id}"), ("https://a.example", "/v1/pets/{id}")),
        (("https://a.example/{base}", "/pets"), ("https://a.example", "/v1/pets")),
        (("https://a.example/{base}", "/pets"), ("https://a.example/v1/", "/pets")),
        (("/v1", "/pets"), ("/", "/v1/pets")),
    ],
)
def test_a_prefix_that_moves_between_server_and_path_breaks_nobody(old, new, operation_id):
    documents = [
        served(url, path, variables=BASE_V1 if "{base}" in url else None, operation_id=operation_id)
        for url, path in (old, new)
    ]
    expected = [("server-changed", "call", NOTES)]
    assert told(*documents) == told(*reversed(documents)) == expected


def test_another_host_breaks_deployed_programs():
    old, new = served("https://a.example", "/pets"), served("https://b.example", "/pets")
    assert told(old, new) == [
        ("server-removed", "call", WIRE_ONLY),
        ("server-added", "call", NOTES),
    ]
    moved = told(served("https://a.example/v1", "/pets"), served("https://b.example", "/v1/pets"))
    assert ("operation-moved", "", ("breaking", "none")) in moved


def test_a_value_of_a_variable_that_no_server_has_any_more_is_lost():
    regions = {"base": {"default": "v1", "enum": ["v1", "v2"]}}
    old = served("https://a.example/{base}", "/pets", variables=regions)
    fixed = served("https://a.example/v1", "/pets")
    both = {
        **fixed,
        "servers": [{"url": "https://a.example/v1"}, {"url": "https://a.example/v2"}],
    }
    assert ("server-changed", "call", BREAKS) in told(old, fixed)
    assert ("server-changed", "call", BREAKS) not in told(old, both)


@given(st.text(alphabet="a{}/:é\n", max_size=12), st.text(max_size=5))
def test_the_url_of_a_server_of_any_text_is_filled(url, default):
    filled = fill_server_url(Server(url, variables={"a": (default, ())}))
    assert filled == url.replace("{a}", default).rstrip("/") or "{" in url


# --- names, credentials, parameters


@pytest.mark.parametrize("new_id", ["get_pet", "GetPet", "get-pet"])
def test_an_operation_id_in_another_spelling_breaks_nobody(new_id):
    old, new = single(operationId="getPet"), single(operationId=new_id)
    assert told(old, new) == [("operation-renamed", "", NOTES)]


def test_a_spelling_that_two_operations_share_finds_neither():
    paths = {"/a": {"get": operation(operationId="getPet")}}
    others = {"/b": {"get": operation(operationId="GetPet")}}
    new = document({"/a": {"get": operation(operationId="get_pet")}, **others})
    rules = told(document(paths), new)
    assert ("operation-renamed", "", CODE_ONLY) in rules


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"type": "apiKey", "in": "header", "name": "X-Other"}, WIRE_ONLY),
        ({"type": "apiKey", "in": "query", "name": "X-Key"}, BREAKS),
        ({"type": "http", "scheme": "bearer"}, BREAKS),
    ],
)
def test_an_api_key_in_another_header_breaks_deployed_programs_only(new, expected):
    def secured(scheme):
        return single(security=[{"key": []}], components={"securitySchemes": {"key": scheme}})

    old = {"type": "apiKey", "in": "header", "name": "X-Key"}
    assert told(secured(old), secured(new)) == [("security-scheme-changed", "call", expected)]


PAGES = [parameter("page", schema=INTEGER), parameter("size", schema=INTEGER)]


def paging(schema=None, **fields):
    schema = schema or thing(page=INTEGER, size=INTEGER)
    return parameter("paging", schema=schema, style="form", explode=True, **fields)


def test_parameters_that_become_one_exploded_object_are_one_change_of_the_code():
    expected = [("parameters-regrouped", "call", CODE_ONLY)]
    assert told(single(*PAGES), single(paging())) == expected
    assert told(single(paging()), single(*PAGES)) == expected


def test_values_that_a_regrouped_object_refuses_are_told():
    narrow = thing(page={**INTEGER, "maximum": 9}, size=INTEGER)
    diff = dynclient.diff(single(*PAGES), single(paging(narrow)))
    (narrowed,) = [change for change in diff.changes if change.rule == "range-changed"]
    assert (narrowed.where, narrowed.level) == ("query.paging.page", "breaking")
    assert set(narrowed.witness["query"]) <= {"page", "size"}

    required = told(single(*PAGES), single(paging(required=True)))
    assert ("parameter-required", "call", BREAKS) in required


def test_an_object_that_is_not_exploded_has_other_bytes():
    together = parameter("paging", schema=thing(page=INTEGER, size=INTEGER), explode=False)
    rules = [rule for rule, *_ in told(single(*PAGES), single(together))]
    assert rules == ["parameter-removed", "parameter-removed", "parameter-added"]


# --- annotations that matter


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"contentEncoding": "base64"}, {"contentEncoding": "base64url"}),
        ({}, {"contentEncoding": "base64"}),
        ({"contentMediaType": "image/png"}, {"contentMediaType": "image/gif"}),
        ({"contentMediaType": "image/png"}, {}),
    ],
)
@pytest.mark.parametrize("wrap", [lambda s: s, lambda s: {"allOf": [s]}])
def test_a_text_with_other_content_is_a_warning(old, new, wrap):
    documents = [both_ways(thing(a=wrap({**TEXT, **fields})), "3.1.0") for fields in (old, new)]
    expected = [("content-changed", "call", WARNS), ("content-changed", "result", WARNS)]
    assert told(*documents) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"format": "byte"}, {"contentEncoding": "base64"}),
        ({"format": "binary"}, {"contentMediaType": "application/octet-stream"}),
    ],
)
def test_the_same_content_in_the_words_of_3_1_is_no_change(old, new):
    documents = both_ways({**TEXT, **old}), both_ways({**TEXT, **new}, "3.1.0")
    assert told(*documents) == []


OPEN = {"x-ms-enum": {"name": "Letter", "modelAsString": True}}


@pytest.mark.parametrize("version", VERSIONS)
def test_open_enums_are_reported_and_honoured(version):
    def letters(values, **fields):
        return both_ways(thing(a={**TEXT, "enum": values, **fields}), version)

    listed = [
        both_ways(thing(a={**TEXT, "x-extensible-enum": values}), version)
        for values in (["a"], ["a", "b"])
    ]
    assert told(*listed) == [
        ("values-changed", "call", NOTES),
        ("values-changed", "result", NOTES),
    ]
    grown = letters(["a"], **OPEN), letters(["a", "b"], **OPEN)
    assert ("values-changed", "result", BREAKS) in told(*grown)
    assert dynclient.diff(*grown, open_enums=True).breaking == []
    closed = {"x-ms-enum": {"name": "Letter", "modelAsString": False}}
    changes = told(letters(["a"], **OPEN), letters(["a"], **closed))
    assert changes == [("values-changed", "call", NOTES), ("values-changed", "result", NOTES)]


def test_an_operation_that_is_no_longer_deprecated_has_a_rule_of_its_own():
    assert told(single(deprecated=True), single()) == [("operation-undeprecated", "", NOTES)]


# --- witnesses


@pytest.mark.parametrize("version", VERSIONS)
def test_a_witness_shows_its_change_alone(version):
    listed, longer = {**TEXT, "enum": ["x"]}, {**TEXT, "enum": ["x", "y"]}
    old = thing("a", "b", a=TEXT, b=TEXT, c=listed)
    new = thing(a=TEXT, b=TEXT, c=longer)
    diff = dynclient.diff(
        single(responses=answer(old), version=version),
        single(responses=answer(new), version=version),
    )
    shown = {change.where.rpartition(" ")[2]: change for change in diff.breaking}
    assert "a" not in shown["a"].witness
    assert "b" in shown["a"].witness
    assert "b" not in shown["b"].witness
    assert "a" in shown["b"].witness
    assert shown["c"].witness["c"] == "y"
    assert {"a", "b"} <= shown["c"].witness.keys()
    assert shown["c"].refusal == "c: got 'y', want 'x'"


def test_the_refusal_of_a_scalar_names_its_place():
    old, new = (
        single(parameter("a", schema={**TEXT, "enum": list(names)})) for names in ("xy", "x")
    )
    (change,) = dynclient.diff(old, new).changes
    assert change.refusal == "query.a: got 'y', want 'x'"


@pytest.mark.parametrize("old", [{}, {"maxLength": 108}, {"pattern": "^[a-z]*$"}])
def test_a_longer_path_value_that_is_asked_for_breaks_with_a_call_that_may_be_sent(old):
    def build(schema):
        parameter = {"name": "id", "in": "path", "required": True, "schema": schema}
        responses = {"200": {"description": "ok"}}
        run = {"operationId": "run", "parameters": [parameter], "responses": responses}
        info = {"title": "t", "version": "1"}
        return {"openapi": "3.1.0", "info": info, "paths": {"/things/{id}": {"get": run}}}

    text = {"type": "string", **old}
    (change,) = dynclient.diff(build(text), build({**text, "minLength": 4})).changes
    assert (change.level, change.proof) == ("breaking", "witness")
    assert change.witness["path"]["id"] != ""


@pytest.mark.parametrize(
    ("mark", "is_open"),
    [
        ({"x-extensible-enum": True}, True),
        ({"x-extensible-enum": ["a"]}, True),
        ({"x-ms-enum": {"name": "Letter", "modelAsString": True}}, True),
        ({"x-speakeasy-unknown-values": "allow"}, True),
        ({"x-extensible-enum": False}, False),
        ({"x-ms-enum": {"name": "Letter", "modelAsString": False}}, False),
        ({"x-speakeasy-unknown-values": "disallow"}, False),
    ],
    ids=str,
)
def test_an_enum_is_open_to_the_diff_where_it_is_open_to_the_client(mark, is_open):
    old, new = (
        both_ways(thing(a={**TEXT, "enum": values, **mark})) for values in (["a"], ["a", "b"])
    )

    breaking = dynclient.diff(old, new, open_enums=True).breaking

    assert [change.rule for change in breaking] == ([] if is_open else ["values-changed"])


@pytest.mark.parametrize("other", [{"nullable": True}, {"type": "integer"}, {"enum": ["none"]}])
@pytest.mark.parametrize("version", VERSIONS)
def test_the_witness_of_a_shared_component_belongs_to_the_change_that_it_shows(other, version):
    counted = thing("count", count=INTEGER)
    by_name = {"type": "object", "additionalProperties": ref("Counted")}
    nested = {"type": "object", "additionalProperties": by_name}
    optional = [{"anyOf": [ref(name), {"nullable": True}]} for name in ("Names", "Nested")]
    schemas = {"Counted": counted, "Names": by_name, "Nested": nested}
    old = thing(plain=by_name, inside=optional[0], searches=ref("Counted"))
    new = thing(plain=nested, inside=optional[1], searches={"anyOf": [ref("Counted"), other]})

    def result(schema):
        return single(responses=answer(schema), version=version, components={"schemas": schemas})

    changes = dynclient.diff(result(old), result(new)).breaking

    starts = {change.where.removeprefix("200 application/json: ") for change in changes}
    assert {start.split(".")[0] for start in starts} == {"plain", "inside", "searches"}
    for change in changes:
        place = change.where.removeprefix("200 application/json: ")
        assert change.refusal.startswith(place.split(".")[0])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
@pytest.mark.parametrize("words", [{}, {"description": "or nothing"}])
def test_a_change_beside_an_alternative_that_means_null_is_found(keyword, version, words):
    def maybe(schema):
        return {keyword: [schema, {"nullable": True, **words}]}

    old, new = (both_ways(maybe(thing("a", a=schema)), version) for schema in (TEXT, INTEGER))

    changes = {(c.rule, c.side, c.level) for c in dynclient.diff(old, new).changes}

    assert changes == {("type-changed", side, "breaking") for side in ("call", "result")}
