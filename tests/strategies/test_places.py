"""Every place of a value on the wire: what is drawn for it is read back, and openapi-core takes it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from support.documents import content, parameter, single
from support.effort import share
from support.sandboxes import unexplained

import dynclient
from dynclient import strategies
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.plan.request_reader import RequestReader

SOME = share(0.5, least=20)

TEXT, NUMBER, INTEGER = {"type": "string"}, {"type": "number"}, {"type": "integer"}
STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
KINDS = {
    "text": TEXT,
    "number": NUMBER,
    "texts": {"type": "array", "items": TEXT},
    "numbers": {"type": "array", "items": NUMBER},
    # What a careless writer or reader loses: what delimits somewhere, and nothing.
    "words": {
        "type": "array",
        "items": {"type": "string", "enum": ["", "a,b", "a.b", "a b", "a|b", "a=b"]},
    },
    "nothings": {"type": "array", "items": {"type": "string", "enum": [""]}},
    "object": {"type": "object", "properties": {"R": TEXT, "G": NUMBER}, "required": ["R"]},
    "map": {
        "type": "object",
        "additionalProperties": TEXT,
        "propertyNames": {"pattern": "^[a-z]{1,3}$"},
    },
}


def cells():
    for place, styles in STYLES.items():
        for style in styles:
            for explode in (True, False):
                for kind, schema in KINDS.items():
                    if (style == "deepObject" and kind != "object") or (
                        kind == "map" and style != "form"
                    ):
                        continue
                    if "Delimited" in style and kind in ("text", "number"):
                        continue
                    # A dot in a member of an exploded label's object delimits, and is let pass: RFC 6570 has it so.
                    dotless = (
                        {**schema, "properties": {"R": INTEGER}} if kind == "object" else schema
                    )
                    used = dotless if (style, explode) == ("label", True) else schema
                    yield pytest.param(
                        place, style, explode, used, id=f"{place}-{style}-{explode}-{kind}"
                    )


@pytest.mark.parametrize(("place", "style", "explode", "schema"), list(cells()))
def test_a_parameter_is_read_back(place, style, explode, schema):
    path = "/things/{color}/parts" if place == "path" else "/things"
    other = parameter("size", "cookie" if place == "cookie" else "query", INTEGER, required=True)
    color = parameter(
        "color",
        place,
        schema,
        style=style,
        explode=explode,
        required=place == "path" or style == "deepObject",
    )
    sandbox = dynclient.Sandbox(single(color, other, path=path, method="get"), second_opinion=True)
    operation = dynclient.Client(sandbox.document, transport=sandbox).run
    reader = RequestReader(operation._plan)

    @SOME
    @given(strategies.calls(operation))
    def check(call):
        sandbox.reset()
        incoming = ParsedRequest.parse(operation.request(call))
        variables = {"color": incoming.path.split("/")[-2]} if place == "path" else {}
        reading = reader.read(incoming, variables)
        assert reading.violations == []
        assert carried(reading.call) == carried(call)
        assert operation.send(call).status == 200
        assert unexplained(sandbox) == []

    check()


def carried(call):
    """Return what the wire carries of a call: an empty array or object in a query or cookie is not there."""
    found = dict(call)
    for group in ("query", "cookie", "header", "path"):
        members = {
            k: v
            for k, v in found.pop(group, {}).items()
            if v not in ([], {}) or group in ("path", "header")
        }
        found |= {group: members} if members else {}
    return json.dumps(found, sort_keys=True, default=lambda part: part.decode("latin-1"))


BODY = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": TEXT,
        "a b": INTEGER,
        'q"t': TEXT,
        # Nothing escapes a pipe in pipeDelimited, and nothing is written of what is empty.
        "list": {"type": "array", "items": {"type": "string", "pattern": "^[^|]*$"}, "minItems": 1},
        "inner": {"type": "object", "properties": {"deep": TEXT}, "required": ["deep"]},
    },
}
ENCODED = {
    "plain": {},
    "flat": {"list": {"style": "form", "explode": False}},
    "pipes": {"list": {"style": "pipeDelimited", "explode": False}},
    "deep": {"inner": {"style": "deepObject", "explode": True}},
    "json": {"list": {"contentType": "application/json"}},
}
FORMS = {"form": "application/x-www-form-urlencoded", "parts": "multipart/form-data"}
BODIES = [("form", name) for name in ("plain", "flat", "pipes", "deep")] + [
    ("parts", "plain"),
    ("parts", "json"),
]


@pytest.mark.parametrize(("form", "encoding"), BODIES)
def test_a_body_is_read_back(form, encoding):
    body = content(BODY, FORMS[form])
    body["content"][FORMS[form]]["encoding"] = ENCODED[encoding]
    operation = dynclient.Client(single(body=body), server="http://x").run
    reader = RequestReader(operation._plan)

    @SOME
    @given(strategies.calls(operation))
    def check(call):
        reading = reader.read(ParsedRequest.parse(operation.request(call)), {})
        assert reading.violations == []
        assert json.dumps(reading.call, sort_keys=True) == json.dumps(call, sort_keys=True)

    check()
