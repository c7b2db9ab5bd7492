"""The names that the document marks as secret, for one operation."""

from __future__ import annotations

from collections.abc import Mapping

from dynclient.document.references import Node
from dynclient.errors import DocumentError
from dynclient.masking import ANY_MEMBER, SecretNames, SecretSegment, is_secret_name
from dynclient.model import TEMPLATE_VARIABLE, Document, MediaType, Operation, Parameter

#: A schema that reaches more than this is not searched further.
MAX_SCHEMAS = 10_000

_SUBSCHEMA_KEYWORDS = ("items", "not", "if", "then", "else", "contains", "unevaluatedItems")
_MEMBER_KEYWORDS = ("additionalProperties", "unevaluatedProperties")
_SUBSCHEMA_LIST_KEYWORDS = ("allOf", "anyOf", "oneOf", "prefixItems")


def collect_secret_names(operation: Operation) -> SecretNames:
    """Return what counts as a secret in the requests of an operation.

    The names of all api keys of the document are among it, whether the operation asks for them or
    not: a caller may send one as a header of their own.
    """
    credentials = operation.document.derive(_collect_credential_names)
    by_location: dict[str, set[str]] = {
        "header": set(),
        "query": set(),
        "cookie": set(),
        "path": set(),
    }
    for parameter in operation.parameters:
        if parameter.location in by_location:
            by_location[parameter.location] |= _find_secret_parameters(parameter)
    querystring = operation.querystring
    if querystring is not None and querystring.schema is not None:
        by_location["query"] |= _find_passwords(querystring.schema, "") - {""}
    body = operation.request_body
    properties = set() if body is None else _find_body_passwords(body.content)
    return SecretNames(
        headers=credentials.headers | {name.lower() for name in by_location["header"]},
        query=credentials.query | by_location["query"],
        cookies=credentials.cookies | by_location["cookie"],
        properties=frozenset(properties),
        segments=_find_secret_segments(operation.path, by_location["path"]),
    )


def _find_secret_segments(template: str, secret_names: set[str]) -> tuple[SecretSegment, ...]:
    """Return the segments of a path template in which a variable is a secret."""
    segments = []
    texts = template.partition("?")[0].rstrip("/").split("/")
    for index, text in enumerate(texts):
        variables = list(TEMPLATE_VARIABLE.finditer(text))
        secrets = [
            each[1] for each in variables if each[1] in secret_names or is_secret_name(each[1])
        ]
        if secrets:
            before, after = text[: variables[0].start()], text[variables[-1].end() :]
            is_declared = any(name in secret_names for name in secrets)
            position = len(texts) - index
            segments.append(
                SecretSegment(secrets[0], position, before, after, is_declared=is_declared)
            )
    return tuple(segments)


def collect_exchange_secret_names(operation: Operation) -> SecretNames:
    """Return what counts as a secret in the requests of an operation, and in their responses."""
    headers: set[str] = set()
    properties: set[str] = set()
    for response in operation.responses.values():
        secret_headers = filter(_find_secret_parameters, response.headers.values())
        headers |= {header.name.lower() for header in secret_headers}
        properties |= _find_body_passwords(response.content)
    own = SecretNames(headers=frozenset(headers), properties=frozenset(properties))
    return own.join(collect_secret_names(operation))


def _find_body_passwords(content: Mapping[str, MediaType]) -> set[str]:
    """Return the names of all properties of bodies that are passwords; "" for a whole body."""
    names: set[str] = set()
    for media_type in content.values():
        for schema in (media_type.schema, media_type.item_schema):
            if schema is not None:
                names |= _find_passwords(schema, "")
    return names


def _collect_credential_names(document: Document) -> SecretNames:
    names: dict[str, set[str]] = {"header": set(), "query": set(), "cookie": set()}
    for scheme in document.security_schemes.values():
        if scheme.type == "apiKey" and scheme.location in names:
            names[scheme.location].add(scheme.name)
    return SecretNames(
        headers=frozenset(name.lower() for name in names["header"]),
        query=frozenset(names["query"]),
        cookies=frozenset(names["cookie"]),
    )


def _find_secret_parameters(parameter: Parameter) -> set[str]:
    """Return the wire names that carry a password: its own, and those of an object's members."""
    if parameter.schema is None:
        return set()
    names = _find_passwords(parameter.schema, parameter.name)
    return names | {f"{parameter.name}[{name}]" for name in names if name != parameter.name}


def _find_passwords(schema: Node, name: str) -> set[str]:
    """Return the names of all properties that are passwords; `name` is that of the schema."""
    names: set[str] = set()
    visited: set[tuple[str, str, str]] = set()
    pending = [(schema, name)]
    while pending and len(visited) < MAX_SCHEMAS:
        node, name = pending.pop()
        key = (node.uri, node.pointer, name)
        if key in visited or not isinstance(node.value, dict):
            continue
        visited.add(key)
        if node.get_text("format") == "password":
            names.add(name)
        pending += _list_subschemas(node, name)
    return names


def _list_subschemas(node: Node, name: str) -> list[tuple[Node, str]]:
    """Return the subschemas of a schema, each with the name of the property that it describes."""
    value = node.value
    single = [keyword for keyword in _SUBSCHEMA_KEYWORDS if keyword in value]
    subschemas = [(node.get_child(keyword), name) for keyword in single]
    member_name = name or ANY_MEMBER
    members = [node.get_child(keyword) for keyword in _MEMBER_KEYWORDS if keyword in value]
    if "patternProperties" in value:
        members += node.get_child("patternProperties").iterate_children()
    subschemas += [(member, member_name) for member in members]
    for keyword in _SUBSCHEMA_LIST_KEYWORDS:
        if keyword in value:
            subschemas += [(child, name) for child in node.get_child(keyword).iterate_children()]
    if "properties" in value:
        properties = node.follow_child("properties")
        subschemas += [(properties.get_child(key), key) for key in properties.member_keys()]
    if node.reference is not None:
        try:
            subschemas.append((node.resolve(), name))
        except DocumentError:
            return subschemas
    return subschemas
