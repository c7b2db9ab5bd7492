"""The root, path items and operations of Swagger 2.0 become those of OpenAPI 3.

Source: Swagger 2.0 Swagger Object, Path Item Object, Operation Object.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from dynclient.document.document_shape import DocumentShape
from dynclient.document.references import Node
from dynclient.document.swagger.swagger_bodies import (
    read_media_type_names,
    translate_body,
    translate_form,
    translate_response,
)
from dynclient.document.swagger.swagger_parameters import translate_parameter
from dynclient.document.swagger.swagger_security import translate_security_scheme
from dynclient.document.swagger.swagger_servers import translate_servers
from dynclient.document.translated_node import build_list, build_object, keep_members
from dynclient.errors import DocumentError

#: Fields of the root that are translated, or that 2.0 does not have.
_ROOT_FIELDS = frozenset(
    {
        *("basePath", "components", "consumes", "definitions", "host", "jsonSchemaDialect"),
        *("parameters", "produces", "responses", "schemes", "securityDefinitions", "servers"),
        *("swagger", "webhooks"),
    }
)
_OPERATION_FIELDS = frozenset(
    {
        *("callbacks", "consumes", "parameters", "produces", "requestBody", "responses"),
        *("schemes", "servers"),
    }
)


@dataclass
class _Parameters:
    """The parameters of an operation, or of its path item.

    Attributes:
        owner: the list that holds them.
        plain: those of the path, query and headers, translated; what leads nowhere as it stands.
        body: the one in `body`.
        form: those in `formData`, by name.

    """

    owner: Node
    plain: list[Node] = field(default_factory=list)
    body: Node | None = None
    form: dict[str, Node] = field(default_factory=dict)


class SwaggerShape(DocumentShape):
    """Reads the objects of Swagger 2.0 as those of OpenAPI 3.

    Args:
        root: the root of the document.

    """

    def __init__(self, root: Node) -> None:
        self._root = root

    def read_document(self, root: Node) -> Node:
        """Return the OpenAPI Object that the root of a document means."""
        members = keep_members(root, _ROOT_FIELDS)
        servers = translate_servers(root, root.get_child("schemes"))
        if servers is not None:
            members["servers"] = servers
        components = {}
        if root.follow_child("definitions"):
            components["schemas"] = root.follow_child("definitions")
        schemes = {}
        for name, scheme in root.iterate_resolved_members("securityDefinitions"):
            schemes[name] = translate_security_scheme(scheme)
        if schemes:
            owner = root.follow_child("securityDefinitions")
            components["securitySchemes"] = build_object(owner, schemes)
        members["components"] = build_object(root, components)
        return build_object(root, members)

    def read_path_item(self, path_item: Node) -> Node:
        """Return the Path Item Object, with its parameters other than those of a body."""
        if not isinstance(path_item.value, dict) or not path_item.value.keys() & {"parameters"}:
            return path_item
        members = keep_members(path_item, frozenset({"parameters", "servers"}))
        parameters = _read_parameters(path_item)
        members["parameters"] = build_list(parameters.owner, parameters.plain)
        return build_object(path_item, members)

    def read_operation(self, operation: Node, path_item: Node) -> Node:
        """Return the Operation Object that an operation means, with its body and media types."""
        members = keep_members(operation, _OPERATION_FIELDS)
        own, inherited = _read_parameters(operation), _read_parameters(path_item)
        if own.plain:
            members["parameters"] = build_list(own.owner, own.plain)
        body = self._translate_request_body(operation, own, inherited)
        if body is not None:
            members["requestBody"] = body
        responses = self._translate_responses(operation)
        if responses is not None:
            members["responses"] = responses
        schemes = operation.get_child("schemes")
        servers = translate_servers(self._root, schemes) if schemes.value else None
        if servers is not None:
            members["servers"] = servers
        return build_object(operation, members)

    def _translate_request_body(
        self, operation: Node, own: _Parameters, inherited: _Parameters
    ) -> Node | None:
        """Return the body of an operation; its own parameters come before those of the path."""
        consumes = self._read_media_types(operation, "consumes") or []
        if own.body is not None:
            return translate_body(own.body, consumes)
        if own.form:
            parameters = [*{**inherited.form, **own.form}.values()]
            return translate_form(own.owner, parameters, consumes)
        if inherited.body is not None:
            return translate_body(inherited.body, consumes)
        if inherited.form:
            return translate_form(inherited.owner, [*inherited.form.values()], consumes)
        return None

    def _translate_responses(self, operation: Node) -> Node | None:
        try:
            responses = operation["responses"]
        except DocumentError:  # A problem of the document.
            return None
        if not isinstance(responses.value, dict):
            return None
        produces = self._read_media_types(operation, "produces")
        members = keep_members(responses, frozenset())
        for status, response in responses.iterate_resolved_members():
            is_response = not status.startswith("x-") and isinstance(response.value, dict)
            if is_response:
                members[status] = translate_response(response, produces)
        return build_object(responses, members)

    def _read_media_types(self, operation: Node, key: str) -> list[str] | None:
        """Return the media types of an operation, else those of the document."""
        names = read_media_type_names(operation, key)
        return read_media_type_names(self._root, key) if names is None else names


def _read_parameters(owner: Node) -> _Parameters:
    try:
        node = owner["parameters"]
    except DocumentError:
        # The reference stands there as it is, so that whoever reads the parameters gets the error.
        broken = owner.get_child("parameters")
        return _Parameters(broken, [broken])
    parameters = _Parameters(node)
    for child, parameter in _iterate_resolved_items(node):
        location = parameter.get_text("in")
        if parameter.reference is not None or not isinstance(parameter.value, dict):
            parameters.plain.append(child)
        elif location == "body":
            parameters.body = parameters.body or parameter
        elif location == "formData":
            if parameter.get_text("name"):
                parameters.form[parameter.get_text("name")] = parameter
        else:
            parameters.plain.append(translate_parameter(parameter))
    return parameters


def _iterate_resolved_items(node: Node) -> Iterator[tuple[Node, Node]]:
    """Yield each item as it stands, and what its reference leads to, itself if that is nothing."""
    for child in node.iterate_children():
        try:
            yield child, child.resolve()
        except DocumentError:
            yield child, child
