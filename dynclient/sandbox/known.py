"""The known faults of openapi-core: what a disagreement is recognised by, and why it is theirs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from dynclient.model import Document, Parameter
from dynclient.plan.results import NO_CONTENT
from dynclient.plan.schemas import is_elsewhere
from dynclient.sandbox.incoming import Incoming
from dynclient.sandbox.routes import Route, fits
from dynclient.wire import media
from dynclient.wire.message import Response

Kind = Literal["request", "response"]


@dataclass(frozen=True)
class Case:
    """A request or response about which two opinions differ.

    Attributes:
        route: the operation, and how it was found.
        incoming: the request.
        response: the sandbox' response.
        kind: which of both is in question.
        ours: why the sandbox refuses it, each as `kind where: what`; () where it accepts.
        theirs: why openapi-core refuses it, each as `Kind: where: what`; () where it accepts.

    """

    route: Route
    incoming: Incoming
    response: Response
    kind: Kind
    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fault:
    """A known fault.

    Attributes:
        reason: what openapi-core gets wrong.
        theirs: whether one of its errors comes from this fault.
        ours: whether a line of the sandbox' refusal is one that openapi-core cannot see because of it.

    """

    reason: str
    theirs: Callable[[Case, str], bool] = lambda _case, _error: False
    ours: Callable[[Case, str], bool] = lambda _case, _line: False


def reason(case: Case) -> str | None:
    """Return why openapi-core is known to be wrong about a case; None unless each of its findings is explained."""
    found: dict[str, None] = {}
    for text in case.theirs or case.ours:
        explains = (
            f for f in KNOWN if (f.theirs(case, text) if case.theirs else f.ours(case, text))
        )
        fault = next(explains, None)
        if fault is None:
            return None
        found.setdefault(fault.reason)
    return "; ".join(found) or None


_ABOUT = re.compile(r"\w+: (path|query|header|cookie) (.+?): ")


def _parameter(case: Case, error: str) -> Parameter | None:
    """Return the parameter that an error of theirs is about."""
    about = _ABOUT.match(error)
    found = (
        p
        for p in case.route.operation.parameters
        if about and (p.location, p.name) == about.groups()
    )
    return next(found, None)


def _is_absent(case: Case, error: str) -> bool:
    parameter = _parameter(case, error)
    if parameter is None or parameter.location == "path":
        return False
    if parameter.location == "header":
        return parameter.name not in case.incoming.headers
    pairs = (
        case.incoming.query_pairs if parameter.location == "query" else case.incoming.cookie_pairs
    )
    return all(name != parameter.name for name, _ in pairs)


def _style(*styles: str) -> Callable[[Case, str], bool]:
    return lambda case, error: (
        (parameter := _parameter(case, error)) is not None and parameter.style in styles
    )


def _in_scheme(case: Case, text: str) -> bool:
    """Tell whether the document writes the name of an HTTP scheme with capitals."""
    nodes = case.route.operation.document.top["components"]["securitySchemes"]
    keys = (r.scheme.key for requirements in case.route.operation.security for r in requirements)
    names = [nodes[key].text("scheme") for key in keys]
    return text.startswith("SecurityValidationError") and any(
        name != name.lower() for name in names
    )


def _security(case: Case, _line: str) -> bool:
    return case.response.status == 401 and case.kind == "request"  # noqa: PLR2004 (Unauthorized)


def _has_no_body(case: Case, error: str) -> bool:
    status, responses = case.response.status, case.route.operation.responses
    keys = (str(status), f"{status // 100}XX", "default")
    declared = next((responses[key] for key in keys if key in responses), None)
    has_none = (
        status in NO_CONTENT
        or case.incoming.method == "HEAD"
        or (declared is not None and not declared.content)
    )
    return error.startswith("MissingData") and has_none


def _is_empty(case: Case) -> bool:
    return case.incoming.body == b"" and case.incoming.content_type != ""


def _empty_body(case: Case, error: str) -> bool:
    return error.startswith("MissingRequiredRequestBody") and _is_empty(case)


def _in_empty_body(case: Case, line: str) -> bool:
    """Tell whether the sandbox misses something in a form that has nothing in it."""
    return line.startswith("missing body.") and _is_empty(case)


def _says(*patterns: str) -> Callable[[Case, str], bool]:
    compiled = [re.compile(pattern) for pattern in patterns]
    return lambda _case, text: any(pattern.search(text) for pattern in compiled)


def _parts(error: str) -> Iterable[str]:
    return error.partition(": ")[2].partition(": ")[2].split("; ")


def _each(pattern: str) -> Callable[[Case, str], bool]:
    """Tell whether all keywords that an error names are of one kind."""
    compiled = re.compile(pattern)
    return lambda _case, error: all(compiled.search(part) for part in _parts(error))


def _both(
    first: Callable[[Case, str], bool], second: Callable[[Case, str], bool]
) -> Callable[[Case, str], bool]:
    return lambda case, text: first(case, text) and second(case, text)


def _form_object(case: Case, error: str) -> bool:
    parameter = _parameter(case, error)
    return (
        parameter is not None
        and parameter.style == "form"
        and parameter.explode
        and _is_absent(case, error)
    )


def _nullable(case: Case, error: str) -> bool:
    version = case.route.operation.document.version
    return version.startswith("3.0") and all("got None" in part for part in _parts(error))


def _shadowed(case: Case, _error: str) -> bool:
    """Tell whether another template of no more variables fits the path too: ours has more literal text."""
    own = case.route.operation
    paths = {other.path for other in own.document.operations.values()} - {own.path}
    return any(
        "{" in path and path.count("{") <= own.path.count("{") and fits(path, case.route.path)
        for path in paths
    )


def _plain_deep(case: Case, error: str) -> bool:
    parameter = _parameter(case, error)
    return parameter is not None and parameter.style == "deepObject" and not parameter.explode


def _exploded_cookie(case: Case, error: str) -> bool:
    parameter = _parameter(case, error)
    return (
        parameter is not None
        and parameter.location == "cookie"
        and parameter.explode
        and "&" in error
    )


def _escaped_comma(case: Case, error: str) -> bool:
    """Tell whether a value that commas delimit holds one that is escaped, and so is data."""
    parameter = _parameter(case, error)
    if (
        parameter is None
        or parameter.style not in ("simple", "form")
        or parameter.location == "header"
    ):
        return False
    if parameter.location == "path":
        return "%2c" in case.route.values.get(parameter.name, "").lower()
    pairs = (
        case.incoming.query_pairs if parameter.location == "query" else case.incoming.cookie_pairs
    )
    return not parameter.explode and any(
        "%2c" in text.lower() for name, text in pairs if name == parameter.name
    )


def _is_multipart(case: Case, _text: str) -> bool:
    return media.essence(case.incoming.content_type).startswith("multipart/")


_REQUIRED = re.compile(r"^required at .*'([^']*)' is a required property$")


def _read_only(case: Case, error: str) -> bool:
    """Tell whether an error only misses, in a request, what the document calls read-only, in an answer write-only."""
    matches = [_REQUIRED.search(part) for part in _parts(error)]
    keyword = "readOnly" if case.kind == "request" else "writeOnly"
    return all(
        match is not None and match[1] in _marked(case.route.operation.document, keyword)
        for match in matches
    )


@lru_cache(maxsize=16)
def _marked(document: Document, keyword: str) -> frozenset[str]:
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


KNOWN: tuple[Fault, ...] = (
    Fault("it does not read paths in matrix or label style", _style("matrix", "label")),
    Fault("it does not read exploded objects in form style", _form_object),
    Fault("it reads deepObject only beside `explode: true`, which says nothing there", _plain_deep),
    Fault("it does not split the members of an exploded array in a cookie", _exploded_cookie),
    Fault("it does not split spaceDelimited and pipeDelimited values", _style("spaceDelimited", "pipeDelimited")),
    Fault("it reads Accept, Content-Type and Authorization as declared parameters, which the standard ignores",
          lambda case, error: (parameter := _parameter(case, error)) is not None and is_elsewhere(parameter)),
    Fault("it holds a parameter that is absent against its default", _both(_is_absent, _says("^InvalidParameter"))),
    Fault("it takes the text `null` of a parameter for a string", _each(r"got 'null'")),
    Fault("it compares the name of an HTTP scheme with regard to case", _in_scheme),
    Fault("it takes any credential that is there, and does not ask for OAuth 2, OpenID Connect and mutual TLS",
          ours=_security),
    Fault("it wants a body where a status, HEAD or an empty `content` has none", _has_no_body),
    Fault("it takes an empty body for none at all", _empty_body, _in_empty_body),
    Fault("it refuses an empty text in a query, which is a value like any other", _says("EmptyQueryParameterValue")),
    Fault("it cannot cast where `type` is a list", _says("Expected a string value, got <class 'list'>")),
    Fault("it does not read an empty object in simple style", _says("dictionary update sequence")),
    Fault("it does not read an empty array of numbers in simple style",
          _both(_style("simple"), _says("string to float: ''$", "base 10: ''$"))),
    Fault("it takes an escaped comma in a flat array or object for one that delimits", _escaped_comma),
    Fault("beside enum, allOf and oneOf it reads `nullable: true` as 3.0.3 has it to the letter; we as authors mean it",
          _nullable),
    Fault("of several templates that fit a path it takes the first with the fewest variables", _shadowed),
    Fault("it keeps bodies that are neither JSON nor text as bytes, which no schema allows", _each("got b['\"]")),
    Fault("it judges formats by a list of its own", _each("^format at "), _says("^format ")),
    Fault("it looks for a schema that a discriminator's value does not name", _says("could not be resolved|'#/comp")),
    Fault("it cannot read the members of an object whose `type` is a list", _says("got <class 'list'>")),
    Fault("it does not find the document's server", _says("^ServerNotFound")),
    Fault("it wants what is required in the other direction: readOnly in a request, writeOnly in an answer",
          _both(_says("^InvalidRequestBody|^InvalidData|^DataValidation"), _read_only)),
    Fault("it keeps the values of multipart parts as text", _is_multipart, _is_multipart),
)  # fmt: skip
