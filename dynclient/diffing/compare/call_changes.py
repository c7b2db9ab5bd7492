"""The call side of an operation: its parameters and its request body."""

from __future__ import annotations

from collections.abc import Iterator

from dynclient.diffing.compare.comparison_context import ComparisonContext
from dynclient.diffing.compare.encoding_changes import compare_encodings
from dynclient.diffing.compare.media_type_pairing import Relation, pair_media_types
from dynclient.diffing.compare.parameter_changes import ParameterComparer
from dynclient.diffing.compare.schema_changes import ComparedPart, SchemaComparer
from dynclient.diffing.decide.compatibility import WitnessBuilder, to_witness
from dynclient.diffing.findings import Finding
from dynclient.model import MediaType, RequestBody
from dynclient.wire import media_types


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
        old_sends = self._context.old_sends
        sent, read = (old, new) if old_sends else (new, old)
        for pair in pair_media_types(sent.content, read.content):
            old_entry, new_entry = pair.order_by_revision(old_sends=old_sends)
            if old_entry is not None and new_entry is not None:
                yield from self._compare_both(old_entry, new_entry, pair.relation)
            elif old_entry is not None:
                yield self._build_media_type_removed(old_entry)
            elif new_entry is not None:
                situation = "call" if old_sends else "webhook"
                yield self._build_media_type_finding("media-type-added", situation, None, new_entry)

    def _compare_both(
        self, old: MediaType, new: MediaType, relation: Relation
    ) -> Iterator[Finding]:
        if relation != "same":
            yield self._build_media_type_changed(old, new, relation)
        if relation != "replaced":
            yield from self._compare_media_types(old, new)

    def _build_media_type_changed(
        self, old: MediaType, new: MediaType, relation: Relation
    ) -> Finding:
        situation = "parameters-accepted"
        if relation != "accepted":
            side = "call" if self._context.old_sends else "webhook"
            situation = f"{side}-{relation}"
        finding = self._build_media_type_finding("media-type-changed", situation, old, new)
        if not self._context.old_sends or relation == "accepted":
            return finding
        call = self._context.call_builder.build_with_any_body(old.name)
        return finding.add_witness(call, "unsupported media type")

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
        names = old.name if old else None, new.name if new else None
        return self._context.findings.build_finding(
            rule, situation, f"body ({entry.name})", (old, new), names, old=names[0], new=names[1]
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
        documents, direction = context.documents, context.exposure.direction
        old_schema = documents.translate_content(old, direction, old=True)
        new_schema = documents.translate_content(new, direction, old=False)
        yield from self._schemas.compare(part, old_schema, new_schema)
        yield from compare_encodings(
            context,
            old,
            new,
            lambda situation: self._build_media_type_finding("body-encoding", situation, old, new),
        )

    def _describe_place(self, entry: MediaType) -> str:
        body = self._context.pair.old.request_body
        is_only_one = body is None or len(body.content) == 1
        return "body" if is_only_one else f"body ({entry.name})"

    def _make_witness_builder(self, entry: MediaType) -> WitnessBuilder:
        if not self._context.old_sends:
            return lambda value: value
        if media_types.find_body_kind(entry) in ("json", "items", "form", "multipart"):
            call_builder = self._context.call_builder
            return lambda value: to_witness(call_builder.build_with_body(value, entry.name))
        # A value of any other media type cannot be written; it is shown as its schema has it.
        return lambda value: {"body": value}
