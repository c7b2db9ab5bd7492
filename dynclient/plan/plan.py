"""The plan: an operation compiled once. Arguments → call document → request; response → result."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dynclient.errors import InvalidCall, UsageError
from dynclient.model import Location, MediaType, Operation, Parameter
from dynclient.plan.binder import Binder, Binding, build_binder
from dynclient.plan.call_document import Call
from dynclient.plan.json_values import to_json
from dynclient.plan.request_writer import RequestWriter
from dynclient.plan.results import ResultTable
from dynclient.plan.schemas import Reading, Schemas
from dynclient.schema.dialect import Schema
from dynclient.schema.engine import Checker
from dynclient.schema.explain import list_declared_names
from dynclient.schema.readings import walk_in_place
from dynclient.violations import Violation, shorten_repr, sort_violations
from dynclient.wire import media
from dynclient.wire.binary_values import LocatedBinary, explain_unreadable_file, replace_binaries
from dynclient.wire.message import Request

_VARIABLE = re.compile(r"\{([^{}]+)\}")

#: Python writes out integers of up to 4,300 digits.
MAX_BITS = 14_000


@dataclass(frozen=True)
class RequestChecks:
    """How strictly a call is checked.

    Attributes:
        requests: False writes whatever can be written.
        thorough: looks into free-form parts too, which the fast engine passes over unseen: for asking, not for sending.
        unknown: `refuse` reads the call as its producer (closed), `allow` as its consumer (open).

    """

    is_enabled: bool = True
    unknown_properties: str = "refuse"
    is_thorough: bool = False


class Plan:
    """One operation, compiled: it holds no state of any call, so it is re-entrant and safe to share between threads."""

    def __init__(self, operation: Operation, schemas: Schemas) -> None:
        self.operation = operation
        self.schemas = schemas
        self.result_table = ResultTable(operation, schemas)
        self._checkers: dict[tuple[str | None, Reading, bool], Checker] = {}

    # --- what the operation takes

    @cached_property
    def parameters(self) -> Mapping[tuple[Location, str], Parameter]:
        """The parameters by location and name."""
        return {(p.location, p.name): p for p in self.operation.parameters}

    @cached_property
    def binder(self) -> Binder:
        """What turns arguments into a call document."""
        variables = _VARIABLE.findall(self.operation.path)
        order = [name for name in variables if ("path", name) in self.parameters]
        order += [
            name for location, name in self.parameters if location == "path" and name not in order
        ]
        has_body = self.operation.request_body is not None
        return build_binder(
            order, list(self.parameters), self.body_property_names, has_body=has_body
        )

    @cached_property
    def media_types(self) -> tuple[str, ...]:
        """The media types of the request body in document order."""
        body = self.operation.request_body
        return tuple(body.content) if body else ()

    @cached_property
    def preferred_media_type(self) -> str | None:
        """The media type that a body is written in where the caller chooses none."""
        body = self.operation.request_body
        return media.choose_preferred(body.content) if body else None

    def find_media_type(self, media_type: str | None) -> MediaType | None:
        """Return the Media Type Object for a body: the one asked for, else the preferred one."""
        body = self.operation.request_body
        if body is None or not body.content:
            return None
        name = media_type or self.preferred_media_type or ""
        found = media.match_media_type(name, body.content)
        if found is None:
            hint = f"one of {', '.join(body.content)}"
            raise UsageError(
                f"{self.operation.id} takes no body of the media type {name}", hint=hint
            )
        return found[1]

    def _accepts_media_type(self, media_type: Any) -> bool:
        """Tell whether the operation has a body of a media type, or, without a body, none was chosen."""
        body = self.operation.request_body
        if media_type is None or body is None:
            return media_type is None or isinstance(media_type, str)
        return (
            isinstance(media_type, str)
            and media.match_media_type(media_type, body.content) is not None
        )

    @cached_property
    def body_property_names(self) -> list[str]:
        """The body's top-level properties that may be given as arguments of their own."""
        entry = self.find_media_type(None)
        if entry is None or entry.schema is None:
            return []
        schema = self.schemas.translate(entry.schema, "request")
        return list_declared_names(schema, self.schemas.get_dialect("request").defs)

    @cached_property
    def argument_names(self) -> tuple[str, ...]:
        """The argument names that help and signature show: those that a call may give."""
        group = self.get_call_schema()["properties"]
        defs = self.get_call_schema().get("$defs", {})
        refused = {
            name
            for part in walk_in_place(group.get("body", True), defs)
            for name, schema in part.get("properties", {}).items()
            if isinstance(schema, dict) and schema.get("not") == {}
        }
        return tuple(
            n
            for n in self.binder.names
            if self.binder.targets.get(n) not in {("body", name) for name in refused}
        )

    def get_checker(
        self, media_type: str | None, reading: Reading, *, opaque: bool = False
    ) -> Checker:
        """Return the checker of call documents.

        Args:
            media_type: of the body; None: the preferred one.
            reading: whose.
            opaque: the body is bytes, which no schema looks into.

        """
        key = (media_type, reading, opaque)
        found = self._checkers.get(key)
        if found is None:
            schema = self.schemas.build_call_schema(
                self.operation, self.find_media_type(media_type), reading
            )
            if opaque:
                schema = Schema(
                    {**schema, "properties": {**schema["properties"], "body": True}}, schema.place
                )
            found = self._checkers[key] = Checker(schema)
        return found

    def get_call_schema(self, media_type: str | None = None) -> Schema:
        """Return the call schema, as the client, its producer, reads it."""
        schema = self.get_checker(media_type, "producer").schema
        return schema if isinstance(schema, Schema) else Schema(schema)

    # --- arguments → call document

    def bind(
        self,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        checks: RequestChecks,
        media_type: str | None = None,
    ) -> tuple[Call, list[Violation]]:
        """Return the call document that arguments make, in JSON form, and everything that is wrong with it."""
        bound = self.binder.bind(args, kwargs)
        if checks.unknown_properties == "allow" or not checks.is_enabled:
            self._accept_unknown_as_body(bound)
        call, chosen = bound.call, self._choose_media_type(bound, media_type)
        if not checks.is_enabled:
            return self._convert_to_json(call, bound.violations)
        reading: Reading = "producer" if checks.unknown_properties == "refuse" else "consumer"
        if not (bound.violations or checks.is_thorough) and self._is_accepted(
            self.get_checker(chosen, reading), _build_schema_input(call)
        ):
            return call, []
        call, violations = self._convert_to_json(call, bound.violations)
        told, binaries = replace_binaries(_build_schema_input(call))
        opaque = any(path == ("body",) for path, _ in binaries)
        violations += self._find_misplaced_binaries(binaries, chosen)
        return call, sort_violations(
            violations
            + self._find_violations(self.get_checker(chosen, reading, opaque=opaque), told, bound)
        )

    def _choose_media_type(self, bound: Binding, media_type: str | None) -> str | None:
        """Return the media type of a call's body: the call's own, the option's, or, of several, by the value's kind."""
        call = bound.call
        chosen = call.get("media_type", media_type)
        if not self._accepts_media_type(chosen):
            known = ", ".join(self.media_types) or "none"
            bound.violations.append(
                Violation(
                    "enum", ("media_type",), f"got {shorten_repr(chosen)}, want one of {known}"
                )
            )
            call.pop("media_type", None)
            return None
        if chosen is None and len(self.media_types) > 1 and "body" in call:
            entry = self._choose_by_value(call["body"])
            return entry.name if entry else None
        return chosen

    def _choose_by_value(self, body: Any) -> MediaType | None:
        """Return the Media Type Object that a body is written by where nobody chose: by what the value is."""
        declared = self.operation.request_body
        if declared is None or not declared.content:
            return None
        return declared.content[media.choose_by_value(list(declared.content), body)]

    def _find_misplaced_binaries(
        self, binaries: list[LocatedBinary], media_type: str | None
    ) -> list[Violation]:
        """Return a violation for each binary value where none can go, or whose file cannot be read."""
        entry = self.find_media_type(media_type)
        name = media_type or (entry.name if entry else "")
        found = []
        for path, value in binaries:
            whole, part = path == ("body",), path[0] == "body" and media.is_multipart(name)
            if path[0] != "body" or media.is_json(name) or not (whole or part):
                where = name if path[0] == "body" else f"a {path[0]}"
                found.append(
                    Violation("type", path, f"got binary data, which {where} cannot carry")
                )
            elif why := explain_unreadable_file(value):
                found.append(Violation("file", path, f"{shorten_repr(str(value))} {why}"))
        return found

    def _is_accepted(self, checker: Checker, call: Mapping[str, Any]) -> bool:
        """Tell whether a call is in order as it is: JSON through and through."""
        try:
            return checker.accepts_by_fast_engine(call) and _is_json_form(
                {k: v for k, v in call.items() if k != "body"}
            )
        except (ValueError, TypeError):
            return False

    def _convert_to_json(
        self, call: Call, violations: list[Violation]
    ) -> tuple[Call, list[Violation]]:
        made, wrong = Call(), list(violations)
        for key, value in call.items():
            try:
                made[key] = to_json(value)
            except RecursionError:
                wrong.append(Violation("depth", (key,), "nested too deeply"))
            except (TypeError, ValueError) as error:
                wrong.append(Violation("type", (key,), str(error)))
        return made, wrong

    def _find_violations(
        self, checker: Checker, call: Mapping[str, Any], bound: Binding
    ) -> list[Violation]:
        """Return the violations of the schema, less those that binding has told already."""
        if unsayable := find_unwritable_numbers(call):
            return unsayable
        if checker.accepts(call):
            return []
        told = {v.path[1] for v in bound.violations if v.path[:1] == ("args",)}
        return [
            v
            for v in _expand_missing_locations(checker.find_violations(call), checker)
            if not (v.kind == "missing" and v.path[-1] in told)
        ]

    def _accept_unknown_as_body(self, bound: Binding) -> None:
        """Let unknown arguments be properties of the body, where the operation has one that is an object."""
        if self.operation.request_body is None or (
            "body" in bound.call and not bound.is_body_gathered
        ):
            return
        for name, value in bound.unplaced.items():
            bound.put("body", name, value, name)
        bound.violations = [
            v for v in bound.violations if v.path[1:2] and v.path[1] not in bound.unplaced
        ]

    # --- call document → request

    @cached_property
    def _request_writer(self) -> RequestWriter:
        return RequestWriter(self.operation)

    def build_request(
        self,
        call: Mapping[str, Any],
        base: str,
        media_type: str | None = None,
        accept: str | None = None,
    ) -> Request:
        """Return the request that a call document makes.

        Args:
            call: in JSON form, with binary values.
            base: the server's URL, without a slash at its end.
            media_type: of the body, where the call does not choose.
            accept: the Accept header, where not the declared media types.

        Raises:
            UnsafeValue: a value would leave its place on the wire, or cannot be written at all.

        """
        entry = None
        if "body" in call:
            chosen = call.get("media_type") or media_type
            entry = (
                self.find_media_type(chosen)
                if self._accepts_media_type(chosen) and chosen
                else self._choose_by_value(call["body"])
            )
            if chosen and "media_type" not in call:
                call = {**call, "media_type": chosen}
        return self._request_writer.write(call, base, entry, accept)

    # --- errors

    def build_invalid_call(self, violations: Sequence[Violation]) -> InvalidCall:
        """Return the error that tells the violations of a call."""
        count = f"{len(violations)} problem" + ("s" if len(violations) > 1 else "")
        operation = self.operation
        headline = f"{operation.id}  {operation.method} {operation.path}: {count}, nothing was sent"
        return InvalidCall(headline, violations=tuple(violations), operation_id=operation.id)


def find_unwritable_numbers(value: Any, path: tuple[str | int, ...] = ()) -> list[Violation]:
    """Return a violation for each number in a call that no JSON can carry: NaN, infinities, endless integers."""
    if isinstance(value, dict):
        return [
            v for key, item in value.items() for v in find_unwritable_numbers(item, (*path, key))
        ]
    if isinstance(value, list | tuple):
        return [
            v for i, item in enumerate(value) for v in find_unwritable_numbers(item, (*path, i))
        ]
    if isinstance(value, float) and not math.isfinite(value):
        return [Violation("type", path, f"got {value}, want a number that JSON can carry")]
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        return [
            Violation(
                "type", path, f"got {shorten_repr(value)}, want a number that can be written out"
            )
        ]
    return []


def _is_json_form(value: Any) -> bool:
    """Tell whether the parameters need no conversion; the body is converted only where its encoder cannot write it."""
    todo: list[Any] = [value]
    while todo:
        at = todo.pop()
        kind = type(at)
        if kind is dict or kind is Call:
            if not all(type(key) is str for key in at):
                return False
            todo += at.values()
        elif kind is list:
            todo += at
        elif kind not in _JSON_TYPES:
            return False
    return True


_JSON_TYPES = frozenset({str, int, float, bool, type(None)})


def _expand_missing_locations(violations: list[Violation], checker: Checker) -> list[Violation]:
    """Tell a missing location by what is missing in it: `missing path` becomes `missing path.customerSessionId`."""
    found: list[Violation] = []
    for violation in violations:
        location = violation.path[0] if violation.path else ""
        group = checker.schema["properties"].get(location)
        if violation.kind != "missing" or len(violation.path) != 1 or not isinstance(group, dict):
            found.append(violation)
            continue
        whole = Schema(
            {**group, "$defs": checker.schema.get("$defs", {})}, getattr(group, "place", None)
        )
        inside = Checker(whole).find_violations({}, (str(location),))
        found += inside if inside and all(v.kind == "missing" for v in inside) else [violation]
    return found


def _build_schema_input(call: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what of a call its schema is asked about: not the media type, which is judged by its match."""
    return {k: v for k, v in call.items() if k != "media_type"} if "media_type" in call else call


class Plans:
    """The plans of a document, each compiled at first touch."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._plans: dict[str, Plan] = {}

    def get_plan(self, operation: Operation) -> Plan:
        """Return the plan of an operation."""
        plan = self._plans.get(operation.key)
        return plan or self._plans.setdefault(operation.key, Plan(operation, self._schemas))
