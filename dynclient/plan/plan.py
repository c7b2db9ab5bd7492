"""The plan: an operation compiled once. Arguments → call document → request; response → result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dynclient.display_text import format_count
from dynclient.errors import InvalidCall, UsageError
from dynclient.model import TEMPLATE_VARIABLE, Location, MediaType, Operation, Parameter
from dynclient.plan.binder import Binder, Binding, MemberTarget, build_binder
from dynclient.plan.call_document import Call
from dynclient.plan.checked_call import BodyMediaType, CheckedCall, RequestChecks
from dynclient.plan.file_values import (
    FilePlaces,
    find_file_places,
    find_misplaced_binaries,
    find_texts_for_files,
    select_misplaced,
)
from dynclient.plan.idempotency_keys import IdempotencyKeys, find_idempotency_header
from dynclient.plan.item_lists import list_items
from dynclient.plan.json_values import (
    convert_if_possible,
    find_unwritable_numbers,
    is_json_form,
)
from dynclient.plan.request_writer import RequestWriter
from dynclient.plan.result_table import ResultTable
from dynclient.plan.results import ResultBuilder
from dynclient.plan.schemas import Reading, Schemas
from dynclient.schema.declared_names import is_refused_property, list_declared_names
from dynclient.schema.dialect import Schema
from dynclient.schema.engines.engine import Checker
from dynclient.schema.readings import Definitions, walk_in_place
from dynclient.violations import Violation, shorten_repr, sort_violations
from dynclient.wire import media_types
from dynclient.wire.binary_values import replace_binaries
from dynclient.wire.message import Request
from dynclient.wire.schema_types import SchemaTypes

if TYPE_CHECKING:
    from dynclient.plan.exchange_secrets import ExchangeSecrets
    from dynclient.plan.streamed_items import ItemTable


class Plan:
    """One operation, compiled.

    It holds no state of any call, so it is re-entrant and safe to share between threads.
    """

    def __init__(self, operation: Operation, schemas: Schemas) -> None:
        self.operation = operation
        self.schemas = schemas
        self.result_table = ResultTable(operation, schemas)
        self.result_builder = ResultBuilder(self.result_table)
        self._file_places: dict[str, FilePlaces | None] = {}
        self._binders: dict[str | None, Binder] = {}
        self._checkers: dict[tuple[str | None, Reading, bool], Checker] = {}

    # --- what the operation takes

    @cached_property
    def parameters(self) -> Mapping[tuple[Location, str], Parameter]:
        """The parameters by location and name."""
        return {(p.location, p.name): p for p in self.operation.parameters}

    def get_binder(self, media_type: str | None = None) -> Binder:
        """Return what turns arguments into a call document.

        Args:
            media_type: of the body, whose properties are arguments; None: the preferred one.

        """
        binder = self._binders.get(media_type)
        if binder is None:
            binder = self._binders[media_type] = self._build_binder(media_type)
        return binder

    @cached_property
    def idempotency_header(self) -> str:
        """The name of the header by which a server knows a repeated request; "" where none is."""
        return find_idempotency_header(self.operation)

    @cached_property
    def idempotency_keys(self) -> IdempotencyKeys | None:
        """What gives each call a key by which the server knows it again; None: it knows none."""
        name = self.idempotency_header
        return IdempotencyKeys(name, self.get_call_schema()) if name else None

    @cached_property
    def filled_places(self) -> frozenset[tuple[str, str]]:
        """What a caller may leave out though the document requires it, as the client fills it in.

        Each is (location, wire name).
        """
        place = self.idempotency_keys and self.idempotency_keys.filled_place
        return frozenset({place} if place else ())

    def remove_filled(self, call: Call) -> Call:
        """Return a call without what the client fills in: nobody should send an example of it."""
        kept = Call(call)
        for location, wire_name in self.filled_places:
            values = {
                name: each for name, each in kept.get(location, {}).items() if name != wire_name
            }
            kept.pop(location, None)
            kept.update({location: values} if values else {})
        return kept

    @cached_property
    def exchange_secrets(self) -> ExchangeSecrets:
        """What counts as a secret in the exchanges of the operation."""
        from dynclient.plan.exchange_secrets import ExchangeSecrets  # Few programs show them.

        return ExchangeSecrets(self.operation)

    @property
    def binder(self) -> Binder:
        """The binder for the preferred media type."""
        return self.get_binder()

    def _build_binder(self, media_type: str | None) -> Binder:
        in_template = TEMPLATE_VARIABLE.findall(self.operation.path)
        declared = [name for location, name in self.parameters if location == "path"]
        order = [name for name in in_template if name in declared]
        order += [name for name in declared if name not in order]
        return build_binder(
            order,
            self._list_parameter_targets(),
            self.list_body_properties(media_type),
            self.list_parameter_members(),
            has_body=self.operation.request_body is not None,
            unlisted=self._find_refused_targets(media_type),
        )

    def _list_parameter_targets(self) -> list[tuple[str, str]]:
        """Return location and name of each parameter, and of the whole query."""
        querystring = self.operation.querystring
        own = [] if querystring is None else [(querystring.location, querystring.name)]
        return [*self.parameters, *own]

    @cached_property
    def media_types(self) -> tuple[str, ...]:
        """The media types of the request body in document order."""
        body = self.operation.request_body
        return tuple(body.content) if body else ()

    @cached_property
    def preferred_media_type(self) -> str | None:
        """The media type that a body is written in where the caller chooses none."""
        body = self.operation.request_body
        return media_types.choose_preferred(body.content) if body else None

    def find_media_type(self, media_type: str | None) -> MediaType | None:
        """Return the Media Type Object for a body: the one asked for, else the preferred one."""
        body = self.operation.request_body
        if body is None or not body.content:
            return None
        name = media_type or self.preferred_media_type or ""
        match = media_types.match_media_type(name, body.content)
        if match is None:
            raise UsageError(
                f"{self.operation.id} takes no body of the media type {name}",
                hint=f"one of {', '.join(body.content)}",
            )
        return _narrow_range(match[1], name)

    def accepts_media_type(self, media_type: Any) -> bool:
        """Tell whether a body can have a media type; None leaves the choice to us."""
        body = self.operation.request_body
        if media_type is None:
            return True
        if not isinstance(media_type, str):
            return False
        return body is None or media_types.match_media_type(media_type, body.content) is not None

    def list_body_properties(self, media_type: str | None = None) -> list[str]:
        """Return the body's top-level properties that may be given as arguments of their own."""
        entry = self.find_media_type(media_type)
        if entry is None or entry.schema is None or entry.item_schema is not None:
            return []
        schema = self.schemas.translate(entry.schema, "request")
        return list_declared_names(schema, self.schemas.get_dialect("request").defs)

    def list_parameter_members(self) -> list[MemberTarget]:
        """Return the members of parameters that are objects; a call may give each by itself."""
        members: list[MemberTarget] = []
        defs = self.schemas.get_dialect("request").defs
        schemas: dict[tuple[str, str], Any] = {}
        for place, parameter in self.parameters.items():
            schemas[place] = self.schemas.translate(parameter.schema, "request")
        querystring = self.operation.querystring
        if querystring is not None:
            place = (querystring.location, querystring.name)
            schemas[place] = self.schemas.translate_querystring(querystring)
        for (location, name), schema in schemas.items():
            types = SchemaTypes(schema, defs)
            if types.is_object:
                names = list_declared_names(types.schema, defs)
                members += [MemberTarget(location, name, member) for member in names]
        return members

    def list_argument_names(self, media_type: str | None = None) -> tuple[str, ...]:
        """Return the argument names that help and signature show: those that a call may give."""
        return self.get_binder(media_type).names

    def _find_refused_targets(self, media_type: str | None) -> set[tuple[str, ...]]:
        """Return the places of arguments that a call must not have, as they are read-only."""
        call_schema = self.get_call_schema(media_type)
        defs = call_schema.get("$defs", {})
        body_schema = call_schema["properties"].get("body", True)
        refused: set[tuple[str, ...]] = {
            ("body", name) for name in _list_refused_names(body_schema, defs)
        }
        for location, name in self.parameters:
            schema = call_schema["properties"][location]["properties"][name]
            refused.update((location, name, member) for member in _list_refused_names(schema, defs))
        return refused

    def get_checker(
        self, media_type: str | None, reading: Reading, *, is_opaque: bool = False
    ) -> Checker:
        """Return the checker of call documents.

        Args:
            media_type: of the body; None: the preferred one.
            reading: whose.
            is_opaque: the body is bytes, which no schema looks into.

        """
        key = (media_type or self.preferred_media_type, reading, is_opaque)
        checker = self._checkers.get(key)
        if checker is None:
            entry = self.find_media_type(media_type)
            schema = self.schemas.build_call_schema(self.operation, entry, reading)
            if is_opaque:
                properties = {**schema["properties"], "body": True}
                schema = Schema({**schema, "properties": properties}, schema.place)
            checker = self._checkers[key] = Checker(schema)
        return checker

    def get_call_schema(self, media_type: str | None = None) -> Schema:
        """Return the call schema, as the client, its producer, reads it."""
        schema = self.get_checker(media_type, "producer").schema
        return schema if isinstance(schema, Schema) else Schema(schema)

    # --- arguments → call document

    def _get_binder_of_call(self, media_type: str | None) -> Binder:
        """Return the binder of a call; that of the preferred media type for an unknown one."""
        return self.get_binder(media_type if self.accepts_media_type(media_type) else None)

    def bind(
        self,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        checks: RequestChecks,
        media_type: str | None = None,
    ) -> CheckedCall:
        """Return the call document that arguments make, and everything that is wrong with it.

        Args:
            args: positional arguments, or one Call.
            kwargs: arguments by name.
            checks: how strictly the call is checked.
            media_type: of the body, where the call does not choose.

        """
        binder = self._binders.get(media_type) or self._get_binder_of_call(media_type)
        binding = binder.bind(args, kwargs)
        if checks.unknown_properties == "allow" or not checks.is_enabled:
            self._accept_unknown_as_body(binding)
        chosen = self._check_media_type(binding, media_type)
        body_media_type = self._choose_media_type(binding.call, chosen)
        list_items(binding, body_media_type.entry)
        if not checks.is_enabled:
            from dynclient.plan.converted_call import convert_call  # Few calls are unchecked.

            converted = convert_call(binding.call)
            violations = binding.violations + converted.violations
            return CheckedCall(converted.document, violations, body_media_type)

        reading: Reading = "producer" if checks.unknown_properties == "refuse" else "consumer"
        must_be_explained = bool(binding.violations) or checks.is_thorough
        if not must_be_explained and self._is_accepted(binding.call, body_media_type, reading):
            return CheckedCall(binding.call, [], body_media_type)
        return self._explain_call(binding, body_media_type, reading)

    def _check_media_type(self, binding: Binding, media_type: str | None) -> str | None:
        """Return the media type that a call chooses; one that the body cannot have is reported.

        Args:
            binding: the call; a media type that is reported is removed from it.
            media_type: of the body, where the call does not choose.

        """
        chosen: str | None = binding.call.get("media_type", media_type)
        if self.accepts_media_type(chosen):
            return chosen
        binding.violations.append(self._build_media_type_violation(chosen))
        binding.call.pop("media_type", None)
        return None

    def _is_accepted(self, call: Call, body_media_type: BodyMediaType, reading: Reading) -> bool:
        """Tell whether a call is in order as it is: JSON through and through."""
        places = self.find_file_places(body_media_type.entry)
        checker = self.get_checker(body_media_type.declared_name, reading)
        if places is not None and find_texts_for_files(places, call.get("body")):
            return False
        parameters = [value for key, value in call.items() if key != "body"]
        try:
            is_valid = checker.accepts_by_fast_engine(_build_schema_input(call))
            return is_valid and is_json_form(parameters)
        except (ValueError, TypeError):
            return False

    def _explain_call(
        self, binding: Binding, body_media_type: BodyMediaType, reading: Reading
    ) -> CheckedCall:
        """Return a call with everything that is wrong with it, in the order of messages."""
        from dynclient.plan.converted_call import convert_call  # Few calls are refused.

        places = self.find_file_places(body_media_type.entry)
        media_type = body_media_type.declared_name
        converted = convert_call(binding.call)
        document = converted.document
        texts_for_files = find_texts_for_files(places, document.get("body"))
        schema_input, binaries = replace_binaries(_build_schema_input(document))
        is_binary_body = any(path == ("body",) for path, _ in binaries)
        is_opaque = is_binary_body and not body_media_type.is_judged_as_octets
        checker = self.get_checker(media_type, reading, is_opaque=is_opaque)
        found = self._find_violations(checker, schema_input, binding, has_binaries=bool(binaries))
        misplaced = select_misplaced(find_misplaced_binaries(binaries, media_type or ""), found)
        hidden_paths = {violation.path for violation in misplaced}
        found = [v for v in converted.select_violations(found) if v.path not in hidden_paths]
        violations = binding.violations + converted.violations
        violations += texts_for_files + misplaced + found
        return CheckedCall(document, sort_violations(violations), body_media_type)

    def find_misplaced_values(self, call: CheckedCall) -> list[Violation]:
        """Return the violations of binary values where a body that was not checked has none."""
        name, entry = call.media_type
        media_type = name or (entry.name if entry is not None else media_types.JSON)
        _, binaries = replace_binaries(_build_schema_input(call.document))
        return find_misplaced_binaries(binaries, media_type)

    def find_file_places(self, entry: MediaType | None) -> FilePlaces | None:
        """Return where a body of a media type takes files only; None where nowhere."""
        if entry is None:
            return None
        if entry.name not in self._file_places:
            schema = self.schemas.translate_body(entry, "request")
            defs = self.schemas.get_dialect("request").defs
            self._file_places[entry.name] = find_file_places(entry, schema, defs)
        return self._file_places[entry.name]

    def _build_media_type_violation(self, media_type: Any) -> Violation:
        choices = ", ".join(self.media_types) or "none"
        message = f"got {shorten_repr(media_type)}, want one of {choices}"
        known = list(self.media_types)
        return Violation("enum", ("media_type",), message, None, None, known, media_type)

    def _choose_media_type(self, call: Call, chosen: str | None) -> BodyMediaType:
        """Return the media type of a call's body.

        Args:
            call: the call document.
            chosen: what the caller chose; without that, the kind of the body's value decides.

        """
        request_body = self.operation.request_body
        if "body" not in call or request_body is None or not request_body.content:
            return BodyMediaType(chosen)
        value = call["body"]
        name = chosen or self._choose_by_value(value)
        entry = self.find_media_type(name) if chosen else request_body.content[name]
        concrete = media_types.resolve_range(name, value)
        if concrete is None or entry is None or concrete == name:
            return BodyMediaType(chosen, entry)
        return BodyMediaType(concrete, _narrow_range(entry, concrete))

    def _choose_by_value(self, value: Any) -> str:
        if len(self.media_types) == 1:
            return self.media_types[0]
        return media_types.choose_by_value(self.media_types, convert_if_possible(value))

    def _find_violations(
        self,
        checker: Checker,
        call: Mapping[str, Any],
        binding: Binding,
        *,
        has_binaries: bool,
    ) -> list[Violation]:
        """Return the violations of the schema, without those that binding reported already."""
        # Few calls are refused.
        from dynclient.plan.missing_members import expand_missing_locations
        from dynclient.plan.value_hints import add_value_hints

        unwritable = find_unwritable_numbers(call)
        if unwritable:
            return unwritable
        reported = {v.path[1] for v in binding.violations if v.path[:1] == ("args",)}
        # Only the reference engine knows what stands for binary data.
        check = checker.find_violations if has_binaries else checker.check
        violations = expand_missing_locations(check(call), checker)
        unreported = [v for v in violations if v.kind != "missing" or v.path[-1] not in reported]
        return add_value_hints(unreported, call, checker.schema)

    def _accept_unknown_as_body(self, binding: Binding) -> None:
        """Turn unknown arguments into properties of the body, where the operation has one."""
        has_whole_body = "body" in binding.call and not binding.is_body_gathered
        if self.operation.request_body is None or has_whole_body:
            return
        for name, value in binding.unplaced.items():
            binding.put("body", name, value, name)
        binding.violations = [
            violation
            for violation in binding.violations
            if violation.path[1:2] and violation.path[1] not in binding.unplaced
        ]

    # --- call document → request

    @cached_property
    def _request_writer(self) -> RequestWriter:
        return RequestWriter(self.operation, self.schemas.allows_empty_text)

    def build_request(self, call: CheckedCall, base_url: str, accept: str | None = None) -> Request:
        """Return the request that a call makes.

        Args:
            call: as `bind` returns it.
            base_url: the server's URL, without a slash at its end.
            accept: the Accept header, where not the declared media types.

        Raises:
            UnsafeValue: a value would leave its place on the wire, or cannot be written at all.

        """
        name, entry = call.media_type
        return self._request_writer.write(call.document, base_url, name, entry, accept)

    @property
    def accept(self) -> str:
        """The Accept header of a request where the caller chooses none."""
        return self._request_writer.accept

    # --- streamed results

    @cached_property
    def item_table(self) -> ItemTable:
        """What the document says of the items of streamed responses."""
        from dynclient.plan.streamed_items import ItemTable  # Few operations are streamed.

        return ItemTable(self.operation, self.result_table, self.schemas)

    @cached_property
    def stream_accept(self) -> str | None:
        """The Accept header of a stream where the caller chooses none; None: that of a call."""
        from dynclient.plan.streamed_items import build_stream_accept  # as above

        return build_stream_accept(self.operation)

    # --- errors

    def build_invalid_call(self, violations: Sequence[Violation]) -> InvalidCall:
        """Return the error that tells the violations of a call."""
        count = format_count(len(violations), "problem")
        operation = self.operation
        headline = f"{operation.heading}: {count}, nothing was sent"
        return InvalidCall(headline, violations=tuple(violations), operation_id=operation.id)


def _list_refused_names(schema: Any, defs: Definitions) -> Iterator[str]:
    """Yield the properties that no value of a schema may have, as they are read-only."""
    for part in walk_in_place(schema, defs):
        for name, member in part.get("properties", {}).items():
            if is_refused_property(member):
                yield name


def _narrow_range(entry: MediaType, name: str) -> MediaType:
    """Return a Media Type Object under a concrete name, where it is that of a range."""
    if not media_types.is_range(entry.name) or media_types.is_range(name):
        return entry
    return entry.narrow(name)


def _build_schema_input(call: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the part of a call that its schema checks: all but the media type."""
    if "media_type" not in call:
        return call
    return {key: value for key, value in call.items() if key != "media_type"}


class Plans:
    """The plans of a document, each compiled at first touch."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._plans: dict[str, Plan] = {}

    def get_plan(self, operation: Operation) -> Plan:
        """Return the plan of an operation."""
        plan = self._plans.get(operation.key)
        return plan or self._plans.setdefault(operation.key, Plan(operation, self._schemas))
