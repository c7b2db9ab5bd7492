"""A line of JSON → a `Call`, with the binary values that its marks stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.cli.input_values import resolve_binary, resolve_part_binaries
from dynclient.description.described_operation import get_plan
from dynclient.errors import UsageError
from dynclient.plan.call_document import CALL_KEYS, Call
from dynclient.wire import media
from dynclient.wire.schema_types import SchemaTypes

if TYPE_CHECKING:
    from dynclient.client.callable_operations import Operation

_HINT = 'write a call document, such as {"path": {"id": 7}, "body": {"name": "Gold"}}'


class CallDocumentReader:
    """Reads the call documents of an operation.

    Args:
        operation: whose calls they are.

    """

    def __init__(self, operation: Operation) -> None:
        plan = get_plan(operation)
        self._operation = operation
        self._preferred = plan.preferred_media_type or ""
        schema = operation.call_schema
        definitions = schema.get("$defs", {})
        body_schema = schema.get("properties", {}).get("body", True)
        self._body_types = SchemaTypes(body_schema, definitions)

    def read(self, line: bytes) -> Call:
        """Return the call of a line.

        Raises:
            UsageError: it is no JSON, no call document, or names a file that cannot be opened.

        """
        try:
            document = media.decode_json(line)
        except ValueError as error:
            raise UsageError(f"the line is no JSON: {error}", hint=_HINT) from None
        if not isinstance(document, dict):
            raise UsageError("the line is no JSON object", hint=_HINT)
        unknown = [name for name in document if name not in CALL_KEYS]
        if unknown:
            keys = ", ".join(CALL_KEYS)
            raise UsageError(
                f"the line has the key {unknown[0]!r}, and a call document has {keys}", hint=_HINT
            )
        call = Call(document)
        if "body" in call:
            media_type = str(call.get("media_type") or self._preferred)
            call["body"] = self._resolve_binaries(call["body"], media_type)
        return call

    def _resolve_binaries(self, body: Any, media_type: str) -> Any:
        if media.is_multipart(media_type) and isinstance(body, dict):
            return {
                name: resolve_part_binaries(value, self._body_types.find_member_types(name))
                for name, value in body.items()
            }
        return resolve_binary(body) if media.is_binary(media_type) else body
