"""A request is read into its call document: the mirror of `request_writer`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from dynclient.model import QUERYSTRING, TEMPLATE_VARIABLE, MediaType, Parameter
from dynclient.plan.parsed_request import NameValuePairs, ParsedRequest
from dynclient.plan.plan import Plan
from dynclient.plan.schemas import is_ignored_header
from dynclient.violations import Violation, sort_violations
from dynclient.wire import media, media_types
from dynclient.wire.parameters import (
    ParameterAbsent,
    is_declared_name,
    is_exploded_member,
    read_parameter,
)
from dynclient.wire.querystring import read_querystring
from dynclient.wire.schema_types import SchemaTypes

#: A body whose schema cannot check it (XML, for one): it is accepted as it is.
OPAQUE: Any = object()


@dataclass
class ParsedCall:
    """The call document of a request, and what is wrong with it.

    Attributes:
        call: the call document.
        violations: everything that the document's consumer refuses.
        is_media_type_unknown: whether the body's media type is undeclared.
        is_body_opaque: whether JSON Schema cannot check the body, as it is XML or multipart.

    """

    call: dict[str, Any] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)
    is_media_type_unknown: bool = False
    is_body_opaque: bool = False

    def add_violation(self, kind: str, path: tuple[str, ...], message: str) -> None:
        """Add a violation."""
        self.violations.append(Violation(kind, path, message))


class RequestReader:
    """Reads the requests of one operation; it keeps nothing of any of them.

    Args:
        plan: of the operation.

    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._types_by_parameter: dict[Parameter, SchemaTypes] = {}
        for parameter in plan.operation.parameters:
            if not is_ignored_header(parameter):
                self._types_by_parameter[parameter] = self._build_types(parameter.schema)
        self._querystring = plan.operation.querystring
        self._querystring_types = SchemaTypes(True, {})
        if self._querystring is not None:
            self._querystring_types = SchemaTypes(
                plan.schemas.translate_querystring(self._querystring),
                plan.schemas.get_dialect("request").defs,
            )
        schemes = plan.operation.document.security_schemes.values()
        self._query_credentials = {s.name for s in schemes if s.location == "query"}
        self._path_variables = frozenset(TEMPLATE_VARIABLE.findall(plan.operation.path))

    def _build_types(self, schema: Any) -> SchemaTypes:
        schemas = self._plan.schemas
        return SchemaTypes(
            schemas.translate(schema, "request"), schemas.get_dialect("request").defs
        )

    def read(self, request: ParsedRequest, path_values: Mapping[str, str]) -> ParsedCall:
        """Return the call document of a request, and its violations.

        Args:
            request: the request.
            path_values: the values of the path variables, still percent-encoded.

        """
        parsed_call = ParsedCall()
        self._read_parameters(parsed_call, request, path_values)
        self._read_querystring(parsed_call, request)
        entry = self._read_body(parsed_call, request)
        if not parsed_call.is_media_type_unknown:
            self._check(parsed_call, entry.name if entry else None)
        parsed_call.violations = sort_violations(parsed_call.violations)
        return parsed_call

    def _check(self, parsed_call: ParsedCall, media_type: str | None) -> None:
        checker = self._plan.get_checker(media_type, "consumer")
        reported_paths = {violation.path for violation in parsed_call.violations}
        for violation in checker.check(parsed_call.call):
            is_reported = violation.path in reported_paths
            if not is_reported and self._is_relevant(violation, parsed_call):
                parsed_call.violations.append(violation)

    def _is_relevant(self, violation: Violation, parsed_call: ParsedCall) -> bool:
        """Tell whether the caller can mend a violation.

        A body that cannot be checked has none. A path parameter that the path template lacks cannot
        be sent.
        """
        if violation.path[:1] == ("body",):
            return not parsed_call.is_body_opaque
        if violation.kind == "missing" and violation.path[:1] == ("path",):
            return violation.path[-1] in self._path_variables
        return True

    # --- parameters

    def _read_parameters(
        self, parsed_call: ParsedCall, request: ParsedRequest, path_values: Mapping[str, str]
    ) -> None:
        """Read the parameters; a location with a required one is present even when it is empty."""
        call = parsed_call.call
        for parameter, types in self._types_by_parameter.items():
            if parameter.required:
                call.setdefault(parameter.location, {})
            raw_value = _get_raw_value(parameter, types, request, path_values)
            if raw_value is None:
                continue
            own_value = self._exclude_claimed(parameter, types, raw_value)
            try:
                value = read_parameter(parameter, types, own_value)
            except ParameterAbsent:
                continue
            except (ValueError, RecursionError) as error:
                path = (parameter.location, parameter.name)
                parsed_call.add_violation("syntax", path, _describe_syntax_error(error))
                continue
            call.setdefault(parameter.location, {})[parameter.name] = value

    def _read_querystring(self, parsed_call: ParsedCall, request: ParsedRequest) -> None:
        """Read the whole query as one value, without a credential that stands beside it."""
        querystring, types = self._querystring, self._querystring_types
        if querystring is None or querystring.content is None:
            return
        pieces = request.query.split("&")
        own = [piece for piece in pieces if not self._is_credential(piece, types)]
        try:
            value = read_querystring(querystring.content, types, "&".join(own))
        except ParameterAbsent:
            return
        except (ValueError, RecursionError) as error:
            message = f"is no {querystring.content.name}: {_describe_syntax_error(error)}"
            parsed_call.add_violation("syntax", (QUERYSTRING,), message)
            return
        parsed_call.call[QUERYSTRING] = value

    def _is_credential(self, piece: str, types: SchemaTypes) -> bool:
        """Tell whether a piece of the query is an api key that its schema does not declare."""
        name = unquote(piece.partition("=")[0])
        return name in self._query_credentials and not types.has_property(name)

    def _exclude_claimed(
        self, parameter: Parameter, types: SchemaTypes, raw_value: str | NameValuePairs
    ) -> str | NameValuePairs:
        """Return the pairs of an exploded object: those that no other parameter claims."""
        if isinstance(raw_value, str) or not (parameter.explode and "object" in types.types):
            return raw_value
        return [
            (name, text)
            for name, text in raw_value
            if not self._is_claimed_by_another(parameter, types, unquote(name))
        ]

    def _is_claimed_by_another(
        self, parameter: Parameter, own_types: SchemaTypes, name: str
    ) -> bool:
        """Tell whether a name is another parameter's; a member that both declare is of both."""
        is_own_member = own_types.has_property(name)
        for other, types in self._types_by_parameter.items():
            is_beside = other is not parameter and other.location == parameter.location
            if not is_beside or not is_declared_name(other, types, name):
                continue
            is_member_of_both = is_own_member and is_exploded_member(other, types, name)
            if not is_member_of_both:
                return True
        return False

    # --- the body

    def _read_body(self, parsed_call: ParsedCall, request: ParsedRequest) -> MediaType | None:
        """Read the body, and return the Media Type Object that its schema is in."""
        body = self._plan.operation.request_body
        if body is None or not body.content:
            return None
        if _is_body_absent(request):
            return self._plan.find_media_type(None)

        content_type = request.content_type
        searched = content_type or self._plan.preferred_media_type or ""
        matched = media_types.match_media_type(searched, body.content)
        if matched is None:
            got, wanted = media.get_essence(content_type) or "none", " or ".join(body.content)
            parsed_call.add_violation("media-type", ("body",), f"got {got}, want {wanted}")
            parsed_call.is_media_type_unknown = True
            return None
        entry = matched[1]
        representative = media_types.get_representative(searched)
        is_included = media_types.match_media_type(representative, {entry.name: entry}) is not None
        if media_types.is_range(entry.name) and is_included:
            # A caller may invent media types: those of one kind are read alike.
            entry = entry.narrow(representative)
        self._read_body_value(parsed_call, request, entry)
        return entry

    def _read_body_value(
        self, parsed_call: ParsedCall, request: ParsedRequest, entry: MediaType
    ) -> None:
        content_type = request.content_type
        media_type = media.get_essence(content_type or entry.name)
        schemas = self._plan.schemas
        types = SchemaTypes(
            schemas.translate_content(entry, "request"), schemas.get_dialect("request").defs
        )
        content = request.body or b""
        try:
            value = media.read(media_type, content, content_type, types, entry.encodings)
        except (ValueError, RecursionError) as error:
            message = f"is no {media_type}: {_describe_syntax_error(error)}"
            parsed_call.add_violation("syntax", ("body",), message)
            return
        if not media.is_json(media_type):
            value = _to_json(value, types)
            parsed_call.is_body_opaque = value is OPAQUE
        if value is not OPAQUE:
            parsed_call.call["body"] = value


def _is_body_absent(request: ParsedRequest) -> bool:
    """Tell whether a request has no body; an empty one with a type other than JSON is a body."""
    if request.body:
        return False
    has_other_type = request.content_type != "" and not media.is_json(request.content_type)
    return request.body is None or not has_other_type


def _to_json(value: Any, types: SchemaTypes) -> Any:
    """Return a body that is not JSON as JSON data, as far as its schema can check it.

    Bytes become a text of as many characters. A form that is no object is ready text in a call.
    """
    if isinstance(value, dict) and types.types and "object" not in types.types:
        return OPAQUE
    if isinstance(value, dict):
        return {name: _decode_binary(member) for name, member in value.items()}
    if isinstance(value, list):
        return _decode_binary(value) if types.is_array else OPAQUE
    if types.can_be_any_text or not types.types & {"object", "array"}:
        return _decode_binary(value)
    return OPAQUE


def _decode_binary(value: Any) -> Any:
    if isinstance(value, list):
        return [_decode_binary(item) for item in value]
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _get_raw_value(
    parameter: Parameter,
    types: SchemaTypes,
    request: ParsedRequest,
    path_values: Mapping[str, str],
) -> str | NameValuePairs | None:
    """Return the text, or the pairs, that a parameter is read from; None where there is none."""
    if parameter.location == "path":
        return path_values.get(parameter.name)
    if parameter.location == "query":
        return request.query_pairs
    if parameter.location == "cookie":
        if parameter.style == "cookie":
            return request.cookie_pairs
        is_composite = types.is_array or types.is_object
        pairs = request.cookie_pairs
        return _split_pairs(pairs) if is_composite and parameter.explode else pairs
    fields = request.headers.all(parameter.name)
    return ",".join(fields).strip(" \t") if fields else None


def _split_pairs(pairs: NameValuePairs) -> NameValuePairs:
    """Return the pairs that cookies carry, joined by `&`. Source: RFC 6570 §3.2.8."""
    split: NameValuePairs = []
    for name, text in pairs:
        for part in f"{name}={text}".split("&"):
            part_name, _, value = part.partition("=")
            split.append((part_name, value))
    return split


def _describe_syntax_error(error: Exception) -> str:
    """Return the message of a parser's error, without the text that it read."""
    message = getattr(error, "msg", None) or getattr(error, "reason", None) or error
    return str(message)[:120]
