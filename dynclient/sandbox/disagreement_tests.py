"""How a disagreement with openapi-core is recognised as one of a known kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from dynclient.model import METHODS, Document, Parameter, is_framing_header
from dynclient.plan.operation_matcher import OperationMatch, matches_template
from dynclient.plan.parsed_request import NameValuePairs, ParsedRequest
from dynclient.plan.result_table import BODILESS_STATUSES
from dynclient.schema.dialect import EXCLUDING_ANNOTATIONS
from dynclient.wire import media
from dynclient.wire.message import Response

UNAUTHORIZED = 401

_CHOICE_KEYWORDS = frozenset({"oneOf", "anyOf", "allOf"})

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


def never(_message: JudgedMessage, _text: str) -> bool:
    """Explain nothing."""
    return False


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


def is_absent(message: JudgedMessage, error: str) -> bool:
    """Tell whether an error is about a parameter that the request lacks."""
    parameter = _find_parameter(message, error)
    if parameter is None or parameter.location == "path":
        return False
    if parameter.location == "header":
        return parameter.name not in message.request.headers
    return all(name != parameter.name for name, _ in _get_pairs(message, parameter))


def is_about_parameter(is_affected: Callable[[Parameter], bool]) -> Test:
    """Return the test whether an error is about a parameter of some kind."""

    def test(message: JudgedMessage, error: str) -> bool:
        parameter = _find_parameter(message, error)
        return parameter is not None and is_affected(parameter)

    return test


def has_style(*styles: str) -> Test:
    """Return the test whether an error is about a parameter of some style."""
    return is_about_parameter(lambda parameter: parameter.style in styles)


def is_unknown_scheme_error(message: JudgedMessage, text: str) -> bool:
    """Tell whether an HTTP scheme of the operation is one that openapi-core does not know."""
    nodes = message.match.operation.document.top["components"]["securitySchemes"]
    if not text.startswith("SecurityValidationError"):
        return False
    for requirements in message.match.operation.security:
        for requirement in requirements:
            name = nodes[requirement.scheme.key].get_text("scheme")
            if name not in ("", "basic", "bearer"):
                return True
    return False


def is_unauthorized(message: JudgedMessage, _line: str) -> bool:
    """Tell whether the sandbox misses a credential."""
    return message.response.status == UNAUTHORIZED and message.kind == "request"


def has_no_body(message: JudgedMessage, error: str) -> bool:
    """Tell whether an error misses a body where none is sent."""
    status = message.response.status
    if not error.startswith("MissingData"):
        return False
    if status in BODILESS_STATUSES or message.request.method == "HEAD":
        return True
    declared = message.match.operation.find_response(status)
    return declared is not None and not declared.content


def _has_empty_body(message: JudgedMessage) -> bool:
    return message.request.body == b"" and message.request.content_type != ""


def is_empty_body_error(message: JudgedMessage, error: str) -> bool:
    """Tell whether an error takes an empty body for none."""
    return error.startswith("MissingRequiredRequestBody") and _has_empty_body(message)


def is_missing_in_empty_body(message: JudgedMessage, line: str) -> bool:
    """Tell whether the sandbox misses a property in an empty form."""
    return line.startswith("missing body.") and _has_empty_body(message)


def matches_text(*patterns: str) -> Test:
    """Return the test whether a text matches one of some patterns."""
    compiled = [re.compile(pattern) for pattern in patterns]
    return lambda _message, text: any(pattern.search(text) for pattern in compiled)


#: Keywords that a text fails where a schema asks for another value.
_TEXT_BODY_ERROR = matches_text(r"body: (type|enum|const) at / got ['\"]")


def _split_error(error: str) -> Iterable[str]:
    return error.partition(": ")[2].partition(": ")[2].split("; ")


def matches_every_part(pattern: str) -> Test:
    """Return the test whether all keywords of an error match a pattern."""
    compiled = re.compile(pattern)
    return lambda _message, error: all(compiled.search(part) for part in _split_error(error))


def matches_any(*tests: Test) -> Test:
    """Return the test whether one of some tests holds."""
    return lambda message, text: any(test(message, text) for test in tests)


def require_both(first: Test, second: Test) -> Test:
    """Return the test whether two tests hold."""
    return lambda message, text: first(message, text) and second(message, text)


def is_absent_form_object(message: JudgedMessage, error: str) -> bool:
    """Tell whether an error misses an exploded object, whose members are parameters."""
    parameter = _find_parameter(message, error)
    if parameter is None or parameter.style != "form" or not parameter.explode:
        return False
    return is_absent(message, error)


def is_framing_header_error(_message: JudgedMessage, error: str) -> bool:
    """Tell whether an error is about a header field that frames the message."""
    located = _PARAMETER_ERROR.match(error)
    return located is not None and located[1] == "header" and is_framing_header(located[2])


def is_text_body_error(message: JudgedMessage, error: str) -> bool:
    """Tell whether a body of text is held as a text against a schema of another type."""
    is_request = message.kind == "request"
    content_type = message.request.content_type
    if not is_request:
        content_type = message.response.headers.get("content-type", "")
    is_text = media.is_text(content_type) and not media.is_json(content_type)
    return is_text and _TEXT_BODY_ERROR(message, error)


def is_null_error(message: JudgedMessage, error: str) -> bool:
    """Tell whether an error is about null in a document of OpenAPI 3.0."""
    version = message.match.operation.document.version
    return version.startswith("3.0") and all("got None" in part for part in _split_error(error))


def is_shadowed(message: JudgedMessage, _error: str) -> bool:
    """Tell whether another template with as few variables matches the path too.

    Ours is the one with more literal text.
    """
    own = message.match.operation
    for path in {other.path for other in own.document.operations.values()} - {own.path}:
        has_as_few = 0 < path.count("{") <= own.path.count("{")
        if has_as_few and matches_template(path, message.match.path):
            return True
    return False


def is_unexploded_deep_object(message: JudgedMessage, error: str) -> bool:
    """Tell whether an error is about an unexploded object in deepObject style."""
    parameter = _find_parameter(message, error)
    return parameter is not None and parameter.style == "deepObject" and not parameter.explode


def is_exploded_cookie(message: JudgedMessage, error: str) -> bool:
    """Tell whether an error is about several members of an exploded cookie."""
    parameter = _find_parameter(message, error)
    if parameter is None or parameter.location != "cookie":
        return False
    return parameter.explode and "&" in error


def has_escaped_comma(message: JudgedMessage, error: str) -> bool:
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


def is_multipart(message: JudgedMessage, _text: str) -> bool:
    """Tell whether the request has parts."""
    return media.get_essence(message.request.content_type).startswith("multipart/")


NO_TAG = r"discriminating property"
NO_OBJECT = r"(oneOf|anyOf|allOf) at [^ :]*( got .*)?: .*is not of type 'object'"

_REQUIRED_ERROR = re.compile(r"^required at .*'([^']*)' is a required property$")


def is_one_way_error(message: JudgedMessage, error: str) -> bool:
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
    for value in _walk_objects(document):
        names |= _find_marked_names(value.get("properties"), keyword)
    return frozenset(names)


def _walk_objects(document: Document) -> Iterator[dict[str, Any]]:
    """Yield every JSON object of a document's files once."""
    visited: set[int] = set()  # Aliases of YAML share their trees.
    todo: list[Any] = [file.tree for file in document.files.read_all().values()]
    while todo:
        value = todo.pop()
        if not isinstance(value, list | dict) or id(value) in visited:
            continue
        visited.add(id(value))
        if isinstance(value, list):
            todo += value
        else:
            todo += value.values()
            yield value


def _find_marked_names(properties: Any, keyword: str) -> set[str]:
    if not isinstance(properties, dict):
        return set()
    names = set()
    for name, schema in properties.items():
        if isinstance(schema, dict) and schema.get(keyword) is True:
            names.add(str(name))
    return names


_UNCAST = re.compile(r"^(?P<keyword>\w+) at /\S* got ['\"]")


def is_uncast_parameter(message: JudgedMessage, error: str) -> bool:
    """Tell whether a value that has to be another is still a text, as no `type` is beside it."""
    parameter = _find_parameter(message, error)
    if parameter is None or parameter.schema is None:
        return False
    has_type = parameter.schema.resolve().get_child("type").value is not None
    keywords = {"type"} if has_type else {"type", "enum", "const", *_CHOICE_KEYWORDS}
    matches = [_UNCAST.match(part) for part in _split_error(error)]
    return all(match is not None and match["keyword"] in keywords for match in matches)


def is_allowed_empty_value(message: JudgedMessage, error: str) -> bool:
    """Tell whether an error is about an empty text that `allowEmptyValue` allows."""
    parameter = _find_parameter(message, error)
    if parameter is None or not parameter.node.get_flag("allowEmptyValue"):
        return False
    return (parameter.name, "") in message.request.query_pairs


def is_form_value_error(message: JudgedMessage, error: str) -> bool:
    """Tell whether a form cannot be cast."""
    essence = media.get_essence(message.request.content_type)
    is_form = essence == "application/x-www-form-urlencoded"
    return is_form and re.match(r"RequestBodyValidationError: body: \w*Error: ", error) is not None


def is_form_without_object(message: JudgedMessage, error: str) -> bool:
    """Tell whether an error takes a form for an object where its schema wants another value."""
    essence = media.get_essence(message.request.content_type)
    is_form = essence == "application/x-www-form-urlencoded"
    return is_form and error.startswith("InvalidRequestBody: body: type at / got {")


#: What a schema says that no value fits, to a value that fits it as its author means it.
_UNSATISFIABLE_ERROR = re.compile(
    r"(additional|unevaluated)Properties at "
    r"|type at .*is not of type 'null'$"
    r"|(oneOf|anyOf) at \S* got None"
)


def is_unsatisfiable_schema_error(message: JudgedMessage, error: str) -> bool:
    """Tell whether an error comes from a schema that no value fits by the letter."""
    if not all(map(_UNSATISFIABLE_ERROR.match, _split_error(error))):
        return False
    return any(
        problem.code == "unsatisfiable-schema"
        for problem in message.match.operation.document.problems
    )


def is_additional_operation(message: JudgedMessage, error: str) -> bool:
    """Tell whether an operation with a method that OpenAPI does not list is not found."""
    method = message.match.operation.method.lower()
    return method not in METHODS and error.startswith("OperationNotFound")


def has_no_content_type(message: JudgedMessage, error: str) -> bool:
    """Tell whether an error misses the Content-Type."""
    return message.request.content_type == "" and "MediaTypeNotFound" in error


_OUR_PARAMETER_REASON = re.compile(r"(?P<kind>\w+) (?P<location>path|query|header|cookie)\.")
_OUR_SCALAR_REASON = re.compile(r"[^:]*: got '(?P<text>[^']*)', want .*(boolean|integer|number)")
_PYTHON_BOOLEANS = frozenset({
    "y", "yes", "t", "true", "on", "1", "n", "no", "f", "false", "off", "0",
})  # fmt: skip


def _find_own_parameter(message: JudgedMessage, reason: str) -> Parameter | None:
    """Return the parameter that a reason of ours is about."""
    located = _OUR_PARAMETER_REASON.match(reason)
    if located is None:
        return None
    rest = reason[located.end() :]
    for parameter in message.match.operation.parameters:
        is_named = re.match(rf"{re.escape(parameter.name)}(?=[.\[:])", rest) is not None
        if parameter.location == located["location"] and is_named:
            return parameter
    return None


def is_read_by_python(message: JudgedMessage, reason: str) -> bool:
    """Tell whether Python makes a number or boolean of a text that JSON does not."""
    found = _OUR_SCALAR_REASON.match(reason)
    if found is None or _find_own_parameter(message, reason) is None:
        return False
    if found["text"].lower() in _PYTHON_BOOLEANS:
        return True
    try:
        float(found["text"])
    except ValueError:
        return False
    return True


def has_default_of_missing(message: JudgedMessage, reason: str) -> bool:
    """Tell whether we miss a parameter that has a default."""
    parameter = _find_own_parameter(message, reason)
    if not reason.startswith("missing ") or parameter is None or parameter.schema is None:
        return False
    return "default" in parameter.schema.resolve().member_keys()


def is_in_unsplit_object(message: JudgedMessage, reason: str) -> bool:
    """Tell whether we refuse a parameter that openapi-core does not split."""
    parameter = _find_own_parameter(message, reason)
    if parameter is None or f".{parameter.name}." not in reason.partition(": ")[0]:
        return False
    is_delimited = parameter.style in ("spaceDelimited", "pipeDelimited")
    return is_delimited or (parameter.style == "form" and parameter.explode)


def has_charset(message: JudgedMessage, reason: str) -> bool:
    """Tell whether we decode a body by its charset."""
    is_syntax = reason.startswith("syntax body: is no ")
    return is_syntax and "charset" in message.request.content_type.lower()


def has_reference_with_siblings(message: JudgedMessage, reason: str) -> bool:
    """Tell whether the schema that refuses is a `$ref` with other keywords beside it."""
    operation = message.match.operation
    if operation.document.version.startswith("3.0"):
        return False
    schemas = []
    parameter = _find_own_parameter(message, reason)
    if parameter is not None:
        schemas = [parameter.schema]
    elif operation.request_body is not None:
        schemas = [entry.schema for entry in operation.request_body.content.values()]
    values = [schema.value for schema in schemas if schema is not None]
    return any(isinstance(v, dict) and "$ref" in v and len(v) > 1 for v in values)


def is_in_tagged_body(message: JudgedMessage, reason: str) -> bool:
    """Tell whether a tag is refused, or a body in a document that tags a base schema."""
    found = re.match(r"(?P<kind>\w+) body(?P<path>[^:]*):", reason)
    if found is None:
        return False
    tags, has_tagged_base = _find_discriminators(message.match.operation.document)
    is_tag = found["kind"] == "enum" and found["path"].rpartition(".")[2] in tags
    return is_tag or has_tagged_base


@lru_cache(maxsize=16)
def _find_discriminators(document: Document) -> tuple[frozenset[str], bool]:
    """Return the properties that discriminators name, and whether one is on a base schema."""
    tags: set[str] = set()
    has_tagged_base = False
    for value in _walk_objects(document):
        discriminator = value.get("discriminator")
        if isinstance(discriminator, dict) and "propertyName" in discriminator:
            tags.add(str(discriminator["propertyName"]))
            has_tagged_base |= _CHOICE_KEYWORDS.isdisjoint(value)
    return frozenset(tags), has_tagged_base


def is_unread_form_field(message: JudgedMessage, reason: str) -> bool:
    """Tell whether a form repeats a field that is no array, or has one that is undeclared."""
    essence = media.get_essence(message.request.content_type)
    is_form = essence == "application/x-www-form-urlencoded"
    is_unread = re.match(r"type body\.[^:]*: got an array|unknown body\.", reason) is not None
    return is_form and is_unread
