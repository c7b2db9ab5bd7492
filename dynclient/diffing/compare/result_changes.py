"""The result side of an operation: its statuses, their bodies and their headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dynclient.diffing.compare.comparison_context import ComparisonContext
from dynclient.diffing.compare.encoding_changes import compare_encodings
from dynclient.diffing.compare.media_type_pairing import Relation, pair_media_types
from dynclient.diffing.compare.parameter_changes import ParameterComparer
from dynclient.diffing.compare.schema_changes import ComparedPart, SchemaComparer
from dynclient.diffing.findings import Finding
from dynclient.model import MediaType, Parameter, Response, find_response
from dynclient.wire import media_types

ResponsesByStatus = Mapping[str, Response]


class ResultComparer:
    """Compares the results of one operation.

    Args:
        context: the operation, and who sends its results.
        schemas: compares schemas.

    """

    def __init__(self, context: ComparisonContext, schemas: SchemaComparer) -> None:
        self._context = context
        self._schemas = schemas
        self._headers = ParameterComparer(context, schemas)

    def compare(self) -> Iterator[Finding]:
        """Yield what is different between the results of both revisions."""
        old, new = self._context.pair.old.responses, self._context.pair.new.responses
        for status, response in new.items():
            counterpart = find_response(status, old)
            if counterpart is None:
                yield self._build_status_added(response)
            else:
                yield from self._compare_responses(counterpart, response)
        for status, response in old.items():
            if status not in new:
                yield from self._compare_dropped_status(response, old, new)
        if any(map(is_success_status, old)) and not any(map(is_success_status, new)):
            yield self._build_no_success_left(old, new)

    # --- statuses

    def _compare_dropped_status(
        self, response: Response, old: ResponsesByStatus, new: ResponsesByStatus
    ) -> Iterator[Finding]:
        """Compare a status that is gone with the range or default that covers it now."""
        covering = find_response(response.status, new)
        if covering is None:
            yield self._build_status_removed(response)
        elif find_response(covering.status, old) is not response:
            yield from self._compare_responses(response, covering)

    def _build_status_added(self, response: Response) -> Finding:
        if self._context.old_sends:
            situation = "webhook-result"
        elif response.status == "default":
            situation = "default"
        else:
            situation = "success" if is_success_status(response.status) else "error"
        return self._build_status_finding("status-added", situation, None, response)

    def _build_status_removed(self, response: Response) -> Finding:
        situation = "result"
        if self._context.old_sends:
            is_success = is_success_status(response.status)
            situation = "webhook-success" if is_success else "webhook-error"
        return self._build_status_finding("status-removed", situation, response, None)

    def _build_status_finding(
        self, rule: str, situation: str, old: Response | None, new: Response | None
    ) -> Finding:
        response = old or new
        assert response is not None
        finding = self._context.findings.build_finding(
            rule,
            situation,
            response.status,
            (old, new),
            (old and old.status, new and new.status),
        )
        # One response may be declared for several statuses.
        return replace(finding, key=(finding.key, response.status))

    def _build_no_success_left(self, old: ResponsesByStatus, new: ResponsesByStatus) -> Finding:
        pair = self._context.pair
        old_node, new_node = pair.old.node, pair.new.node
        return self._context.findings.build_finding(
            "no-success-left",
            "",
            "responses",
            documented=(list(old), list(new)),
            places=(
                old_node.get_child("responses").place,
                new_node.get_child("responses").place,
            ),
        )

    def _compare_responses(self, old: Response, new: Response) -> Iterator[Finding]:
        is_same_node = old.node.place == new.node.place and old.node.value == new.node.value
        if is_same_node and not old.node.value:
            return
        yield from self._compare_contents(old, new)
        yield from self._compare_headers(old, new)

    # --- bodies

    def _compare_contents(self, old: Response, new: Response) -> Iterator[Finding]:
        old_sends = self._context.old_sends
        sent, read = (old, new) if old_sends else (new, old)
        for pair in pair_media_types(sent.content, read.content):
            old_entry, new_entry = pair.order_by_revision(old_sends=old_sends)
            if old_entry is not None and new_entry is not None:
                yield from self._compare_both(new, old_entry, new_entry, pair.relation)
            elif old_entry is not None:
                yield self._build_media_type_removed(old, new, old_entry)
            elif new_entry is not None:
                yield self._build_media_type_added(old, new, new_entry)

    def _compare_both(
        self, response: Response, old: MediaType, new: MediaType, relation: Relation
    ) -> Iterator[Finding]:
        if relation != "same":
            situation = self._choose_changed_situation(response, relation)
            yield self._build_media_type_finding(
                "media-type-changed", situation, response, old, new
            )
        if relation != "replaced":
            yield from self._compare_media_types(response, old, new)

    def _choose_changed_situation(self, response: Response, relation: Relation) -> str:
        if relation == "accepted":
            return "parameters-accepted"
        if self._context.old_sends:
            return f"webhook-result-{relation}"
        side = "error-result" if _may_be_error(response.status) else "result"
        return f"{side}-{relation}"

    def _compare_media_types(
        self, response: Response, old: MediaType, new: MediaType
    ) -> Iterator[Finding]:
        context = self._context
        part = ComparedPart(
            exposure=context.exposure,
            operation_key=context.pair.old.key,
            where=f"{response.status} {new.name}",
            separator=": ",
        )
        documents, direction = context.documents, context.exposure.direction
        old_schema = documents.translate_content(old, direction, old=True)
        new_schema = documents.translate_content(new, direction, old=False)
        yield from self._schemas.compare(part, old_schema, new_schema)
        yield from compare_encodings(
            context,
            old,
            new,
            lambda situation: self._build_media_type_finding(
                "body-encoding", situation, response, old, new
            ),
        )

    def _build_media_type_added(self, old: Response, new: Response, entry: MediaType) -> Finding:
        situation = self._choose_added_situation(old, new)
        return self._build_media_type_finding("media-type-added", situation, new, None, entry)

    def _choose_added_situation(self, old: Response, new: Response) -> str:
        if self._context.old_sends:
            return "webhook-result"
        if not old.content:
            return "first-of-result"
        if any(media_types.match_media_type(name, new.content) for name in old.content):
            return "beside-known"
        return "instead-of-known-in-error" if _may_be_error(new.status) else "instead-of-known"

    def _build_media_type_removed(self, old: Response, new: Response, entry: MediaType) -> Finding:
        rule = "media-type-removed"
        if self._context.old_sends:
            return self._build_media_type_finding(rule, "webhook-result", new, entry, None)
        situation = "error-result" if _may_be_error(old.status) else "result"
        return self._build_media_type_finding(rule, situation, old, entry, None)

    def _build_media_type_finding(
        self,
        rule: str,
        situation: str,
        response: Response,
        old: MediaType | None,
        new: MediaType | None,
    ) -> Finding:
        entry = new or old
        assert entry is not None
        names = old.name if old else None, new.name if new else None
        return self._context.findings.build_finding(
            rule,
            situation,
            f"{response.status} {entry.name}",
            (old, new),
            names,
            old=names[0],
            new=names[1],
        )

    # --- headers

    def _compare_headers(self, old: Response, new: Response) -> Iterator[Finding]:
        old_headers = {name.lower(): header for name, header in old.headers.items()}
        new_headers = {name.lower(): header for name, header in new.headers.items()}
        for name, header in old_headers.items():
            if name in new_headers:
                yield from self._compare_header(new.status, header, new_headers[name])
            else:
                is_required = header.required and not self._context.old_sends
                situation = "required" if is_required else "optional"
                yield self._build_header_finding(
                    "header-removed", situation, new.status, header, None
                )
        for name, header in new_headers.items():
            if name not in old_headers:
                yield self._build_header_finding("header-added", "", new.status, None, header)

    def _compare_header(self, status: str, old: Parameter, new: Parameter) -> Iterator[Finding]:
        if old.required != new.required:
            situation = "required" if new.required else "optional"
            if self._context.old_sends:
                situation = f"webhook-{situation}"
            yield self._build_header_finding("header-required", situation, status, old, new)
        for finding in self._headers.compare_serialization(old, new):
            yield replace(finding, where=f"{status} {finding.where}")

    def _build_header_finding(
        self,
        rule: str,
        situation: str,
        status: str,
        old: Parameter | None,
        new: Parameter | None,
    ) -> Finding:
        header = old or new
        assert header is not None
        return self._context.findings.build_finding(
            rule,
            situation,
            f"{status} header.{header.name}",
            (old, new),
            (_describe_header(old), _describe_header(new)),
        )


def is_success_status(status: str) -> bool:
    """Tell whether a status, a range or `default` may be one below 400."""
    return status == "default" or status[:1] in ("1", "2", "3")


def _may_be_error(status: str) -> bool:
    """Tell whether a status may be an error, which is one to every caller, declared or not."""
    return status == "default" or not is_success_status(status)


def _describe_header(header: Parameter | None) -> dict[str, Any] | None:
    if header is None:
        return None
    return {"name": header.name, "required": header.required}
