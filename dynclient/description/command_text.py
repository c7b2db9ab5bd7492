"""Calls as commands of the shell: `dynclient call createAudienceV2 name=Gold`."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable
from typing import Any

from dynclient.description.value_outline import CallTypes
from dynclient.model import QUERYSTRING
from dynclient.plan.call_document import Call
from dynclient.plan.plan import Plan
from dynclient.schema.dialect import Schema
from dynclient.wire.schema_types import SchemaTypes

#: A name that needs no care on a command line.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]+")

_PARAMETER_LOCATIONS = ("path", "query", "header", "cookie")


def format_command(plan: Plan, call_schema: Schema, call: Call) -> str:
    """Return a call as a command.

    Args:
        plan: of the operation.
        call_schema: the schema of the call.
        call: in JSON form.

    """
    binder = plan.binder
    call_types = CallTypes(call_schema)
    words = ["dynclient", "call", shlex.quote(plan.operation.key)]
    for location in _PARAMETER_LOCATIONS:
        for name, value in call.get(location, {}).items():
            types = call_types.get_argument(location, name)
            is_own = binder.targets.get(name) == (location, name)
            words += _write_argument(f"{location}.{name}", name if is_own else "", value, types)
    if QUERYSTRING in call:
        words.append(shlex.quote(f"{QUERYSTRING}:={_dump(call[QUERYSTRING])}"))
    if "body" in call:
        words += _write_body(plan, call_types, call["body"])
    return " ".join(words)


def _write_argument(place: str, name: str, value: Any, types: SchemaTypes) -> list[str]:
    """Return the words of an argument: by its name if that means it, else by its place."""
    is_text = isinstance(value, str) and types.parse_text(value) == value
    sign = "=" if is_text and not value.startswith("@") else ":="
    text = value if sign == "=" else _dump(value)
    if name and _PLAIN_NAME.fullmatch(name):
        return [shlex.quote(f"{name}{sign}{text}")]
    return ["--param", shlex.quote(f"{place}{sign}{text}")]


def _write_body(plan: Plan, call_types: CallTypes, body: Any) -> list[str]:
    """Return the words of a body: its properties by their names, else all of it."""
    if not isinstance(body, dict) or not body or not _has_plain_names(plan, body):
        return ["--body", shlex.quote(body if isinstance(body, str) else _dump(body))]
    words: list[str] = []
    for name, value in body.items():
        types = call_types.get_argument("body", name)
        words += _write_argument(f"body.{name}", name, value, types)
    return words


def _has_plain_names(plan: Plan, body: Iterable[str]) -> bool:
    """Tell whether each property of a body can be given by its name alone."""
    for name in body:
        is_body = plan.binder.targets.get(name) == ("body", name)
        if not is_body or not _PLAIN_NAME.fullmatch(name):
            return False
    return True


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
