"""Requests with a condition on an ETag, and the answer 304 to one.

Source: RFC 9110 §8.8.3, §13.1.1, §13.1.2, §15.4.5; RFC 9111 §4.3.4.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from dynclient.model import Parameter
from dynclient.names import to_snake_case
from dynclient.plan.call_document import Call
from dynclient.plan.results import Result
from dynclient.wire.message import Headers, Request, Response, is_valid_header

NOT_MODIFIED = 304

#: What a condition of the options is: a result with an ETag, or an entity tag as it is sent.
Condition = Result | str | None


def find_entity_tag(condition: Condition) -> str:
    """Return the entity tag of a condition; "" where it has none."""
    if isinstance(condition, Result):
        return condition.headers.get("etag", "").strip()
    return condition or ""


def is_condition(value: Any) -> bool:
    """Tell whether a value is a condition that can be sent."""
    if value is None:
        return True
    if not isinstance(value, str | Result):
        return False
    tag = find_entity_tag(value)
    return tag != "" and is_valid_header("If-Match", tag)


def add_declared_conditions(
    parameters: tuple[Parameter, ...],
    conditions: Mapping[str, str],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments of a call with the conditions that its operation declares as headers.

    Args:
        parameters: of the operation.
        conditions: header fields of the options.
        args: positional arguments, or one Call.
        kwargs: arguments by name.

    """
    missing = _find_missing(parameters, conditions, kwargs)
    if not missing:
        return args, kwargs
    if args and isinstance(args[0], Call):
        call = args[0]
        completed = Call({**call, "header": {**missing, **call.get("header", {})}})
        return (completed, *args[1:]), kwargs
    own = kwargs.get("header", {})
    return args, {**kwargs, "header": {**missing, **own}} if isinstance(own, Mapping) else kwargs


def _find_missing(
    parameters: tuple[Parameter, ...], conditions: Mapping[str, str], kwargs: Mapping[str, Any]
) -> dict[str, str]:
    """Return the conditions that are declared as headers and not given, by declared name."""
    tags = {name.lower(): tag for name, tag in conditions.items()}
    missing: dict[str, str] = {}
    for parameter in parameters:
        is_given = parameter.name in kwargs or to_snake_case(parameter.name) in kwargs
        tag = tags.get(parameter.name.lower()) if parameter.location == "header" else None
        if tag is not None and not is_given:
            missing[parameter.name] = tag
    return missing


def is_unchanged(request: Request, response: Response) -> bool:
    """Tell whether a response says that nothing changed, to a request that asked for that."""
    if response.status != NOT_MODIFIED:
        return False
    return "if-none-match" in request.headers or "if-modified-since" in request.headers


def build_unchanged_result(request: Request, response: Response, known: Condition) -> Result:
    """Return the result of a response that says that nothing changed.

    Args:
        request: what was sent.
        response: what came.
        known: the condition of the options; a result of the same request gives its data.

    """
    result = Result(
        data=None,
        status=response.status,
        headers=response.headers,
        media_type="",
        violations=(),
        request=request,
        elapsed=response.elapsed,
        http=response.http,
    )
    is_same = isinstance(known, Result) and known.request.url == request.url
    if not isinstance(known, Result) or not is_same or known.request.method != request.method:
        return result
    return dataclasses.replace(
        result,
        data=known.data,
        media_type=known.media_type,
        headers=_freshen(known.headers, response.headers),
        header_data=known.header_data,
    )


def _freshen(known: Headers, new: Headers) -> Headers:
    """Return the header fields of a known result with those of a newer answer."""
    kept = [(name, value) for name, value in known.pairs() if name not in new]
    return Headers([*new.pairs(), *kept], known.secret_names | new.secret_names)
