"""Two revisions side by side: their schemas in both directions, and who sends what to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from dynclient.changes.callers import Caller
from dynclient.changes.edits import Edits
from dynclient.model import Document, Operation
from dynclient.plan.plan import Plan
from dynclient.plan.schemas import Reading, Schemas
from dynclient.schema.dialect import Direction, Schema, mapped
from dynclient.schema.readings import Defs, closed
from dynclient.schema.subsumption import Inclusion, Side

Reader = Literal["wire", "code"]


@dataclass(frozen=True)
class Flow:
    """A way that values travel between the two revisions.

    Attributes:
        direction: whether they are part of a request or of a response.
        forward: those who follow the old document send, and the new one's read; else the other way round.

    """

    direction: Direction
    forward: bool

    @property
    def side(self) -> str:
        """The side of a call that a change of these values is about."""
        return "call" if self.forward else "result"


#: Callers of the old document call the new API; its answers are read by them.
CALL = Flow("request", forward=True)
RESULT = Flow("response", forward=False)
#: In webhooks and callbacks the API is the caller: its requests are read by us, and it reads our answers.
EVENT = Flow("request", forward=False)
ANSWER = Flow("response", forward=True)


@dataclass(frozen=True)
class Choices:
    """What the user chose of how documents are compared.

    Attributes:
        open_enums: a new value of an enum that the document calls open breaks nobody.
        tolerant_results: readers of results do not mind properties that a closed schema refuses.
        words: descriptions, examples, titles and links count too.

    """

    open_enums: bool = False
    tolerant_results: bool = False
    words: bool = False


class Revisions:
    """The old and the new revision, each translated once; what was proved of their schemas is shared by all who ask."""

    def __init__(self, old: Document, new: Document, choices: Choices) -> None:
        self.old = old
        self.new = new
        self.choices = choices
        self.schemas = {True: Schemas(old), False: Schemas(new)}
        self._inclusions: dict[tuple[Flow, Reader], Inclusion] = {}
        self._edits: dict[Direction, Edits] = {}
        self._plans: dict[tuple[bool, Operation], Plan] = {}
        self._callers: dict[Operation, Caller] = {}
        self._remade: dict[tuple[Direction, bool, str], Remade] = {}

    def defs(self, direction: Direction, *, old: bool) -> Defs:
        """Return the definitions of one revision."""
        return self.schemas[old].dialect(direction).defs

    def plan(self, operation: Operation, *, old: bool) -> Plan:
        """Return the plan of an operation of one revision."""
        key = (old, operation)
        if key not in self._plans:
            self._plans[key] = Plan(operation, self.schemas[old])
        return self._plans[key]

    def caller(self, operation: Operation) -> Caller:
        """Return the caller of an operation of the old revision."""
        if operation not in self._callers:
            self._callers[operation] = Caller(self.plan(operation, old=True))
        return self._callers[operation]

    def edits(self, direction: Direction) -> Edits:
        """Return what finds the edits between schemas."""
        if direction not in self._edits:
            defs = (self.defs(direction, old=True), self.defs(direction, old=False))
            self._edits[direction] = Edits(*defs, direction, words=self.choices.words)
        return self._edits[direction]

    def inclusion(self, flow: Flow, reader: Reader) -> Inclusion:
        """Return what proves that the values of a flow are understood by a reader.

        A program that is deployed reads as a consumer; a caller by name loads the new document, and is refused whatever
        its producer's reading refuses.
        """
        key = (flow, reader if flow.forward else "wire")
        if key not in self._inclusions:
            reading: Reading = "producer" if key[1] == "code" else "consumer"
            sender = Side(self.defs(flow.direction, old=flow.forward), "producer", flow.direction)
            self._inclusions[key] = Inclusion(
                sender, Side(self.reader_defs(flow), reading, flow.direction)
            )
        return self._inclusions[key]

    def as_written(self, flow: Flow, sent: Any) -> tuple[Inclusion, Schema]:
        """Return what proves that values are understood that a schema allows as it is written, and their schema.

        They have only properties that an alternative declares, though several may fit.
        """
        defs = self.defs(flow.direction, old=flow.forward)
        loose = self.remade(flow.direction, loosened, old=flow.forward)
        declared = closed(loose.schema(sent), loose.defs, flow.direction)
        apart = {
            name + _DECLARED: _renamed(schema) for name, schema in declared.pop("$defs", {}).items()
        }
        sender = Side({**defs, **apart}, "consumer", flow.direction)
        taker = Side(self.reader_defs(flow), "consumer", flow.direction)
        return Inclusion(sender, taker), Schema(
            {"allOf": [sent, _renamed(declared)]}, getattr(sent, "place", None)
        )

    def reader_defs(self, flow: Flow) -> Defs:
        """Return the definitions of whoever reads, those of a tolerant one with its closed objects opened."""
        if self._is_tolerant(flow):
            return self.remade(flow.direction, opened, old=not flow.forward).defs
        return self.defs(flow.direction, old=not flow.forward)

    def as_read(self, flow: Flow, schema: Any) -> Any:
        """Return a schema as whoever reads by it takes it."""
        if self._is_tolerant(flow):
            return self.remade(flow.direction, opened, old=not flow.forward).schema(schema)
        return schema

    def _is_tolerant(self, flow: Flow) -> bool:
        return self.choices.tolerant_results and flow == RESULT

    def remade(
        self, direction: Direction, change: Callable[[Schema], None], *, old: bool
    ) -> Remade:
        """Return the schemas of one revision, made over."""
        key = (direction, old, change.__name__)
        if key not in self._remade:
            self._remade[key] = Remade(self.defs(direction, old=old), change)
        return self._remade[key]

    @cached_property
    def statistics(self) -> dict[str, int]:
        """How many pairs of schemas were compared, refuted and left unknown."""
        found = {"compared": 0, "refuted": 0, "unknown": 0}
        for inclusion in self._inclusions.values():
            found["compared"] += inclusion.compared
            for key in ("refuted", "unknown"):
                found[key] += inclusion.statistics[key]
        return found


#: What definitions are called that stand beside their namesakes.
_DECLARED = ".declared"


def _renamed(schema: Any) -> Any:
    """Return a schema whose references name the definitions that stand beside their namesakes."""
    if not isinstance(schema, dict):
        return schema
    made = Schema(mapped(schema, _renamed), getattr(schema, "place", None))
    if "$ref" in made:
        made["$ref"] += _DECLARED
    return made


class Remade:
    """The schemas of a document, each made over in the same way: `change` alters the copy of one, in place."""

    def __init__(self, defs: Defs, change: Callable[[Schema], None]) -> None:
        self.defs: Defs = _RemadeDefinitions(self, defs)
        self._change = change
        self._made: dict[int, tuple[Any, Any]] = {}

    def schema(self, schema: Any) -> Any:
        """Return a schema made over; the same one for the same one."""
        if not isinstance(schema, dict):
            return schema
        if id(schema) not in self._made:
            made = Schema(mapped(schema, self.schema), getattr(schema, "place", None))
            self._change(made)
            self._made[id(schema)] = schema, made
        return self._made[id(schema)][1]


class _RemadeDefinitions(dict[str, Any]):
    """Definitions that are made over when they are first asked for: those of a document grow while it is read."""

    def __init__(self, owner: Remade, defs: Defs) -> None:
        super().__init__()
        self._owner = owner
        self._defs = defs

    def __missing__(self, name: str) -> Any:
        self[name] = self._owner.schema(self._defs[name])
        return self[name]

    def get(self, name: str, default: Any = None) -> Any:
        """Return a definition, made over."""
        return self[name] if name in self._defs else default


def opened(made: Schema) -> None:
    """Let a closed object take more than it declares."""
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        if made.get(keyword) is False:
            del made[keyword]


def loosened(made: Schema) -> None:
    """Let a value fit several alternatives where it should fit one."""
    if "oneOf" in made:
        made["allOf"] = [*made.get("allOf", ()), Schema({"anyOf": made.pop("oneOf")}, made.place)]
