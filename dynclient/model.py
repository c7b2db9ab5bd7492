"""The document in OpenAPI's terms: a frozen, lazy view that reads an object when it is needed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from dynclient.document.openapi_version import SchemaFlavour, detect_schema_flavour
from dynclient.document.problems import Problem
from dynclient.document.references import DocumentFiles, Node
from dynclient.errors import DocumentError
from dynclient.violations import Place

T = TypeVar("T")

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

#: A variable of a path or server template: `{name}`.
TEMPLATE_VARIABLE = re.compile(r"\{([^{}]+)\}")

#: Header fields that frame a message, or speak of one connection: the transport's business, never a
#: call's. Source: RFC 9112 §6, RFC 9110 §6.6.2, §7.6.1.
FRAMING_HEADERS = frozenset(
    {
        "connection",
        "content-length",
        "http2-settings",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


def is_framing_header(name: str) -> bool:
    """Tell whether a header field frames the message."""
    return name.lower() in FRAMING_HEADERS


Location = Literal["path", "query", "header", "cookie"]
LOCATIONS: tuple[Location, ...] = ("path", "query", "header", "cookie")

_DEFAULT_STYLE: Mapping[str, str] = {
    "path": "simple",
    "query": "form",
    "header": "simple",
    "cookie": "form",
}
_STYLES: Mapping[str, tuple[str, ...]] = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}


@dataclass(frozen=True, eq=False)
class Encoding:
    """How a property of a form or multipart body is written.

    Attributes:
        name: the property.
        node: the Encoding Object.

    """

    name: str
    node: Node

    @property
    def content_type(self) -> str:
        """The content type of its part, possibly several or a range; "" where the value decides."""
        return self.node.get_text("contentType")

    @cached_property
    def as_parameter(self) -> Parameter | None:
        """The query parameter that it is written as; None without style, explode, allowReserved.

        Source: OAS 3.1.1 Encoding Object.
        """
        has_style = any(key in self.node.value for key in ("style", "explode", "allowReserved"))
        return Parameter(self.name, "query", self.node) if has_style else None

    @cached_property
    def as_part_parameter(self) -> Parameter | None:
        """The query parameter whose pairs are the parts of multipart/form-data; None for one part.

        In 3.0 parts have no style. Nothing is percent-encoded, so that `allowReserved` has no
        effect.

        Source: OAS 3.0.3 and 3.1.1 Encoding Object.
        """
        node = self.node
        if self.as_parameter is None or detect_schema_flavour(node.files) == "3.0":
            return None
        value = {key: node.value[key] for key in node.value if key != "allowReserved"}
        return Parameter(self.name, "query", Node(node.files, node.uri, node.pointer, value))

    @property
    def takes_json(self) -> bool:
        """Whether an object is written as JSON: by default, or where the content types include it.

        Source: OAS 3.1.1 Encoding Object, contentType.
        """
        names = [name.strip() for name in self.content_type.split(",") if name.strip()]
        return not names or any(_includes_json(name) for name in names)


def _includes_json(content_type: str) -> bool:
    name = content_type.partition(";")[0].strip().lower()
    return "json" in name or name in ("*/*", "application/*")


@dataclass(frozen=True, eq=False)
class MediaType:
    """A media type of a body, response or parameter: name, schema, encodings and examples.

    Attributes:
        name: as the document writes it; of a range, possibly the media type that it is used as.
        node: the Media Type Object.
        range_name: the range of the document that `name` was found under; "" for its own name.

    """

    name: str
    node: Node
    range_name: str = ""

    def narrow(self, name: str) -> MediaType:
        """Return this range as one of the media types that it includes."""
        return MediaType(name, self.node, self.range_name or self.name)

    @cached_property
    def schema(self) -> Node | None:
        """The Schema Object as it stands (a `$ref` is not followed), or None."""
        child = self.node.get_child("schema")
        return child if child.value is not None else None

    @cached_property
    def encodings(self) -> Mapping[str, Encoding]:
        """How the properties of a form or multipart body are written, by name."""
        encodings: dict[str, Encoding] = {}
        for name, node in _resolve_members(self.node, "encoding"):
            if isinstance(node.value, dict):
                encodings[name] = Encoding(name, node)
        return MappingProxyType(encodings)

    @cached_property
    def examples(self) -> list[Any]:
        """The values of `example` and `examples`, in the order written; none of them is checked."""
        return _read_examples(self.node)


@dataclass(frozen=True, eq=False)
class Parameter:
    """A parameter, or a header of a response (location `header`).

    Attributes:
        name: as it stands on the wire.
        location: the Parameter Object's `in`.
        node: the Parameter Object.

    """

    name: str
    location: Location
    node: Node

    @property
    def required(self) -> bool:
        """Whether a call must give it; path parameters always."""
        return self.location == "path" or self.node.get_flag("required")

    @property
    def deprecated(self) -> bool:
        """Whether the document advises against it."""
        return self.node.get_flag("deprecated")

    @property
    def description(self) -> str:
        """The description in the document."""
        return self.node.get_text("description")

    @cached_property
    def style(self) -> str:
        """The serialization style.

        Without one, or with one that the location does not allow, it is the location's default.
        """
        style = self.node.get_text("style")
        return style if style in _STYLES[self.location] else _DEFAULT_STYLE[self.location]

    @cached_property
    def explode(self) -> bool:
        """Whether arrays and objects become several values.

        Source: OAS 3.1.1 Parameter Object, explode.
        """
        return self.node.get_flag("explode", default=self.style == "form")

    @property
    def allow_reserved(self) -> bool:
        """Whether reserved characters of RFC 3986 stand unescaped."""
        return self.node.get_flag("allowReserved")

    @cached_property
    def content(self) -> MediaType | None:
        """The media type of a `content` parameter, else None."""
        content = self.node.get_child("content")
        names = content.member_keys()
        return MediaType(names[0], content[names[0]]) if names else None

    @cached_property
    def schema(self) -> Node | None:
        """The Schema Object as it stands, of `schema` or of `content`; None where there is none."""
        if self.content:
            return self.content.schema
        child = self.node.get_child("schema")
        return child if child.value is not None else None

    @cached_property
    def examples(self) -> list[Any]:
        """The values of `example` and `examples`."""
        return _read_examples(self.node) + (self.content.examples if self.content else [])


@dataclass(frozen=True, eq=False)
class RequestBody:
    """The body of a request: whether it must be there, and its media types in document order."""

    node: Node

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
        return _read_content(self.node)


@dataclass(frozen=True, eq=False)
class Response:
    """A response: `status` is the key in the document (`200`, `2XX`, `default`)."""

    status: str
    node: Node

    @property
    def description(self) -> str:
        """The description in the document."""
        return self.node.get_text("description")

    @cached_property
    def content(self) -> Mapping[str, MediaType]:
        """The media types by name, in document order; empty where no body is declared."""
        return _read_content(self.node)

    @cached_property
    def headers(self) -> Mapping[str, Parameter]:
        """The declared headers by name; `Content-Type` is not one of them.

        Source: OAS 3.1.1 Response Object.
        """
        headers: dict[str, Parameter] = {}
        for name, node in _resolve_members(self.node, "headers"):
            if name.lower() != "content-type":
                headers[name] = Parameter(name, "header", node)
        return MappingProxyType(headers)


@dataclass(frozen=True)
class SecurityScheme:
    """A security scheme as plain data.

    Attributes:
        key: its name in the document.
        type: apiKey, http, oauth2, openIdConnect, mutualTLS.
        scheme: of `http`: basic, bearer, digest, …, lower case.
        location: of `apiKey`: header, query or cookie.
        name: of `apiKey`: the name of the header, query parameter or cookie.
        description: what the document says of it.

    """

    key: str
    type: str
    scheme: str = ""
    location: str = ""
    name: str = ""
    description: str = field(default="", compare=False)


@dataclass(frozen=True)
class RequiredScheme:
    """One scheme that a security requirement asks for, with the scopes it needs."""

    scheme: SecurityScheme
    scopes: tuple[str, ...] = ()


#: OR of AND: a call satisfies all schemes of one alternative. Empty: it needs no credential.
SecurityFormula = tuple[tuple[RequiredScheme, ...], ...]


#: A value as it may stand in a server's URL.
Scalar = str | int | float | bool

#: The default of a server variable (None: it has none), and the values that it may have ((): any).
ServerVariable = tuple[str | None, tuple[str, ...]]


@dataclass(frozen=True)
class Server:
    """A server.

    Attributes:
        url: the URL template.
        description: what the document says of it.
        variables: server variables by name.

    """

    url: str
    description: str = ""
    variables: Mapping[str, ServerVariable] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Operation:
    """An operation of the document.

    Attributes:
        document: the document it belongs to.
        key: its name in `document.operations`: the operationId where that is unique, else
            `METHOD /path`.
        method: upper case.
        path: the path template, as written.
        path_item: the Path Item Object.
        node: the Operation Object.

    """

    document: Document
    key: str
    method: str
    path: str
    path_item: Node
    node: Node

    @property
    def id(self) -> str:
        """The operationId; the key where the document gives none."""
        return self.node.get_text("operationId") or self.key

    @property
    def heading(self) -> str:
        """What messages call it: operationId, method and path; without an operationId the rest."""
        request = f"{self.method} {self.path}"
        return request if self.id == request else f"{self.id}  {request}"

    @property
    def summary(self) -> str:
        """One line on what it does."""
        return self.node.get_text("summary") or self.path_item.get_text("summary")

    @property
    def description(self) -> str:
        """The description in the document."""
        return self.node.get_text("description") or self.path_item.get_text("description")

    @property
    def deprecated(self) -> bool:
        """Whether the document advises against it."""
        return self.node.get_flag("deprecated")

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The names of its tags."""
        names = [tag.value for tag in self.node.get_child("tags").iterate_children()]
        return tuple(name for name in names if isinstance(name, str))

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.node.place

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters: those of the path item, unless overridden, then those of the operation.

        A header that frames the message is a problem of the document and left out.

        Raises:
            UnresolvableReference: one of them is a `$ref` that leads nowhere.

        """
        parameters: dict[tuple[str, str], Parameter] = {}
        for owner in (self.path_item, self.node):
            for child in owner["parameters"].iterate_children():
                node = child.resolve()
                name, location = node.get_text("name"), node.get_text("in")
                is_ignored = location == "header" and is_framing_header(name)
                if name and location in LOCATIONS and not is_ignored:
                    parameters[location, name] = Parameter(name, location, node)

        path_template = self.path.partition("#")[0].partition("?")[0]
        for name in TEMPLATE_VARIABLE.findall(path_template):
            implied = Parameter(name, "path", self._build_implied_parameter(name))
            parameters.setdefault(("path", name), implied)
        return tuple(parameters.values())

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
        for key, node in _resolve_members(self.node, "responses"):
            if not key.startswith("x-") and isinstance(node.value, dict):
                status = key.upper() if key != "default" else key
                responses[status] = Response(status, node)
        return MappingProxyType(responses)

    def find_response(self, status: int) -> Response | None:
        """Return the response that is declared for a status, for its range, or by default.

        Source: OAS 3.1.1 Responses Object.
        """
        return find_response(str(status), self.responses)

    @cached_property
    def security(self) -> SecurityFormula:
        """The security formula of the operation, else that of the document.

        A scheme that the document does not define is a problem of the document and ignored here.
        """
        security = self.node.get_child("security")
        if not isinstance(security.value, list):
            security = self.document.top.get_child("security")
        return self.document.formula(security)

    @cached_property
    def servers(self) -> tuple[Server, ...]:
        """The servers of the operation, else of the path item, else of the document."""
        for owner in (self.node, self.path_item):
            servers = _read_servers(owner)
            if servers:
                return servers
        return self.document.servers

    def __repr__(self) -> str:
        return f"<Operation {self.heading}>"


class Document:
    """A loaded OpenAPI document.

    `problems` lists what is wrong in it. A problem matters only to the operations that it concerns.
    """

    def __init__(
        self, files: DocumentFiles, check: Callable[[Document], list[Problem]] | None = None
    ) -> None:
        self.files = files
        self.top = files.top
        self.flavour: SchemaFlavour = detect_schema_flavour(files)
        self._check = check
        self._derived: dict[Callable[[Document], Any], Any] = {}

    def derive(self, build: Callable[[Document], T]) -> T:
        """Return what a function builds of this document: the same object each time."""
        if build not in self._derived:
            self._derived.setdefault(build, build(self))
        built: T = self._derived[build]
        return built

    @property
    def uri(self) -> str:
        """Where it came from."""
        return self.files.root

    @property
    def version(self) -> str:
        """The OpenAPI version as the document gives it, e.g. `3.1.0`."""
        return str(self.top.value.get("openapi"))

    @cached_property
    def info(self) -> Mapping[str, Any]:
        """The Info Object as plain data; {} where there is none."""
        try:
            value = self.top["info"].value
        except DocumentError:  # A problem of the document.
            value = None
        return MappingProxyType(value if isinstance(value, dict) else {})

    @property
    def title(self) -> str:
        """The title, or a word for a document that has none."""
        return str(self.info.get("title") or "untitled API")

    @cached_property
    def servers(self) -> tuple[Server, ...]:
        """The servers of the document; operations may have their own."""
        return _read_servers(self.top)

    @cached_property
    def tags(self) -> Mapping[str, str]:
        """Tag names → descriptions: declared tags first, then those that only operations name."""
        descriptions: dict[str, str] = {}
        for tag in _list_items(self.top, "tags"):
            name = tag.get_text("name")
            if name:
                descriptions[name] = tag.get_text("description")
        for operation in self.operations.values():
            for name in operation.tags:
                descriptions.setdefault(name, "")
        return MappingProxyType(descriptions)

    @cached_property
    def security_schemes(self) -> Mapping[str, SecurityScheme]:
        """The security schemes by name."""
        schemes: dict[str, SecurityScheme] = {}
        for key, node in _resolve_members(self.top, "components", "securitySchemes"):
            schemes[key] = read_security_scheme(key, node)
        return MappingProxyType(schemes)

    def formula(self, security: Node) -> SecurityFormula:
        """Return the security formula (OR of AND) that a `security` list means.

        Source: OAS 3.1.1 Security Requirement Object.
        """
        if not isinstance(security.value, list):
            return ()
        alternatives: list[tuple[RequiredScheme, ...]] = []
        for requirement in security.iterate_children():
            if not isinstance(requirement.value, dict):
                continue
            schemes = self.read_requirement(requirement)
            if schemes or not requirement.value:
                alternatives.append(schemes)
        return tuple(alternatives)

    def read_requirement(self, requirement: Node) -> tuple[RequiredScheme, ...]:
        """Return the schemes of one Security Requirement Object, those that are defined."""
        schemes: list[RequiredScheme] = []
        for name in requirement.member_keys():
            if name in self.security_schemes:
                scopes = _read_scopes(requirement.get_child(name))
                schemes.append(RequiredScheme(self.security_schemes[name], scopes))
        return tuple(schemes)

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """The operations in document order.

        The key is the operationId where that is unique, else `METHOD /path`.
        """
        rows = list(self._walk_operations())
        id_counts = Counter(node.get_text("operationId") for _, _, _, node in rows)
        operations: dict[str, Operation] = {}
        for method, path, path_item, node in rows:
            operation_id = node.get_text("operationId")
            is_unique = operation_id and id_counts[operation_id] == 1
            key = operation_id if is_unique else f"{method} {path}"
            operations[key] = Operation(self, key, method, path, path_item, node)
        return MappingProxyType(operations)

    def _walk_operations(self) -> Iterator[tuple[str, str, Node, Node]]:
        """Yield method, path template, Path Item Object and Operation Object of each operation."""
        for path, path_item in _resolve_members(self.top, "paths"):
            if path.startswith("x-"):
                continue
            for method in path_item.member_keys():
                node = path_item.get_child(method)
                if method.lower() in METHODS and isinstance(node.value, dict):
                    yield method.upper(), path, path_item, node

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong with the document, by place.

        The first use compiles all operations to find it.
        """
        problems: list[Problem] = []
        for file in self.files.by_uri.values():
            problems += file.problems
        if self._check is not None:
            problems += self._check(self)
        return tuple(problems)

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            "a Document holds its files and cannot be pickled; load it again where it is needed"
        )

    def __repr__(self) -> str:
        return f"<Document {self.title}: {len(self.operations)} operations, OpenAPI {self.version}>"


def find_response(status: str, responses: Mapping[str, Response]) -> Response | None:
    """Return the response of a status or range: its own, else its range's, else `default`."""
    for key in (status, f"{status[:1]}XX", "default"):
        if key in responses:
            return responses[key]
    return None


def _resolve_members(owner: Node, *keys: str) -> Iterator[tuple[str, Node]]:
    """Yield the members of the map under some keys, with all references followed.

    A reference that leads nowhere is a problem of the document and left out here.
    """
    members = owner
    try:
        for key in keys:
            members = members[key]
    except DocumentError:
        return
    for name in members.member_keys():
        try:
            yield name, members[name]
        except DocumentError:
            continue


def _list_items(owner: Node, key: str) -> list[Node]:
    """Return the items of a list, which some documents put behind a reference."""
    try:
        return list(owner[key].iterate_children())
    except DocumentError:  # A problem of the document.
        return []


def read_security_scheme(key: str, node: Node) -> SecurityScheme:
    """Return the security scheme at a node."""
    return SecurityScheme(
        key=key,
        type=node.get_text("type"),
        scheme=node.get_text("scheme").lower(),
        location=node.get_text("in"),
        name=node.get_text("name"),
        description=node.get_text("description"),
    )


def _read_content(node: Node) -> Mapping[str, MediaType]:
    media_types: dict[str, MediaType] = {}
    for name, media_type in _resolve_members(node, "content"):
        if "/" in name or name == "*":
            media_types[name] = MediaType(name, media_type)
    return MappingProxyType(media_types)


def _read_examples(node: Node) -> list[Any]:
    value = node.value if isinstance(node.value, dict) else {}
    examples = [value["example"]] if "example" in value else []
    for child in node.get_child("examples").iterate_children():
        try:
            example = child.resolve().value
        except DocumentError:
            continue
        if isinstance(example, dict) and "value" in example:
            examples.append(example["value"])
    return examples


def _read_scopes(node: Node) -> tuple[str, ...]:
    if not isinstance(node.value, list):
        return ()
    return tuple(scope for scope in node.value if isinstance(scope, str))


def _read_servers(owner: Node) -> tuple[Server, ...]:
    servers: list[Server] = []
    for node in _list_items(owner, "servers"):
        url = node.get_text("url")
        if url:
            variables = _read_server_variables(node.get_child("variables"))
            servers.append(Server(url, node.get_text("description"), variables))
    return tuple(servers)


def _read_server_variables(node: Node) -> dict[str, ServerVariable]:
    variables: dict[str, ServerVariable] = {}
    for name in node.member_keys():
        variable = node.get_child(name)
        enum = variable.get_child("enum").value
        values = tuple(map(write_scalar, enum)) if isinstance(enum, list) else ()
        default = variable.get_child("default").value
        variables[name] = (None if default is None else write_scalar(default), values)
    return variables


def write_scalar(value: Any) -> str:
    """Return a value as YAML and JSON write it: text itself, `true` for True."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
