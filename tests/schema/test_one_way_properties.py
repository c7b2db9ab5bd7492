"""Documents whose text says `readOnly` or `writeOnly`, wherever it stands; others are not searched."""

from __future__ import annotations

import json

import pytest

import dynclient
from dynclient.schema.translation.translator import SchemaTranslator

ANNOTATIONS = {"request": "readOnly", "response": "writeOnly"}
DIRECTIONS = pytest.mark.parametrize("direction", ANNOTATIONS)


def write_document(path, thing):
    schemas = {"Thing": {"type": "object", "required": ["id", "name"], "properties": {"id": thing}}}
    text = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {}, "components": {"schemas": schemas}}  # fmt: skip
    path.write_text(json.dumps(text) + " " * 20_000)  # The cache takes no small text.
    return path


def list_required(path, direction, **options):
    """Return what a thing requires, of the text and then of the cache."""
    required = []
    for _ in range(2):
        document = dynclient.load(path, **options)
        node = document.top["components"]["schemas"]["Thing"]
        translator = SchemaTranslator(document.flavour, direction)
        required.append(translator.translate(node)["required"])
    assert required[0] == required[1]
    return required[0]


@pytest.mark.parametrize("annotation", ["readOnly", "writeOnly"])
@DIRECTIONS
def test_each_annotation_counts_in_its_own_direction(tmp_path, direction, annotation):
    path = write_document(tmp_path / "api.json", {"type": "string", annotation: True})
    is_excluded = ANNOTATIONS[direction] == annotation
    assert list_required(path, direction) == (["name"] if is_excluded else ["id", "name"])


@DIRECTIONS
def test_letters_of_an_annotation_may_be_escaped(tmp_path, direction):
    path = write_document(tmp_path / "api.json", {"type": "string", ANNOTATIONS[direction]: True})
    path.write_text(path.read_text().replace("Only", "\\u004fnly"))
    assert list_required(path, direction) == ["name"]


@DIRECTIONS
def test_an_overlay_may_add_an_annotation(tmp_path, direction):
    path = write_document(tmp_path / "api.json", {"type": "string"})
    assert list_required(path, direction) == ["id", "name"]
    target = "$.components.schemas.Thing.properties.id"
    actions = [{"target": target, "update": {ANNOTATIONS[direction]: True}}]
    overlay = {"overlay": "1.0.0", "info": {"title": "o", "version": "1"}, "actions": actions}
    overlay_path = tmp_path / "overlay.json"
    overlay_path.write_text(json.dumps(overlay))
    assert list_required(path, direction, overlay=overlay_path) == ["name"]


@DIRECTIONS
def test_another_file_may_have_an_annotation(tmp_path, direction):
    path = write_document(tmp_path / "api.json", {"$ref": "parts.json#/Id"})
    parts = {"Id": {"type": "string", ANNOTATIONS[direction]: True}}
    (tmp_path / "parts.json").write_text(json.dumps(parts))
    assert list_required(path, direction) == ["name"]
