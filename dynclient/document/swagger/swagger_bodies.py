"""Bodies of Swagger 2.0 become content of OpenAPI 3: of a request, of a form, of a response.

In 2.0 the media types of bodies stand apart from their schemas, in `consumes` and `produces`.

Source: Swagger 2.0 Parameter Object, Response Object, Operation Object.
"""

from __future__ import annotations

from collections.abc import Sequence

from dynclient.document.references import Node
from dynclient.document.swagger.swagger_parameters import (
    translate_collection_format,
    translate_form_property,
    translate_header,
)
from dynclient.document.translated_node import (
    build_list,
    build_object,
    build_value,
    keep_members,
)
from dynclient.errors import DocumentError

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

_JSON = "application/json"
_ANY = "*/*"


def read_media_type_names(node: Node, key: str) -> list[str] | None:
    """Return the media types that `consumes` or `produces` lists; None where it is absent."""
    value = node.get_child(key).value
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return None
    names = [name.strip() for name in value if isinstance(name, str)]
    return list(dict.fromkeys(name for name in names if "/" in name))


def translate_body(body: Node, consumes: Sequence[str]) -> Node:
    """Return the Request Body Object that a parameter in `body` means."""
    members = keep_members(body, frozenset({"name", "in", "schema", "x-example", "x-examples"}))
    examples = body.get_child("x-examples")
    media_types: dict[str, Node] = {}
    for name in consumes or (_JSON,):
        media_type: dict[str, Node] = {}
        if "schema" in body.value:
            media_type["schema"] = body.get_child("schema")
        example = examples.get_child(name) if name in examples.member_keys() else None
        if example is None and "x-example" in body.value:
            example = body.get_child("x-example")
        if example is not None:
            media_type["example"] = example
        media_types[name] = build_object(body, media_type)
    members["content"] = build_object(body, media_types)
    return build_object(body, members)


def translate_form(source: Node, parameters: Sequence[Node], consumes: Sequence[str]) -> Node:
    """Return the Request Body Object that the parameters in `formData` mean together.

    Args:
        source: what holds the parameters; its place is the body's.
        parameters: those in `formData`.
        consumes: the media types of the operation; those that are no forms are passed over.

    """
    properties: dict[str, Node] = {}
    encodings: dict[str, Node] = {}
    required: list[Node] = []
    for parameter in parameters:
        name = parameter.get_text("name")
        properties[name] = translate_form_property(parameter)
        encoding = translate_collection_format(parameter, "query")
        # Without an encoding, each item is a value of its own.
        if encoding and not _is_repeated(encoding) and not is_file(parameter):
            encodings[name] = build_object(parameter, encoding)
        if parameter.get_flag("required"):
            required.append(build_value(parameter, name))
    schema = {
        "type": build_value(source, "object"),
        "properties": build_object(source, properties),
    }
    if required:
        schema["required"] = build_list(source, required)
    media_type: dict[str, Node] = {"schema": build_object(source, schema)}
    if encodings:
        media_type["encoding"] = build_object(source, encodings)
    names = choose_form_media_types(parameters, consumes)
    content = {name: build_object(source, media_type) for name in names}
    members: dict[str, Node] = {"content": build_object(source, content)}
    if required:
        members["required"] = build_value(source, True)
    return build_object(source, members)


def _is_repeated(encoding: dict[str, Node]) -> bool:
    return "collectionFormat" not in encoding and encoding["explode"].value is True


def choose_form_media_types(parameters: Sequence[Node], consumes: Sequence[str]) -> list[str]:
    """Return the media types of a form: multipart where it has a file, else those it names."""
    if any(is_file(parameter) for parameter in parameters):
        return [MULTIPART]
    is_form = (URLENCODED, MULTIPART)
    names = [name for name in consumes if name.partition(";")[0].strip().lower() in is_form]
    return names or [URLENCODED]


def is_file(parameter: Node) -> bool:
    """Tell whether a parameter is a file, or a list of files."""
    items = parameter.get_child("items")
    return "file" in (parameter.get_text("type"), items.get_text("type"))


def translate_response(response: Node, produces: Sequence[str] | None) -> Node:
    """Return the Response Object of OpenAPI 3 that a response means."""
    members = keep_members(response, frozenset({"schema", "examples", "headers", "content"}))
    headers: dict[str, Node] = {}
    for name, header in response.iterate_resolved_members("headers"):
        if isinstance(header.value, dict):
            headers[name] = translate_header(header)
    if headers:
        members["headers"] = build_object(response.get_child("headers"), headers)
    content = _translate_content(response, produces)
    if content:
        members["content"] = build_object(response, content)
    return build_object(response, members)


def _translate_content(response: Node, produces: Sequence[str] | None) -> dict[str, Node]:
    """Return the media types of a response's body; none where it has neither schema nor example.

    Without `produces`, the body is of the media types that have an example, or of any other.
    """
    examples = _read_examples(response)
    has_schema = response.get_child("schema").value is not None
    names = list(produces or ())
    if not has_schema:
        names = [name for name in examples if not names or name in names]
    elif not names:
        names = [*examples, _ANY]
    content: dict[str, Node] = {}
    for name in names:
        media_type: dict[str, Node] = {}
        if has_schema:
            media_type["schema"] = response.get_child("schema")
        if name in examples:
            media_type["example"] = examples[name]
        content[name] = build_object(response, media_type)
    return content


def _read_examples(response: Node) -> dict[str, Node]:
    """Return the examples of a response by media type."""
    try:
        examples = response["examples"]
    except DocumentError:  # A problem of the document.
        return {}
    return {name: examples.get_child(name) for name in examples.member_keys() if "/" in name}
