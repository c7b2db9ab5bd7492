"""The call side of an operation: its parameters and its request body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dynclient.diffing.change import Level
from dynclient.diffing.compare.operation_pairing import OperationPair
from dynclient.diffing.compare.parameter_changes import ParameterComparer
from dynclient.diffing.compare.schema_changes import ComparedPart, SchemaComparer
from dynclient.diffing.decide.call_builder import CallBuilder
from dynclient.diffing.decide.compatibility import to_witness
from dynclient.diffing.decide.document_pair import DocumentPair, Exposure
from dynclient.diffing.findings import Finding, FindingContext
from dynclient.model import MediaType, RequestBody
from dynclient.schema.dialect import Schema
from dynclient.wire import media


class CallComparer:
    """Compares what callers send.

    Args:
        revisions: the documents.
        schemas: compares schemas.

    """

    def __init__(self, revisions: DocumentPair, schemas: SchemaComparer) -> None:
        self._documents = revisions
        self._schemas = schemas
        self._parameters = ParameterComparer(revisions, schemas)

    def compare(self, pair: OperationPair, flow: Exposure) -> Iterator[Finding]:
        """Yield what is different between the calls of an operation."""
        caller = self._documents.get_call_builder(pair.old)
        yield from self._parameters.compare(pair, flow, caller)
        old, new = pair.old.request_body, pair.new.request_body
        if old is not None and new is not None:
            yield from self._compare_required(pair, flow, caller, old, new)
            yield from self._compare_contents(pair, flow, caller, old, new)
        elif new is not None:
            yield self._build_body_added(pair, flow, caller, new)
        elif old is not None:
            yield self._build_body_removed(pair, flow, caller, old)

    def _build_body_added(
        self, pair: OperationPair, flow: Exposure, caller: CallBuilder, body: RequestBody
    ) -> Finding:
        breaks = body.required and flow.old_sends
        level: Level = "breaking" if breaks else "info"
        because = (
            "a call without a body is refused now"
            if breaks
            else "calls without a body are in order"
        )
        return _add_missing_body_witness(
            _build_body_finding(pair, flow, "body-added", None, body, level, because),
            caller.build_smallest(),
        )

    def _build_body_removed(
        self, pair: OperationPair, flow: Exposure, caller: CallBuilder, body: RequestBody
    ) -> Finding:
        if not flow.old_sends:
            return _build_body_finding(
                pair, flow, "body-removed", body, None, "warning", "no body comes any more"
            )
        because = (
            "programs that send one are not refused, and it is ignored; callers by name are refused"
        )
        made = _build_body_finding(
            pair, flow, "body-removed", body, None, ("warning", "breaking"), because
        )
        call = caller.build_with_any_body(next(iter(body.content), ""))
        return (
            made
            if call is None
            else replace(made, proof="witness", witness=call, refusal="not declared")
        )

    def _compare_required(
        self,
        pair: OperationPair,
        flow: Exposure,
        caller: CallBuilder,
        old: RequestBody,
        new: RequestBody,
    ) -> Iterator[Finding]:
        if old.required == new.required:
            return
        breaks = new.required if flow.old_sends else old.required
        level: Level = "breaking" if breaks else "info"
        because = (
            "a call without a body is refused now"
            if breaks
            else "calls without a body are in order"
        )
        made = _build_body_finding(pair, flow, "body-required", old, new, level, because)
        yield _add_missing_body_witness(
            made, caller.build_without_body() if flow.old_sends else None
        )

    def _compare_contents(
        self,
        pair: OperationPair,
        flow: Exposure,
        caller: CallBuilder,
        old: RequestBody,
        new: RequestBody,
    ) -> Iterator[Finding]:
        reached = set[str]()
        for name, entry in old.content.items():
            found = _find_media_type(name, new)
            if found is None:
                yield self._build_media_type_removed(pair, flow, caller, entry)
            else:
                reached.add(found.name)
                yield from self._compare_media_types(pair, flow, caller, entry, found)
        for name, entry in new.content.items():
            if name not in reached and _find_media_type(name, old) is None:
                level: Level = "info" if flow.old_sends else "breaking"
                yield _build_media_type_finding(
                    pair,
                    flow,
                    "media-type-added",
                    None,
                    entry,
                    level,
                    "calls may be written in it, too",
                )

    def _build_media_type_removed(
        self, pair: OperationPair, flow: Exposure, caller: CallBuilder, entry: MediaType
    ) -> Finding:
        if not flow.old_sends:
            return _build_media_type_finding(
                pair, flow, "media-type-removed", entry, None, "info", "it no longer comes"
            )
        made = _build_media_type_finding(
            pair,
            flow,
            "media-type-removed",
            entry,
            None,
            "breaking",
            "a body written in it is refused now",
        )
        call = caller.build_with_any_body(entry.name)
        if call is None:
            return made
        return replace(made, proof="witness", witness=call, refusal="unsupported media type")

    def _compare_media_types(
        self,
        pair: OperationPair,
        flow: Exposure,
        caller: CallBuilder,
        old: MediaType,
        new: MediaType,
    ) -> Iterator[Finding]:
        part = ComparedPart(
            flow,
            pair.old.key,
            _describe_place(pair, old),
            _make_witness_builder(flow, caller, old),
            call_path=("body",),
        )
        yield from self._schemas.compare(
            part, self._get_schema(old, flow, old=True), self._get_schema(new, flow, old=False)
        )
        if media.is_composed(old.name):
            yield from self._compare_encodings(pair, flow, old, new)

    def _get_schema(self, entry: MediaType, flow: Exposure, *, old: bool) -> Schema | bool:
        return self._documents.schemas[old].translate(entry.schema, flow.direction)

    def _compare_encodings(
        self, pair: OperationPair, flow: Exposure, old: MediaType, new: MediaType
    ) -> Iterator[Finding]:
        for name in dict.fromkeys([*old.encodings, *new.encodings]):
            said = [_describe_encoding(entry, name) for entry in (old, new)]
            if said[0] != said[1]:
                made = _build_media_type_finding(pair, flow, "body-encoding", old, new, "breaking",
                              "what is written in the one way is not what the other way reads")  # fmt: skip
                where = f"{made.where}.{name}"
                yield replace(
                    made,
                    key=(made.key, name),
                    where=where,
                    code="info",
                    documented=(said[0] or None, said[1] or None),
                )


def _find_media_type(name: str, body: RequestBody) -> MediaType | None:
    found = media.match_media_type(name, body.content)
    return found[1] if found else None


def _describe_encoding(entry: MediaType, name: str) -> dict[str, Any]:
    found = entry.encodings.get(name)
    value = found.node.value if found else {}
    defaults = {"style": "form", "explode": True, "allowReserved": False}
    return {
        k: v for k, v in value.items() if k in ("contentType", *defaults) and defaults.get(k) != v
    }


def _describe_place(pair: OperationPair, entry: MediaType) -> str:
    body = pair.old.request_body
    return "body" if body is None or len(body.content) == 1 else f"body ({entry.name})"


def _make_witness_builder(flow: Exposure, caller: CallBuilder, entry: MediaType) -> Any:
    if flow.old_sends and (media.is_json(entry.name) or media.is_composed(entry.name)):
        return lambda value: to_witness(caller.build_with_body(value, entry.name))
    # What neither JSON nor a form carries is shown as its schema describes it.
    return lambda value: {"body": value} if flow.old_sends else value


def _add_missing_body_witness(made: Finding, call: Any) -> Finding:
    if call is None or made.wire != "breaking":
        return made
    return replace(made, proof="witness", witness=call, refusal="missing body")


def _build_media_type_finding(
    pair: OperationPair,
    flow: Exposure,
    rule: str,
    old: MediaType | None,
    new: MediaType | None,
    level: Level,
    because: str,
) -> Finding:
    one = old or new
    assert one is not None
    said = (old and old.name, new and new.name)
    return FindingContext(pair.old.key, flow.side).build_finding(
        rule, level, f"body ({one.name})", (old, new), said, because
    )


def _build_body_finding(
    pair: OperationPair, flow: Exposure, rule: str, old: RequestBody | None, new: RequestBody | None,
    levels: Level | tuple[Level, Level], because: str,
) -> Finding:  # fmt: skip
    said = (old and {"required": old.required}, new and {"required": new.required})
    return FindingContext(pair.old.key, flow.side).build_finding(
        rule, levels, "body", (old, new), said, because
    )
