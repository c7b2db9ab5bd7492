"""The body of a response, decoded as its row of the result table says, and its violations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dynclient.plan.result_table import ResultRow
from dynclient.schema.engines.engine import Checker
from dynclient.violations import Violation
from dynclient.wire import media
from dynclient.wire.binary_values import replace_binaries
from dynclient.wire.message import Response
from dynclient.wire.schema_types import SchemaTypes

#: The kind of a violation that never makes a result invalid: it is reported as drift.
WRITE_ONLY = "writeOnly"


def decode_body(body: bytes, row: ResultRow, content_type: str) -> tuple[Any, str]:
    """Return (data, ""), or (text or bytes, why) where the body is not what it says."""
    if not body:
        return ([] if row.is_empty_list else row.empty_data), ""
    media_type = row.media_type
    try:
        if row.types is not None:
            return media.read(media_type, body, content_type, row.types, {}), ""
        return media.decode(media_type, body, content_type), ""
    except ValueError as error:
        try:
            return body.decode(), f"{media_type}: {_explain_decode_error(error)}"
        except UnicodeDecodeError:
            is_plain = isinstance(error, UnicodeDecodeError)
            reason = "not UTF-8" if is_plain else _explain_decode_error(error)
            return body, f"{media_type}: {reason}"


def _explain_decode_error(error: ValueError) -> str:
    """Return what a decoder says, without the text that it met."""
    return str(getattr(error, "msg", None) or getattr(error, "reason", None) or error)[:120]


def find_body_violations(row: ResultRow, response: Response, data: Any) -> Sequence[Violation]:
    """Return what does not fit: status or media type, a missing body, or what is in the body."""
    has_body = bool(response.body) or response.is_in_sink or row.is_empty_list
    undocumented = row.undocumented
    if undocumented and (has_body or undocumented.kind == "status"):
        return [undocumented]
    if not has_body:
        return [row.missing_body] if row.missing_body else []
    if response.is_in_sink or row.checker is None:
        return []
    if isinstance(data, bytes) or media.is_multipart(row.media_type):
        return _find_binary_violations(row.checker, row.types, data)
    return [*row.checker.check(data, ("body",)), *_find_write_only_values(row, data)]


def _find_write_only_values(row: ResultRow, data: Any) -> list[Violation]:
    if row.write_only_checker is None:
        return []
    violations = row.write_only_checker.check(data, ("body",))
    return [violation for violation in violations if violation.kind == WRITE_ONLY]


def _find_binary_violations(
    checker: Checker, types: SchemaTypes | None, data: Any
) -> Sequence[Violation]:
    """Return the violations of octets, or of parts with octets.

    Of parts without names no object can be made.
    """
    if isinstance(data, list) and types is not None and not types.is_array:
        return []
    return checker.find_violations(replace_binaries(data)[0], ("body",))
