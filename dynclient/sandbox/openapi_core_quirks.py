"""The known faults of openapi-core, and how a disagreement that comes from one is recognised."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from dynclient.model import Document, Parameter, is_framing_header
from dynclient.plan.operation_matcher import OperationMatch, matches_template
from dynclient.plan.parsed_request import NameValuePairs, ParsedRequest
from dynclient.plan.results import BODILESS_STATUSES
from dynclient.plan.schemas import is_ignored_header
from dynclient.schema.dialect import EXCLUDING_ANNOTATIONS
from dynclient.wire import media
from dynclient.wire.message import Response

UNAUTHORIZED = 401

JudgedKind = Literal["request", "response"]


@dataclass(frozen=True)
class JudgedMessage:
    """A request or response about which two verdicts differ.

    Attributes:
        match: the operation of the request.
        request: the request.
        response: the sandbox' response.
        kind: whether the verdicts are on the request or on the response.
        our_reasons: why the sandbox refuses it, each as `kind where: what`; () where it accepts.
        their_reasons: why openapi-core refuses it, each as `Kind: where: what`; () where it
            accepts.

    """

    match: OperationMatch
    request: ParsedRequest
    response: Response
    kind: JudgedKind
    our_reasons: tuple[str, ...] = ()
    their_reasons: tuple[str, ...] = ()


#: Whether a text, an error of openapi-core or a reason of ours, comes from a quirk.
Test = Callable[[JudgedMessage, str], bool]


def _never(_message: JudgedMessage, _text: str) -> bool:
    return False


@dataclass(frozen=True)
class Quirk:
    """A known fault of openapi-core.

    Attributes:
        reason: what openapi-core gets wrong.
        explains_their_error: whether an error of openapi-core comes from the fault.
        explains_our_refusal: whether openapi-core overlooks a reason of ours because of the fault.

    """

    reason: str
    explains_their_error: Test = _never
    explains_our_refusal: Test = _never

    def explains(self, message: JudgedMessage, text: str) -> bool:
        """Tell whether the fault explains one text of the side that refuses."""
        test = self.explains_their_error if message.their_reasons else self.explains_our_refusal
        return test(message, text)


def find_reason(message: JudgedMessage) -> str | None:
    """Return the known faults that explain a difference; None unless they explain all of it."""
    reasons: dict[str, None] = {}
    for text in message.their_reasons or message.our_reasons:
        quirk = next((quirk for quirk in QUIRKS if quirk.explains(message, text)), None)
        if quirk is None:
            return None
        reasons[quirk.reason] = None
    return "; ".join(reasons) or None


_PARAMETER_ERROR = re.compile(r"\w+: (path|query|header|cookie) (.+?): ")


def _find_parameter(message: JudgedMessage, error: str) -> Parameter | None:
    """Return the parameter that an error of openapi-core is about."""
    located = _PARAMETER_ERROR.match(error)
    if located is None:
        return None
    location, name = located.groups()
    for parameter in message.match.operation.parameters:
        if parameter.location == location and parameter.name == name:
            return parameter
    return None


def _get_pairs(message: JudgedMessage, parameter: Parameter) -> NameValuePairs:
    is_query = parameter.location == "query"
    return message.request.query_pairs if is_query else message.request.cookie_pairs


def _is_absent(message: JudgedMessage, error: str) -> bool:
    parameter = _find_parameter(message, error)
    if parameter is None or parameter.location == "path":
        return False
    if parameter.location == "header":
        return parameter.name not in message.request.headers
    return all(name != parameter.name for name, _ in _get_pairs(message, parameter))


def _is_about_parameter(is_affected: Callable[[Parameter], bool]) -> Test:
    """Return the test whether an error is about a parameter of some kind."""

    def test(message: JudgedMessage, error: str) -> bool:
        parameter = _find_parameter(message, error)
        return parameter is not None and is_affected(parameter)

    return test


def _has_style(*styles: str) -> Test:
    return _is_about_parameter(lambda parameter: parameter.style in styles)


def _is_capital_scheme_error(message: JudgedMessage, text: str) -> bool:
    """Tell whether the document writes the name of an HTTP scheme with capitals."""
    nodes = message.match.operation.document.top["components"]["securitySchemes"]
    if not text.startswith("SecurityValidationError"):
        return False
    for requirements in message.match.operation.security:
        for requirement in requirements:
            name = nodes[requirement.scheme.key].get_text("scheme")
            if name != name.lower():
                return True
    return False


def _is_unauthorized(message: JudgedMessage, _line: str) -> bool:
    return message.response.status == UNAUTHORIZED and message.kind == "request"


def _has_no_body(message: JudgedMessage, error: str) -> bool:
    status = message.response.status
    if not error.startswith("MissingData"):
        return False
    if status in BODILESS_STATUSES or message.request.method == "HEAD":
        return True
    declared = message.match.operation.find_response(status)
    return declared is not None and not declared.content


def _has_empty_body(message: JudgedMessage) -> bool:
    return message.request.body == b"" and message.request.content_type != ""


def _is_empty_body_error(message: JudgedMessage, error: str) -> bool:
    return error.startswith("MissingRequiredRequestBody") and _has_empty_body(message)


def _is_missing_in_empty_body(message: JudgedMessage, line: str) -> bool:
    """Tell whether the sandbox misses a property in an empty form."""
    return line.startswith("missing body.") and _has_empty_body(message)


def _matches_text(*patterns: str) -> Test:
    compiled = [re.compile(pattern) for pattern in patterns]
    return lambda _message, text: any(pattern.search(text) for pattern in compiled)


#: Keywords that a text fails where a schema asks for another value.
_TEXT_BODY_ERROR = _matches_text(r"body: (type|enum|const) at / got ['\"]")


def _split_error(error: str) -> Iterable[str]:
    return error.partition(": ")[2].partition(": ")[2].split("; ")


def _matches_every_part(pattern: str) -> Test:
    """Return the test whether all keywords of an error match a pattern."""
    compiled = re.compile(pattern)
    return lambda _message, error: all(compiled.search(part) for part in _split_error(error))


def _require_both(first: Test, second: Test) -> Test:
    return lambda message, text: first(message, text) and second(message, text)


def _is_absent_form_object(message: JudgedMessage, error: str) -> bool:
    parameter = _find_parameter(message, error)
    if parameter is None or parameter.style != "form" or not parameter.explode:
        return False
    return _is_absent(message, error)


def _is_framing_header_error(_message: JudgedMessage, error: str) -> bool:
    located = _PARAMETER_ERROR.match(error)
    return located is not None and located[1] == "header" and is_framing_header(located[2])


def _is_text_body_error(message: JudgedMessage, error: str) -> bool:
    """Tell whether a body of text is held as a text against a schema of another type."""
    is_request = message.kind == "request"
    content_type = message.request.content_type
    if not is_request:
        content_type = message.response.headers.get("content-type", "")
    is_text = media.is_text(content_type) and not media.is_json(content_type)
    return is_text and _TEXT_BODY_ERROR(message, error)


def _is_null_error(message: JudgedMessage, error: str) -> bool:
    version = message.match.operation.document.version
    return version.startswith("3.0") and all("got None" in part for part in _split_error(error))


def _is_shadowed(message: JudgedMessage, _error: str) -> bool:
    """Tell whether another template with as few variables matches the path too.

    Ours is the one with more literal text.
    """
    own = message.match.operation
    for path in {other.path for other in own.document.operations.values()} - {own.path}:
        has_as_few = 0 < path.count("{") <= own.path.count("{")
        if has_as_few and matches_template(path, message.match.path):
            return True
    return False


def _is_unexploded_deep_object(message: JudgedMessage, error: str) -> bool:
    parameter = _find_parameter(message, error)
    return parameter is not None and parameter.style == "deepObject" and not parameter.explode


def _is_exploded_cookie(message: JudgedMessage, error: str) -> bool:
    parameter = _find_parameter(message, error)
    if parameter is None or parameter.location != "cookie":
        return False
    return parameter.explode and "&" in error


def _has_escaped_comma(message: JudgedMessage, error: str) -> bool:
    """Tell whether a value that is delimited by commas holds an escaped one, which is data."""
    parameter = _find_parameter(message, error)
    if parameter is None or parameter.location == "header":
        return False
    if parameter.style not in ("simple", "form"):
        return False
    if parameter.location == "path":
        return "%2c" in message.match.path_values.get(parameter.name, "").lower()
    if parameter.explode:
        return False
    texts = [text for name, text in _get_pairs(message, parameter) if name == parameter.name]
    return any("%2c" in text.lower() for text in texts)


def _is_multipart(message: JudgedMessage, _text: str) -> bool:
    return media.get_essence(message.request.content_type).startswith("multipart/")


_NO_TAG = r"discriminating property"
_NO_OBJECT = r"(oneOf|anyOf|allOf) at [^ :]*( got .*)?: .*is not of type 'object'"

_REQUIRED_ERROR = re.compile(r"^required at .*'([^']*)' is a required property$")


def _is_one_way_error(message: JudgedMessage, error: str) -> bool:
    """Tell whether an error only misses properties that do not travel in this direction.

    These are read-only ones in a request, write-only ones in a response.
    """
    keyword = EXCLUDING_ANNOTATIONS[message.kind]
    one_way_names = _find_marked_properties(message.match.operation.document, keyword)
    for part in _split_error(error):
        found = _REQUIRED_ERROR.search(part)
        if found is None or found[1] not in one_way_names:
            return False
    return True


@lru_cache(maxsize=16)
def _find_marked_properties(document: Document, keyword: str) -> frozenset[str]:
    """Return the names of the properties that have a keyword, anywhere in a document."""
    names: set[str] = set()
    visited: set[int] = set()  # Aliases of YAML share their trees.
    todo: list[Any] = [file.tree for file in document.files.by_uri.values()]
    while todo:
        value = todo.pop()
        if not isinstance(value, list | dict) or id(value) in visited:
            continue
        visited.add(id(value))
        if isinstance(value, list):
            todo += value
        else:
            todo += value.values()
            names |= _find_marked_names(value.get("properties"), keyword)
    return frozenset(names)


def _find_marked_names(properties: Any, keyword: str) -> set[str]:
    if not isinstance(properties, dict):
        return set()
    names = set()
    for name, schema in properties.items():
        if isinstance(schema, dict) and schema.get(keyword) is True:
            names.add(str(name))
    return names


QUIRKS: tuple[Quirk, ...] = (
    Quirk("it does not read paths in matrix or label style", _has_style("matrix", "label")),
    Quirk("it does not read exploded objects in form style", _is_absent_form_object),
    Quirk(
        "it reads deepObject only beside `explode: true`, which says nothing there",
        _is_unexploded_deep_object,
    ),
    Quirk("it does not split the members of an exploded array in a cookie", _is_exploded_cookie),
    Quirk(
        "it does not split spaceDelimited and pipeDelimited values",
        _has_style("spaceDelimited", "pipeDelimited"),
    ),
    Quirk(
        "it reads Accept, Content-Type and Authorization as declared parameters,"
        " which the standard ignores",
        _is_about_parameter(is_ignored_header),
    ),
    Quirk(
        "it reads header fields that frame the message as declared parameters",
        _is_framing_header_error,
    ),
    Quirk(
        "it applies `readOnly` to parameters; it says something of properties only",
        _require_both(_is_about_parameter(lambda _: True), _matches_every_part("^readOnly at ")),
    ),
    Quirk(
        "it refuses a value without the property that a discriminator names",
        _matches_every_part(_NO_TAG),
    ),
    Quirk(
        "it refuses a value that is no object beside a discriminator",
        _matches_every_part(_NO_OBJECT),
    ),
    Quirk(
        "an empty `enum` is none for us; it takes no value there",
        _matches_every_part(r"is not one of \[\]"),
    ),
    Quirk(
        "it holds a body that is text as a text against a schema of another type",
        _is_text_body_error,
    ),
    Quirk(
        "it holds a parameter that is absent against its default",
        _require_both(_is_absent, _matches_text("^InvalidParameter")),
    ),
    Quirk(
        "it takes the text `null` of a parameter for a string", _matches_every_part(r"got 'null'")
    ),
    Quirk("it compares the name of an HTTP scheme with regard to case", _is_capital_scheme_error),
    Quirk(
        "it takes any credential that is there, and does not ask for OAuth 2, OpenID Connect"
        " and mutual TLS",
        explains_our_refusal=_is_unauthorized,
    ),
    Quirk("it wants a body where a status, HEAD or an empty `content` has none", _has_no_body),
    Quirk(
        "it takes an empty body for none at all", _is_empty_body_error, _is_missing_in_empty_body
    ),
    Quirk(
        "it refuses an empty text in a query, which is a value like any other",
        _matches_text("EmptyQueryParameterValue"),
    ),
    Quirk(
        "it cannot cast where `type` is a list",
        _matches_text("Expected a string value, got <class 'list'>"),
    ),
    Quirk(
        "it does not read an empty object in simple style",
        _matches_text("dictionary update sequence"),
    ),
    Quirk(
        "it does not read an empty array of numbers in simple style",
        _require_both(_has_style("simple"), _matches_text("string to float: ''$", "base 10: ''$")),
    ),
    Quirk(
        "it takes an escaped comma in a flat array or object for one that delimits",
        _has_escaped_comma,
    ),
    Quirk(
        "beside enum, allOf and oneOf it reads `nullable: true` as 3.0.3 has it to the letter;"
        " we as authors mean it",
        _is_null_error,
    ),
    Quirk(
        "of several templates that fit a path it takes the first with the fewest variables",
        _is_shadowed,
    ),
    Quirk(
        "it keeps bodies that are neither JSON nor text as bytes, which no schema allows",
        _matches_every_part("got b['\"]"),
    ),
    Quirk(
        "it judges formats by a list of its own",
        _matches_every_part("^format at "),
        _matches_text("^format "),
    ),
    Quirk(
        "it looks for a schema that a discriminator's value does not name",
        _matches_text("could not be resolved|'#/comp"),
    ),
    Quirk(
        "it wants the property of a discriminator in every value, and only objects",
        _matches_text(
            "does not contain discriminating property",
            r"(one|any)Of at .* is not of type 'object'$",
        ),
    ),
    Quirk(
        "it cannot read the members of an object whose `type` is a list",
        _matches_text("got <class 'list'>"),
    ),
    Quirk("it does not find the document's server", _matches_text("^ServerNotFound")),
    Quirk(
        "it wants what is required in the other direction: readOnly in a request,"
        " writeOnly in an answer",
        _require_both(
            _matches_text("^InvalidRequestBody|^InvalidData|^DataValidation"), _is_one_way_error
        ),
    ),
    Quirk("it keeps the values of multipart parts as text", _is_multipart, _is_multipart),
)
