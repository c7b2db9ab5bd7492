"""Which versions are read, and what the error says of everything else."""

from __future__ import annotations

import pytest
from support.documents import document, operation

import dynclient
from dynclient import errors


@pytest.mark.parametrize(
    ("version", "family"),
    [
        ("3.0.0", "3.0"), ("3.0", "3.0"), (3.0, "3.0"), ("3.0.4", "3.0"), ("3.1.0", "3.1"), (3.1, "3.1"),
        ("3.1.0-rc0", "3.1"), ("3.2.0", "3.2"), ("3.2", "3.2"), (3.2, "3.2"), ("3.2.1", "3.2"),
    ],
)  # fmt: skip
def test_a_version_is_read_by_its_first_two_numbers(version, family):
    loaded = dynclient.load(document({"/x": {"get": operation()}}, version=version))
    assert loaded.version_family == family
    assert list(loaded.operations) == ["run"]


@pytest.mark.parametrize(
    ("top", "text"),
    [
        ({"openapi": "4.0.0"}, "is OpenAPI 4.0.0"),
        ({"openapi": "3.3.0"}, "is OpenAPI 3.3.0"),
        ({"openapi": "3.10.0"}, "is OpenAPI 3.10.0"),
        ({"openapi": 3}, "says `openapi: 3`, which names no whole version"),
        ({"openapi": "3"}, "says `openapi: 3`, which names no whole version"),
        ({"openapi": ""}, "is OpenAPI "),
        ({"openapi": True}, "is OpenAPI true"),
        ({"openapi": ["3.1.0"]}, "is OpenAPI an array of 1"),
        ({}, "is no OpenAPI 3 document: it has no `openapi` field"),
        ({"swagger": "1.2"}, "is no OpenAPI 3 document: it is Swagger 1.2"),
        ({"swaggerVersion": "1.2", "apis": []}, "is no OpenAPI 3 document: it is Swagger 1.2"),
        ({"asyncapi": "2.6.0"}, "is no OpenAPI 3 document: it is an AsyncAPI document (asyncapi: 2.6.0)"),
        ({"arazzo": "1.0.1"}, "is no OpenAPI 3 document: it is an Arazzo document (arazzo: 1.0.1)"),
        ({"overlay": "1.0.0"}, "is no OpenAPI 3 document: it is an OpenAPI Overlay (overlay: 1.0.0)"),
        ({"info": {"_postman_id": "a", "name": "b"}}, "is no OpenAPI 3 document: it is a Postman collection"),
        (
            {"info": {"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}},
            "is no OpenAPI 3 document: it is a Postman collection",
        ),
        ({"$schema": "https://json-schema.org/draft/2020-12/schema"}, "it is a JSON Schema ($schema: https://json-schema"),
    ],
)  # fmt: skip
def test_what_is_not_read_is_named_with_what_is_read(top, text):
    with pytest.raises(errors.UnsupportedVersion) as caught:
        dynclient.load(top)
    assert text in str(caught.value)
    assert "3.0, 3.1, 3.2" in caught.value.hint


@pytest.mark.parametrize(
    ("top", "advice"),
    [
        ({"openapi": "2.0"}, 'write `swagger: "2.0"` for version 2.0; '),
        ({"openapi": 2.0}, 'write `swagger: "2.0"` for version 2.0; '),
        ({"openapi": "2.0.0"}, 'write `swagger: "2.0"` for version 2.0; '),
        ({"swagger": "3.0"}, "write `openapi: 3.0` for version 3.0; "),
        ({"swagger": "3.1.1"}, "write `openapi: 3.1.1` for version 3.1.1; "),
        ({"overlay": "1.0.0"}, "give the document that it changes, and this as its overlay; "),
        ({"info": {"_postman_id": "a"}}, "export it as OpenAPI; "),
        ({"openapi": "1.2"}, ""),
        ({"swagger": "1.2"}, ""),
        ({"swagger": "3.0\nx"}, ""),
    ],
)
def test_the_hint_says_what_to_do_where_something_helps(top, advice):
    with pytest.raises(errors.UnsupportedVersion) as caught:
        dynclient.load(top)
    assert caught.value.hint == f"{advice}dynclient reads Swagger 2.0 and OpenAPI 3.0, 3.1, 3.2"


def test_a_misspelt_field_is_named():
    with pytest.raises(errors.UnsupportedVersion, match="did you misspell `openApi`"):
        dynclient.load({"openApi": "3.2.0"})
