"""Two revisions side by side: their schemas in both directions, and who sends what to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from dynclient.containment import ContainmentChecker, SchemaView
from dynclient.diffing.decide.call_builder import CallBuilder
from dynclient.diffing.detect.edits import EditFinder
from dynclient.model import Document, Operation
from dynclient.plan.plan import Plan
from dynclient.plan.schemas import Reading, Schemas
from dynclient.schema.dialect import Direction, Schema, map_subschemas
from dynclient.schema.readings import Definitions, close_schema

Reader = Literal["wire", "code"]


@dataclass(frozen=True)
class Exposure:
    """A way that values travel between the two revisions.

    Attributes:
        direction: whether they are part of a request or of a response.
        forward: those who follow the old document send, and the new one's read; else the other way round.

    """

    direction: Direction
    old_sends: bool

    @property
    def side(self) -> str:
        """The side of a call that a change of these values is about."""
        return "call" if self.old_sends else "result"


#: Callers of the old document call the new API; its answers are read by them.
CALL = Exposure("request", old_sends=True)
RESULT = Exposure("response", old_sends=False)
#: In webhooks and callbacks the API is the caller: its requests are read by us, and it reads our answers.
WEBHOOK_CALL = Exposure("request", old_sends=False)
WEBHOOK_RESULT = Exposure("response", old_sends=True)


@dataclass(frozen=True)
class ComparisonOptions:
    """What the user chose of how documents are compared.

    Attributes:
        open_enums: a new value of an enum that the document calls open breaks nobody.
        tolerant_results: readers of results do not mind properties that a closed schema refuses.
        words: descriptions, examples, titles and links count too.

    """

    open_enums: bool = False
    tolerant_results: bool = False
    include_descriptions: bool = False


class DocumentPair:
    """The old and the new revision, each translated once; what was proved of their schemas is shared by all who ask."""

    def __init__(self, old: Document, new: Document, choices: ComparisonOptions) -> None:
        self.old = old
        self.new = new
        self.options = choices
        self.schemas = {True: Schemas(old), False: Schemas(new)}
        self._containments: dict[tuple[Exposure, Reader], ContainmentChecker] = {}
        self._edit_finders: dict[Direction, EditFinder] = {}
        self._plans: dict[tuple[bool, Operation], Plan] = {}
        self._call_builders: dict[Operation, CallBuilder] = {}
        self._rewritten: dict[tuple[Direction, bool, str], RewrittenSchemas] = {}

    def get_definitions(self, direction: Direction, *, old: bool) -> Definitions:
        """Return the definitions of one revision."""
        return self.schemas[old].get_dialect(direction).defs

    def get_plan(self, operation: Operation, *, old: bool) -> Plan:
        """Return the plan of an operation of one revision."""
        key = (old, operation)
        if key not in self._plans:
            self._plans[key] = Plan(operation, self.schemas[old])
        return self._plans[key]

    def get_call_builder(self, operation: Operation) -> CallBuilder:
        """Return the caller of an operation of the old revision."""
        if operation not in self._call_builders:
            self._call_builders[operation] = CallBuilder(self.get_plan(operation, old=True))
        return self._call_builders[operation]

    def get_edit_finder(self, direction: Direction) -> EditFinder:
        """Return what finds the edits between schemas."""
        if direction not in self._edit_finders:
            defs = (
                self.get_definitions(direction, old=True),
                self.get_definitions(direction, old=False),
            )
            self._edit_finders[direction] = EditFinder(
                *defs, direction, words=self.options.include_descriptions
            )
        return self._edit_finders[direction]

    def get_containment(self, flow: Exposure, reader: Reader) -> ContainmentChecker:
        """Return what proves that the values of a flow are understood by a reader.

        A program that is deployed reads as a consumer; a caller by name loads the new document, and is refused whatever
        its producer's reading refuses.
        """
        key = (flow, reader if flow.old_sends else "wire")
        if key not in self._containments:
            reading: Reading = "producer" if key[1] == "code" else "consumer"
            sender = SchemaView(
                self.get_definitions(flow.direction, old=flow.old_sends), "producer", flow.direction
            )
            self._containments[key] = ContainmentChecker(
                sender, SchemaView(self.get_reader_definitions(flow), reading, flow.direction)
            )
        return self._containments[key]

    def get_containment_as_written(
        self, flow: Exposure, sent: Any
    ) -> tuple[ContainmentChecker, Schema]:
        """Return what proves that values are understood that a schema allows as it is written, and their schema.

        They have only properties that an alternative declares, though several may fit.
        """
        defs = self.get_definitions(flow.direction, old=flow.old_sends)
        loose = self.get_rewritten(flow.direction, relax_one_of, old=flow.old_sends)
        declared = close_schema(loose.rewrite(sent), loose.defs, flow.direction)
        apart = {
            name + _DECLARED_SUFFIX: _rename_references(schema)
            for name, schema in declared.pop("$defs", {}).items()
        }
        sender = SchemaView({**defs, **apart}, "consumer", flow.direction)
        taker = SchemaView(self.get_reader_definitions(flow), "consumer", flow.direction)
        return ContainmentChecker(sender, taker), Schema(
            {"allOf": [sent, _rename_references(declared)]}, getattr(sent, "place", None)
        )

    def get_reader_definitions(self, flow: Exposure) -> Definitions:
        """Return the definitions of whoever reads, those of a tolerant one with its closed objects opened."""
        if self._is_tolerant(flow):
            return self.get_rewritten(
                flow.direction, open_closed_object, old=not flow.old_sends
            ).defs
        return self.get_definitions(flow.direction, old=not flow.old_sends)

    def get_reader_schema(self, flow: Exposure, schema: Any) -> Any:
        """Return a schema as whoever reads by it takes it."""
        if self._is_tolerant(flow):
            return self.get_rewritten(
                flow.direction, open_closed_object, old=not flow.old_sends
            ).rewrite(schema)
        return schema

    def _is_tolerant(self, flow: Exposure) -> bool:
        return self.options.tolerant_results and flow == RESULT

    def get_rewritten(
        self, direction: Direction, change: Callable[[Schema], None], *, old: bool
    ) -> RewrittenSchemas:
        """Return the schemas of one revision, made over."""
        key = (direction, old, change.__name__)
        if key not in self._rewritten:
            self._rewritten[key] = RewrittenSchemas(
                self.get_definitions(direction, old=old), change
            )
        return self._rewritten[key]

    @cached_property
    def statistics(self) -> dict[str, int]:
        """How many pairs of schemas were compared, refuted and left unknown."""
        found = {"compared": 0, "refuted": 0, "unknown": 0}
        for inclusion in self._containments.values():
            found["compared"] += inclusion.compared_count
            for key in ("refuted", "unknown"):
                found[key] += inclusion.statistics[key]
        return found


#: What definitions are called that stand beside their namesakes.
_DECLARED_SUFFIX = ".declared"


def _rename_references(schema: Any) -> Any:
    """Return a schema whose references name the definitions that stand beside their namesakes."""
    if not isinstance(schema, dict):
        return schema
    made = Schema(map_subschemas(schema, _rename_references), getattr(schema, "place", None))
    if "$ref" in made:
        made["$ref"] += _DECLARED_SUFFIX
    return made


class RewrittenSchemas:
    """The schemas of a document, each made over in the same way: `change` alters the copy of one, in place."""

    def __init__(self, defs: Definitions, change: Callable[[Schema], None]) -> None:
        self.defs: Definitions = _RewrittenDefinitions(self, defs)
        self._rewrite_in_place = change
        self._cache: dict[int, tuple[Any, Any]] = {}

    def rewrite(self, schema: Any) -> Any:
        """Return a schema made over; the same one for the same one."""
        if not isinstance(schema, dict):
            return schema
        if id(schema) not in self._cache:
            made = Schema(map_subschemas(schema, self.rewrite), getattr(schema, "place", None))
            self._rewrite_in_place(made)
            self._cache[id(schema)] = schema, made
        return self._cache[id(schema)][1]


class _RewrittenDefinitions(dict[str, Any]):
    """Definitions that are made over when they are first asked for: those of a document grow while it is read."""

    def __init__(self, owner: RewrittenSchemas, defs: Definitions) -> None:
        super().__init__()
        self._owner = owner
        self._defs = defs

    def __missing__(self, name: str) -> Any:
        self[name] = self._owner.rewrite(self._defs[name])
        return self[name]

    def get(self, name: str, default: Any = None) -> Any:
        """Return a definition, made over."""
        return self[name] if name in self._defs else default


def open_closed_object(made: Schema) -> None:
    """Let a closed object take more than it declares."""
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        if made.get(keyword) is False:
            del made[keyword]


def relax_one_of(made: Schema) -> None:
    """Let a value fit several alternatives where it should fit one."""
    if "oneOf" in made:
        made["allOf"] = [*made.get("allOf", ()), Schema({"anyOf": made.pop("oneOf")}, made.place)]
