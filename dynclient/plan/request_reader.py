"""A request becomes a call document again: the consumer's half of the wire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from dynclient.model import MediaType, Parameter
from dynclient.plan.parsed_request import NameValuePairs, ParsedRequest
from dynclient.plan.plan import Plan
from dynclient.plan.schemas import is_ignored_header
from dynclient.violations import Violation, sort_violations
from dynclient.wire import media
from dynclient.wire.parameters import ParameterAbsent, is_declared_name, read_parameter
from dynclient.wire.schema_types import SchemaTypes


@dataclass
class ParsedCall:
    """What a request says, as a call document, and what is wrong with it.

    Attributes:
        call: the call document.
        violations: everything that the document's consumer refuses.
        is_media_type_unknown: the body's media type is not declared.
        is_body_unread: JSON Schema has no word for this body (XML, multipart): it is there, and taken as it is.

    """

    call: dict[str, Any] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)
    is_media_type_unknown: bool = False
    is_body_opaque: bool = False


class RequestReader:
    """Reads the requests of one operation; it keeps nothing of any of them.

    Args:
        plan: of the operation.

    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        schemas = plan.schemas
        opened = {
            p: schemas.translate(p.schema, "request")
            for p in plan.operation.parameters
            if not is_ignored_header(p)
        }
        defs = schemas.get_dialect("request").defs
        self._shapes = {
            parameter: SchemaTypes(schema, defs) for parameter, schema in opened.items()
        }
        self._path_variables = frozenset(re.findall(r"\{([^{}]*)\}", plan.operation.path))

    def read(self, incoming: ParsedRequest, variables: Mapping[str, str]) -> ParsedCall:
        """Return what a request says.

        Args:
            incoming: the request.
            variables: the values of the path variables, still percent-encoded.

        """
        found = ParsedCall()
        self._read_parameters(found, incoming, variables)
        entry = self._read_body(found, incoming)
        name = entry.name if entry else None
        if not found.is_media_type_unknown:
            checker = self._plan.get_checker(name, "consumer")
            if found.violations or not checker.accepts(found.call):
                found.violations += [
                    v for v in checker.find_violations(found.call) if self._is_relevant(v, found)
                ]
        found.violations = sort_violations(found.violations)
        return found

    def _read_parameters(
        self, found: ParsedCall, incoming: ParsedRequest, variables: Mapping[str, str]
    ) -> None:
        """Read the parameters that are there; a location in which one is required stands even when it is empty."""
        for parameter, shape in self._shapes.items():
            if parameter.required:
                found.call.setdefault(parameter.location, {})
            raw = _get_raw_value(parameter, shape, incoming, variables)
            if raw is None:
                continue
            try:
                value = read_parameter(
                    parameter, shape, self._exclude_claimed(parameter, shape, raw)
                )
            except ParameterAbsent:
                continue
            except (ValueError, RecursionError) as error:
                found.violations.append(
                    Violation(
                        "syntax",
                        (parameter.location, parameter.name),
                        _describe_syntax_error(error),
                    )
                )
                continue
            found.call.setdefault(parameter.location, {})[parameter.name] = value

    def _exclude_claimed(
        self, parameter: Parameter, shape: SchemaTypes, raw: str | NameValuePairs
    ) -> str | NameValuePairs:
        """Return the pairs that an exploded object may take its members from: not what another parameter claims."""
        if isinstance(raw, str) or not (parameter.explode and "object" in shape.types):
            return raw
        others = [
            (p, s)
            for p, s in self._shapes.items()
            if p is not parameter and p.location == parameter.location
        ]
        return [
            (name, text)
            for name, text in raw
            if not any(is_declared_name(p, s, unquote(name)) for p, s in others)
        ]

    def _is_relevant(self, violation: Violation, found: ParsedCall) -> bool:
        """Tell whether a violation is the caller's: a place told already, or one that no wire can carry, is not."""
        if found.is_body_opaque and violation.path[:1] == ("body",):
            return False
        told = {v.path for v in found.violations}
        if violation.kind == "missing" and violation.path[:1] == ("path",):
            return violation.path[-1] in self._path_variables and violation.path not in told
        return violation.path not in told

    def _read_body(self, found: ParsedCall, incoming: ParsedRequest) -> MediaType | None:
        """Read the body and return the Media Type Object that it is judged by."""
        body = self._plan.operation.request_body
        if body is None or not body.content:
            return None
        given, content = incoming.content_type, body.content
        if not incoming.body and not (
            given and not media.is_json(given) and incoming.body is not None
        ):
            return self._plan.find_media_type(None)
        matched = media.match_media_type(given or self._plan.preferred_media_type or "", content)
        if matched is None:
            text = f"got {media.get_essence(given) or 'none'}, want {' or '.join(content)}"
            found.violations.append(Violation("media-type", ("body",), text))
            found.is_media_type_unknown = True
            return None
        entry = matched[1]
        self._read_body_value(
            found, media.get_essence(given or entry.name), incoming.body or b"", given, entry
        )
        return entry

    def _read_body_value(
        self, found: ParsedCall, media_type: str, body: bytes, content_type: str, entry: MediaType
    ) -> None:
        schemas = self._plan.schemas
        shape = SchemaTypes(
            schemas.translate(entry.schema, "request"), schemas.get_dialect("request").defs
        )
        try:
            value = media.read(media_type, body, content_type, shape, entry.encodings)
        except (ValueError, RecursionError) as error:
            found.violations.append(
                Violation(
                    "syntax", ("body",), f"is no {media_type}: {_describe_syntax_error(error)}"
                )
            )
            return
        if not media.is_json(media_type):
            value = _to_json(value, shape)
            found.is_body_opaque = value is OPAQUE
        if value is not OPAQUE:
            found.call["body"] = value


#: A body that JSON Schema has no word for.
OPAQUE: Any = object()


def _to_json(value: Any, shape: SchemaTypes) -> Any:
    """Return what a body that is no JSON says, as far as its schema can speak of it.

    Bytes are judged as text of as many characters.
    """
    if isinstance(value, dict):
        return {name: _decode_binary(member) for name, member in value.items()}
    if not shape.types or "string" in shape.types:
        return _decode_binary(value)
    return OPAQUE if shape.types & {"object", "array"} else shape.parse_text(_decode_binary(value))


def _decode_binary(value: Any) -> Any:
    if isinstance(value, list):
        return [_decode_binary(item) for item in value]
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _get_raw_value(
    parameter: Parameter, shape: SchemaTypes, incoming: ParsedRequest, variables: Mapping[str, str]
) -> str | NameValuePairs | None:
    """Return the text that a parameter is read from; None where there is none."""
    if parameter.location == "path":
        return variables.get(parameter.name)
    if parameter.location == "query":
        return incoming.query_pairs
    several = shape.is_array or shape.is_object
    if parameter.location == "cookie":
        return (
            _split_pairs(incoming.cookie_pairs)
            if several and parameter.explode
            else incoming.cookie_pairs
        )
    fields = incoming.headers.all(parameter.name)
    return ",".join(fields).strip(" \t") if fields else None


def _split_pairs(pairs: NameValuePairs) -> NameValuePairs:
    """Return pairs with those taken apart that one cookie carries, joined by `&`. Source: RFC 6570 §3.2.8."""
    parts = (part.partition("=") for name, text in pairs for part in f"{name}={text}".split("&"))
    return [(name, value) for name, _, value in parts]


def _describe_syntax_error(error: Exception) -> str:
    """Return what a reader of text says, without the text that it met."""
    return str(getattr(error, "msg", None) or getattr(error, "reason", None) or error)[:120]
