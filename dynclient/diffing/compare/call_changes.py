"""The call side of an operation: its parameters and its request body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dynclient.diffing.compare.comparison_context import ComparisonContext
from dynclient.diffing.compare.parameter_changes import ParameterComparer
from dynclient.diffing.compare.schema_changes import ComparedPart, SchemaComparer
from dynclient.diffing.decide.compatibility import WitnessBuilder, to_witness
from dynclient.diffing.findings import Finding
from dynclient.model import MediaType, RequestBody
from dynclient.wire import media, media_types

#: Keywords of an Encoding Object that change what is written, and their defaults.
_ENCODING_DEFAULTS: dict[str, Any] = {
    "contentType": None,
    "style": "form",
    "explode": True,
    "allowReserved": False,
}


class CallComparer:
    """Compares what callers of one operation send.

    Args:
        context: the operation, and who calls it.
        schemas: compares schemas.

    """

    def __init__(self, context: ComparisonContext, schemas: SchemaComparer) -> None:
        self._context = context
        self._schemas = schemas

    def compare(self) -> Iterator[Finding]:
        """Yield what is different between the calls of both revisions."""
        yield from ParameterComparer(self._context, self._schemas).compare()
        old, new = self._context.pair.old.request_body, self._context.pair.new.request_body
        if old is not None and new is not None:
            if old.required != new.required:
                yield self._build_required_changed(old, new)
            yield from self._compare_contents(old, new)
        elif new is not None:
            yield self._build_body_added(new)
        elif old is not None:
            yield self._build_body_removed(old)

    # --- whether there is a body

    def _build_body_added(self, new: RequestBody) -> Finding:
        if not new.required or not self._context.old_sends:
            return self._build_body_finding("body-added", "optional", None, new)
        finding = self._build_body_finding("body-added", "required", None, new)
        return finding.add_witness(self._context.call_builder.build_smallest(), "missing body")

    def _build_body_removed(self, old: RequestBody) -> Finding:
        if not self._context.old_sends:
            return self._build_body_finding("body-removed", "webhook", old, None)
        finding = self._build_body_finding("body-removed", "call", old, None)
        media_type = next(iter(old.content), "")
        call = self._context.call_builder.build_with_any_body(media_type)
        return finding.add_witness(call, "not declared")

    def _build_required_changed(self, old: RequestBody, new: RequestBody) -> Finding:
        situation = "required" if new.required else "optional"
        if not self._context.old_sends:
            situation = f"webhook-{situation}"
        finding = self._build_body_finding("body-required", situation, old, new)
        if situation != "required":
            return finding
        return finding.add_witness(self._context.call_builder.build_without_body(), "missing body")

    def _build_body_finding(
        self, rule: str, situation: str, old: RequestBody | None, new: RequestBody | None
    ) -> Finding:
        documented = (old and {"required": old.required}, new and {"required": new.required})
        return self._context.findings.build_finding(rule, situation, "body", (old, new), documented)

    # --- its media types

    def _compare_contents(self, old: RequestBody, new: RequestBody) -> Iterator[Finding]:
        matched_names = set[str]()
        for name, entry in old.content.items():
            counterpart = _find_media_type(name, new)
            if counterpart is None:
                yield self._build_media_type_removed(entry)
            else:
                matched_names.add(counterpart.name)
                yield from self._compare_media_types(entry, counterpart)
        for name, entry in new.content.items():
            if name not in matched_names and _find_media_type(name, old) is None:
                situation = "call" if self._context.old_sends else "webhook"
                yield self._build_media_type_finding("media-type-added", situation, None, entry)

    def _build_media_type_removed(self, old: MediaType) -> Finding:
        if not self._context.old_sends:
            return self._build_media_type_finding("media-type-removed", "webhook", old, None)
        finding = self._build_media_type_finding("media-type-removed", "call", old, None)
        call = self._context.call_builder.build_with_any_body(old.name)
        return finding.add_witness(call, "unsupported media type")

    def _build_media_type_finding(
        self, rule: str, situation: str, old: MediaType | None, new: MediaType | None
    ) -> Finding:
        entry = old or new
        assert entry is not None
        return self._context.findings.build_finding(
            rule,
            situation,
            f"body ({entry.name})",
            (old, new),
            (old and old.name, new and new.name),
        )

    def _compare_media_types(self, old: MediaType, new: MediaType) -> Iterator[Finding]:
        context = self._context
        part = ComparedPart(
            exposure=context.exposure,
            operation_key=context.pair.old.key,
            where=self._describe_place(old),
            build_witness=self._make_witness_builder(old),
            call_path=("body",),
        )
        schemas, direction = context.documents.schemas, context.exposure.direction
        old_schema = schemas[True].translate(old.schema, direction)
        new_schema = schemas[False].translate(new.schema, direction)
        yield from self._schemas.compare(part, old_schema, new_schema)
        if media.is_composed(old.name):
            yield from self._compare_encodings(old, new)

    def _describe_place(self, entry: MediaType) -> str:
        body = self._context.pair.old.request_body
        is_only_one = body is None or len(body.content) == 1
        return "body" if is_only_one else f"body ({entry.name})"

    def _make_witness_builder(self, entry: MediaType) -> WitnessBuilder:
        if not self._context.old_sends:
            return lambda value: value
        if media.is_json(entry.name) or media.is_composed(entry.name):
            call_builder = self._context.call_builder
            return lambda value: to_witness(call_builder.build_with_body(value, entry.name))
        # A value of any other media type cannot be written; it is shown as its schema has it.
        return lambda value: {"body": value}

    def _compare_encodings(self, old: MediaType, new: MediaType) -> Iterator[Finding]:
        for name in dict.fromkeys([*old.encodings, *new.encodings]):
            old_encoding, new_encoding = (
                _describe_encoding(old, name),
                _describe_encoding(new, name),
            )
            if old_encoding == new_encoding:
                continue
            finding = self._build_media_type_finding("body-encoding", "", old, new)
            yield replace(
                finding,
                key=(finding.key, name),
                where=f"{finding.where}.{name}",
                documented=(old_encoding or None, new_encoding or None),
            )


def _find_media_type(name: str, body: RequestBody) -> MediaType | None:
    match = media_types.match_media_type(name, body.content)
    return match[1] if match else None


def _describe_encoding(entry: MediaType, name: str) -> dict[str, Any]:
    """Return the keywords of the encoding of a property that are not the defaults."""
    encoding = entry.encodings.get(name)
    if encoding is None:
        return {}
    return {
        keyword: value
        for keyword, value in encoding.node.value.items()
        if keyword in _ENCODING_DEFAULTS and value != _ENCODING_DEFAULTS[keyword]
    }
