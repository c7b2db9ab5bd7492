"""An operation of the document: its parameters, request body, responses and requirements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from dynclient.document.references import Node
from dynclient.errors import UnresolvableReference
from dynclient.model.frozen_object import FrozenObject
from dynclient.model.parameters_and_media_types import (
    LOCATIONS,
    QUERYSTRING,
    DocumentPart,
    MediaType,
    Parameter,
    is_framing_header,
    read_content,
)
from dynclient.model.path_templates import TEMPLATE_VARIABLE, PathTemplate, parse_path_template
from dynclient.model.security_schemes import SecurityFormula, read_security_formula
from dynclient.model.server_objects import Server, read_servers
from dynclient.names import to_operation_name
from dynclient.violations import Place, shorten

if TYPE_CHECKING:
    from dynclient.model.openapi_document import Document

#: How many characters of a heading stand in a repr.
MAX_REPR_CHARS = 200

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")

#: The field of a path item that holds operations with other methods. Source: OAS 3.2.0.
ADDITIONAL_OPERATIONS = "additionalOperations"

#: A method of HTTP. Source: RFC 9110 §5.6.2, §9.1.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class RequestBody(DocumentPart):
    """The body of a request: whether it must be there, and its media types in document order."""

    @property
    def required(self) -> bool:
        """Whether a call must give a body."""
        return self.node.get_flag("required")

    @property
    def description(self) -> str:
        """The description in the document."""
        return self.node.get_text("description")

    @cached_property
    def content(self) -> Mapping[str, MediaType]:
        """The media types by name, in document order."""
        return read_content(self.node)


class Response(DocumentPart):
    """A response.

    Args:
        status: the key in the document (`200`, `2XX`, `default`).
        node: the Response Object.

    """

    status: str

    def __init__(self, status: str, node: Node) -> None:
        super().__init__(node, status=status)

    @property
    def description(self) -> str:
        """The description in the document, else the summary."""
        return self.node.get_text("description") or self.node.get_text("summary")

    @cached_property
    def content(self) -> Mapping[str, MediaType]:
        """The media types by name, in document order; empty where no body is declared."""
        return read_content(self.node)

    @cached_property
    def headers(self) -> Mapping[str, Parameter]:
        """The declared headers by name; `Content-Type` is not one of them.

        Source: OAS 3.1.1 Response Object.
        """
        headers: dict[str, Parameter] = {}
        for name, node in self.node.iterate_resolved_members("headers"):
            if name.lower() != "content-type":
                headers[name] = Parameter(name, "header", node)
        return MappingProxyType(headers)


class Operation(FrozenObject):
    """An operation of the document.

    Args:
        document: the document it belongs to.
        key: its name in `document.operations`: the operationId where that is unique, else
            `METHOD /path`.
        method: upper case; one of `additionalOperations` as it is written there.
        path: the path template, as written.
        written_path_item: the path item, as it stands in the document.
        written: the operation, as it stands in the document.

    """

    document: Document
    key: str
    method: str
    path: str
    written_path_item: Node
    written: Node

    def __init__(
        self,
        document: Document,
        key: str,
        method: str,
        path: str,
        written_path_item: Node,
        written: Node,
    ) -> None:
        super().__init__(
            document=document,
            key=key,
            method=method,
            path=path,
            written_path_item=written_path_item,
            written=written,
        )

    @cached_property
    def path_item(self) -> Node:
        """The Path Item Object."""
        return self.document.shape.read_path_item(self.written_path_item)

    @cached_property
    def node(self) -> Node:
        """The Operation Object."""
        return self.document.shape.read_operation(self.written, self.written_path_item)

    @property
    def id(self) -> str:
        """The operationId; the key where the document gives none."""
        return self.written.get_text("operationId") or self.key

    @property
    def request(self) -> str:
        """`METHOD /path`, which always finds it."""
        return f"{self.method} {self.path}"

    @property
    def python_name(self) -> str:
        """Its name in Python. `document.operation_names` knows whether this name finds it."""
        return to_operation_name(self.id)

    @property
    def is_missing(self) -> bool:
        """Whether the document has only a reference in its place, which leads nowhere."""
        return self.written.reference is not None

    @property
    def heading(self) -> str:
        """What messages call it: operationId, method and path; without an operationId the rest."""
        return self.request if self.id == self.request else f"{self.id}  {self.request}"

    @property
    def summary(self) -> str:
        """One line on what it does."""
        return self.written.get_text("summary") or self.written_path_item.get_text("summary")

    @property
    def description(self) -> str:
        """The description in the document."""
        return self.written.get_text("description") or self.written_path_item.get_text(
            "description"
        )

    @property
    def deprecated(self) -> bool:
        """Whether the document advises against it."""
        return self.written.get_flag("deprecated")

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The names of its tags."""
        names = [tag.value for tag in self.written.list_items("tags")]
        return tuple(name for name in names if isinstance(name, str))

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.written.place

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters: those of the path item, unless overridden, then those of the operation.

        A header that frames the message is a problem of the document and left out.

        Raises:
            UnresolvableReference: one of them, or the operation itself, is a `$ref` that leads
                nowhere.

        """
        parameters: dict[tuple[str, str], Parameter] = {}
        for node in self.iterate_parameter_nodes():
            name, location = node.get_text("name"), node.get_text("in")
            is_ignored = location == "header" and is_framing_header(name)
            if name and location in LOCATIONS and not is_ignored:
                parameters[location, name] = Parameter(name, location, node)

        for name in TEMPLATE_VARIABLE.findall(self.path_template.path):
            implied = Parameter(name, "path", self._build_implied_parameter(name))
            parameters.setdefault(("path", name), implied)
        self._move_query_variables(parameters)
        return tuple(parameters.values())

    @cached_property
    def path_template(self) -> PathTemplate:
        """The path template in its parts."""
        return parse_path_template(self.path)

    def _move_query_variables(self, parameters: dict[tuple[str, str], Parameter]) -> None:
        """Make parameters of the query of the path variables that stand in a query."""
        for variable, name in self.path_template.query_variables.items():
            declared = parameters.get(("path", variable))
            if declared is not None and f"{{{variable}}}" not in self.path_template.path:
                del parameters["path", variable]
            node = declared.node if declared else self._build_implied_parameter(variable)
            parameters.setdefault(("query", name), Parameter(name, "query", node))

    @cached_property
    def querystring(self) -> Parameter | None:
        """The parameter that is the whole query, or None.

        Raises:
            UnresolvableReference: a parameter is a `$ref` that leads nowhere.

        Source: OAS 3.2.0 Parameter Object, in.
        """
        querystring: Parameter | None = None
        for node in self.iterate_parameter_nodes():
            if node.get_text("in") == QUERYSTRING and node.follow_child("content").member_keys():
                querystring = Parameter(node.get_text("name", QUERYSTRING), QUERYSTRING, node)
        return querystring

    def iterate_parameter_nodes(self) -> Iterator[Node]:
        """Yield the Parameter Objects of the path item, then those of the operation.

        Raises:
            UnresolvableReference: one of them is a `$ref` that leads nowhere.

        """
        for owner in (self.path_item, self.node.resolve()):
            for child in owner["parameters"].iterate_children():
                yield child.resolve()

    def _build_implied_parameter(self, name: str) -> Node:
        """Return the Parameter Object of a path variable that is not declared: a string."""
        value = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        return Node(self.node.files, self.node.uri, self.node.pointer, value)

    @cached_property
    def request_body(self) -> RequestBody | None:
        """The request body, or None."""
        node = self.node["requestBody"]
        return RequestBody(node) if node.member_keys() else None

    @cached_property
    def responses(self) -> Mapping[str, Response]:
        """The responses by status, range (`2XX`) or `default`.

        A response that cannot be resolved is left out.
        """
        responses: dict[str, Response] = {}
        for key, node in self.node.iterate_resolved_members("responses"):
            if not key.startswith("x-") and isinstance(node.value, dict):
                status = key.upper() if key != "default" else key
                responses[status] = Response(status, node)
        return MappingProxyType(responses)

    def find_response(self, status: int) -> Response | None:
        """Return the response that is declared for a status, for its range, or by default.

        Source: OAS 3.1.1 Responses Object.
        """
        return find_response(str(status), self.responses)

    @property
    def has_success_response(self) -> bool:
        """Whether its responses say anything of a success: a 2xx, a 3xx, or `default`."""
        return any(status[:1] in ("2", "3") or status == "default" for status in self.responses)

    @property
    def declares_final_success(self) -> bool:
        """Whether its responses have a 2xx: a success that is no redirect."""
        return any(status[:1] == "2" for status in self.responses)

    @cached_property
    def security(self) -> SecurityFormula:
        """The security formula of the operation, else that of the document.

        A scheme that the document does not define is a problem of the document and ignored here.
        """
        security = self.node.follow_child("security")
        if not isinstance(security.value, list):
            security = self.document.top.follow_child("security")
        return read_security_formula(security, self.document.security_schemes)

    @cached_property
    def servers(self) -> tuple[Server, ...]:
        """The servers of the operation, else of the path item, else of the document."""
        for owner in (self.node, self.path_item):
            servers = read_servers(owner)
            if servers:
                return servers
        return self.document.servers

    def __repr__(self) -> str:
        return f"<Operation {shorten(self.heading, MAX_REPR_CHARS)}>"


def iterate_operation_nodes(path_item: Node) -> Iterator[tuple[str, Node]]:
    """Yield the method and the Operation Object of each operation of a path item.

    A method of `additionalOperations` is sent as it is written there; one that is no token of HTTP
    is left out, since it cannot be sent.

    Source: OAS 3.2.0 Path Item Object.
    """
    keys = path_item.member_keys()
    for key in keys:
        if key.lower() in METHODS:
            node = _find_operation_object(path_item.get_child(key))
            if isinstance(node.value, dict):
                yield key.upper(), node
    if ADDITIONAL_OPERATIONS not in keys:
        return
    additional = path_item.follow_child(ADDITIONAL_OPERATIONS)
    for method in additional.member_keys():
        node = _find_operation_object(additional.get_child(method))
        if is_additional_method(method) and isinstance(node.value, dict):
            yield method, node


def _find_operation_object(node: Node) -> Node:
    """Return the Operation Object that stands at a node, or that its `$ref` names.

    Where the reference leads nowhere it stays, so that the operation can be found and says why it
    cannot be called.
    """
    try:
        return node.merge_reference()
    except UnresolvableReference:
        return node


def is_additional_method(method: str) -> bool:
    """Tell whether a key of `additionalOperations` can be sent, and has no field of its own."""
    return _TOKEN.fullmatch(method) is not None and method.lower() not in METHODS


def find_response(status: str, responses: Mapping[str, Response]) -> Response | None:
    """Return the response of a status or range: its own, else its range's, else `default`."""
    for key in (status, f"{status[:1]}XX", "default"):
        if key in responses:
            return responses[key]
    return None
