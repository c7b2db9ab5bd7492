"""The known faults of openapi-core: what a disagreement is recognised by, and why it is theirs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from dynclient.model import Document, Parameter
from dynclient.plan.operation_matcher import OperationMatch, matches_template
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.plan.results import BODILESS_STATUSES
from dynclient.plan.schemas import is_ignored_header
from dynclient.wire import media
from dynclient.wire.message import Response

JudgedKind = Literal["request", "response"]


@dataclass(frozen=True)
class JudgedMessage:
    """A request or response about which two opinions differ.

    Attributes:
        route: the operation, and how it was found.
        incoming: the request.
        response: the sandbox' response.
        kind: which of both is in question.
        ours: why the sandbox refuses it, each as `kind where: what`; () where it accepts.
        theirs: why openapi-core refuses it, each as `Kind: where: what`; () where it accepts.

    """

    route: OperationMatch
    incoming: ParsedRequest
    response: Response
    kind: JudgedKind
    our_reasons: tuple[str, ...] = ()
    their_reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Quirk:
    """A known fault.

    Attributes:
        reason: what openapi-core gets wrong.
        theirs: whether one of its errors comes from this fault.
        ours: whether a line of the sandbox' refusal is one that openapi-core cannot see because of it.

    """

    reason: str
    explains_their_error: Callable[[JudgedMessage, str], bool] = lambda _case, _error: False
    explains_our_refusal: Callable[[JudgedMessage, str], bool] = lambda _case, _line: False


def find_reason(case: JudgedMessage) -> str | None:
    """Return why openapi-core is known to be wrong about a case; None unless each of its findings is explained."""
    found: dict[str, None] = {}
    for text in case.their_reasons or case.our_reasons:
        explains = (
            f
            for f in QUIRKS
            if (
                f.explains_their_error(case, text)
                if case.their_reasons
                else f.explains_our_refusal(case, text)
            )
        )
        fault = next(explains, None)
        if fault is None:
            return None
        found.setdefault(fault.reason)
    return "; ".join(found) or None


_PARAMETER_ERROR = re.compile(r"\w+: (path|query|header|cookie) (.+?): ")


def _find_parameter(case: JudgedMessage, error: str) -> Parameter | None:
    """Return the parameter that an error of theirs is about."""
    about = _PARAMETER_ERROR.match(error)
    found = (
        p
        for p in case.route.operation.parameters
        if about and (p.location, p.name) == about.groups()
    )
    return next(found, None)


def _is_absent(case: JudgedMessage, error: str) -> bool:
    parameter = _find_parameter(case, error)
    if parameter is None or parameter.location == "path":
        return False
    if parameter.location == "header":
        return parameter.name not in case.incoming.headers
    pairs = (
        case.incoming.query_pairs if parameter.location == "query" else case.incoming.cookie_pairs
    )
    return all(name != parameter.name for name, _ in pairs)


def _has_style(*styles: str) -> Callable[[JudgedMessage, str], bool]:
    return lambda case, error: (
        (parameter := _find_parameter(case, error)) is not None and parameter.style in styles
    )


def _is_capital_scheme_error(case: JudgedMessage, text: str) -> bool:
    """Tell whether the document writes the name of an HTTP scheme with capitals."""
    nodes = case.route.operation.document.top["components"]["securitySchemes"]
    keys = (r.scheme.key for requirements in case.route.operation.security for r in requirements)
    names = [nodes[key].get_text("scheme") for key in keys]
    return text.startswith("SecurityValidationError") and any(
        name != name.lower() for name in names
    )


def _is_unauthorized(case: JudgedMessage, _line: str) -> bool:
    return case.response.status == 401 and case.kind == "request"  # noqa: PLR2004 (Unauthorized)


def _has_no_body(case: JudgedMessage, error: str) -> bool:
    status, responses = case.response.status, case.route.operation.responses
    keys = (str(status), f"{status // 100}XX", "default")
    declared = next((responses[key] for key in keys if key in responses), None)
    has_none = (
        status in BODILESS_STATUSES
        or case.incoming.method == "HEAD"
        or (declared is not None and not declared.content)
    )
    return error.startswith("MissingData") and has_none


def _has_empty_body(case: JudgedMessage) -> bool:
    return case.incoming.body == b"" and case.incoming.content_type != ""


def _is_empty_body_error(case: JudgedMessage, error: str) -> bool:
    return error.startswith("MissingRequiredRequestBody") and _has_empty_body(case)


def _is_missing_in_empty_body(case: JudgedMessage, line: str) -> bool:
    """Tell whether the sandbox misses something in a form that has nothing in it."""
    return line.startswith("missing body.") and _has_empty_body(case)


def _matches_text(*patterns: str) -> Callable[[JudgedMessage, str], bool]:
    compiled = [re.compile(pattern) for pattern in patterns]
    return lambda _case, text: any(pattern.search(text) for pattern in compiled)


def _split_error(error: str) -> Iterable[str]:
    return error.partition(": ")[2].partition(": ")[2].split("; ")


def _matches_every_part(pattern: str) -> Callable[[JudgedMessage, str], bool]:
    """Tell whether all keywords that an error names are of one kind."""
    compiled = re.compile(pattern)
    return lambda _case, error: all(compiled.search(part) for part in _split_error(error))


def _require_both(
    first: Callable[[JudgedMessage, str], bool], second: Callable[[JudgedMessage, str], bool]
) -> Callable[[JudgedMessage, str], bool]:
    return lambda case, text: first(case, text) and second(case, text)


def _is_absent_form_object(case: JudgedMessage, error: str) -> bool:
    parameter = _find_parameter(case, error)
    return (
        parameter is not None
        and parameter.style == "form"
        and parameter.explode
        and _is_absent(case, error)
    )


def _is_null_error(case: JudgedMessage, error: str) -> bool:
    version = case.route.operation.document.version
    return version.startswith("3.0") and all("got None" in part for part in _split_error(error))


def _is_shadowed(case: JudgedMessage, _error: str) -> bool:
    """Tell whether another template of no more variables fits the path too: ours has more literal text."""
    own = case.route.operation
    paths = {other.path for other in own.document.operations.values()} - {own.path}
    return any(
        "{" in path
        and path.count("{") <= own.path.count("{")
        and matches_template(path, case.route.path)
        for path in paths
    )


def _is_unexploded_deep_object(case: JudgedMessage, error: str) -> bool:
    parameter = _find_parameter(case, error)
    return parameter is not None and parameter.style == "deepObject" and not parameter.explode


def _is_exploded_cookie(case: JudgedMessage, error: str) -> bool:
    parameter = _find_parameter(case, error)
    return (
        parameter is not None
        and parameter.location == "cookie"
        and parameter.explode
        and "&" in error
    )


def _has_escaped_comma(case: JudgedMessage, error: str) -> bool:
    """Tell whether a value that commas delimit holds one that is escaped, and so is data."""
    parameter = _find_parameter(case, error)
    if (
        parameter is None
        or parameter.style not in ("simple", "form")
        or parameter.location == "header"
    ):
        return False
    if parameter.location == "path":
        return "%2c" in case.route.path_values.get(parameter.name, "").lower()
    pairs = (
        case.incoming.query_pairs if parameter.location == "query" else case.incoming.cookie_pairs
    )
    return not parameter.explode and any(
        "%2c" in text.lower() for name, text in pairs if name == parameter.name
    )


def _is_multipart(case: JudgedMessage, _text: str) -> bool:
    return media.get_essence(case.incoming.content_type).startswith("multipart/")


_REQUIRED_ERROR = re.compile(r"^required at .*'([^']*)' is a required property$")


def _is_one_way_error(case: JudgedMessage, error: str) -> bool:
    """Tell whether an error only misses, in a request, what the document calls read-only, in an answer write-only."""
    matches = [_REQUIRED_ERROR.search(part) for part in _split_error(error)]
    keyword = "readOnly" if case.kind == "request" else "writeOnly"
    return all(
        match is not None
        and match[1] in _find_marked_properties(case.route.operation.document, keyword)
        for match in matches
    )


@lru_cache(maxsize=16)
def _find_marked_properties(document: Document, keyword: str) -> frozenset[str]:
    """Return the names of the properties that a document marks with a keyword, anywhere."""
    found: set[str] = set()
    seen: set[int] = set()  # aliases of YAML share their trees
    todo: list[Any] = [file.tree for file in document.files.by_uri.values()]
    while todo:
        value = todo.pop()
        if not isinstance(value, list | dict) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, list):
            todo += value
            continue
        todo += value.values()
        named = value.get("properties")
        for name, schema in named.items() if isinstance(named, dict) else ():
            if isinstance(schema, dict) and schema.get(keyword) is True:
                found.add(str(name))
    return frozenset(found)


QUIRKS: tuple[Quirk, ...] = (
    Quirk("it does not read paths in matrix or label style", _has_style("matrix", "label")),
    Quirk("it does not read exploded objects in form style", _is_absent_form_object),
    Quirk("it reads deepObject only beside `explode: true`, which says nothing there", _is_unexploded_deep_object),
    Quirk("it does not split the members of an exploded array in a cookie", _is_exploded_cookie),
    Quirk("it does not split spaceDelimited and pipeDelimited values", _has_style("spaceDelimited", "pipeDelimited")),
    Quirk("it reads Accept, Content-Type and Authorization as declared parameters, which the standard ignores",
          lambda case, error: (parameter := _find_parameter(case, error)) is not None and is_ignored_header(parameter)),
    Quirk("it holds a parameter that is absent against its default", _require_both(_is_absent, _matches_text("^InvalidParameter"))),
    Quirk("it takes the text `null` of a parameter for a string", _matches_every_part(r"got 'null'")),
    Quirk("it compares the name of an HTTP scheme with regard to case", _is_capital_scheme_error),
    Quirk("it takes any credential that is there, and does not ask for OAuth 2, OpenID Connect and mutual TLS",
          explains_our_refusal=_is_unauthorized),
    Quirk("it wants a body where a status, HEAD or an empty `content` has none", _has_no_body),
    Quirk("it takes an empty body for none at all", _is_empty_body_error, _is_missing_in_empty_body),
    Quirk("it refuses an empty text in a query, which is a value like any other", _matches_text("EmptyQueryParameterValue")),
    Quirk("it cannot cast where `type` is a list", _matches_text("Expected a string value, got <class 'list'>")),
    Quirk("it does not read an empty object in simple style", _matches_text("dictionary update sequence")),
    Quirk("it does not read an empty array of numbers in simple style",
          _require_both(_has_style("simple"), _matches_text("string to float: ''$", "base 10: ''$"))),
    Quirk("it takes an escaped comma in a flat array or object for one that delimits", _has_escaped_comma),
    Quirk("beside enum, allOf and oneOf it reads `nullable: true` as 3.0.3 has it to the letter; we as authors mean it",
          _is_null_error),
    Quirk("of several templates that fit a path it takes the first with the fewest variables", _is_shadowed),
    Quirk("it keeps bodies that are neither JSON nor text as bytes, which no schema allows", _matches_every_part("got b['\"]")),
    Quirk("it judges formats by a list of its own", _matches_every_part("^format at "), _matches_text("^format ")),
    Quirk("it looks for a schema that a discriminator's value does not name", _matches_text("could not be resolved|'#/comp")),
    Quirk("it cannot read the members of an object whose `type` is a list", _matches_text("got <class 'list'>")),
    Quirk("it does not find the document's server", _matches_text("^ServerNotFound")),
    Quirk("it wants what is required in the other direction: readOnly in a request, writeOnly in an answer",
          _require_both(_matches_text("^InvalidRequestBody|^InvalidData|^DataValidation"), _is_one_way_error)),
    Quirk("it keeps the values of multipart parts as text", _is_multipart, _is_multipart),
)  # fmt: skip
