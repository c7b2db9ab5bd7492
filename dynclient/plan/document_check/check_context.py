"""What the rules of the check share: the document, its translated schemas, and the problems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dynclient.document.problems import Problem, Severity
from dynclient.document.references import Node
from dynclient.errors import DocumentError, UnresolvableReference
from dynclient.model import Document
from dynclient.plan.document_check.overlap_finder import OverlapFinder
from dynclient.plan.schemas import Schemas
from dynclient.schema.dialect import Direction

#: How many pairs of alternatives of `oneOf` are looked at in one document.
MAX_OVERLAP_PAIRS = 400

#: How many schemas that are made of others are tried for a value that fits them, counted with all
#: schemas that they are made of: what a chain of 1,500 `allOf` costs grows with each link.
MAX_COMPOSED_SIZE = 10_000


@dataclass(frozen=True)
class Visit:
    """An object of the document, as a rule gets it.

    Attributes:
        kind: the name of the object in the OpenAPI Specification, e.g. `Media Type`.
        node: the object itself, no reference.
        direction: which way its values travel; None where both are possible.
        is_root: of a schema: whether no other schema is around it.

    """

    kind: str
    node: Node
    direction: Direction | None = None
    is_root: bool = False


class CheckContext:
    """Collects the problems of one document.

    Attributes:
        document: the document.
        schemas: its translated schemas.
        children_by_base: place of a schema -> the schemas that extend it by `allOf`.
        schemas_around: place of a schema -> the schemas in which it applies to the same value.
        incomplete_objects: schemas that require properties which they do not declare, and these.
        unportable_patterns: patterns that other tools read differently, and their places.
        python_patterns: patterns that Python's `re` reads differently, and the parts that it does.
        overlap_finders: what finds values that fit two alternatives of `oneOf`, by direction.
        discriminated_bases: schemas with a discriminator but no alternatives, and its property.

    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.schemas = Schemas(document)
        self.children_by_base: dict[tuple[str, str], list[Node]] = {}
        self.schemas_around: dict[tuple[str, str], list[Node]] = {}
        self.incomplete_objects: list[tuple[Node, tuple[str, ...]]] = []
        self.unportable_patterns: dict[str, list[Node]] = {}
        self.python_patterns: list[tuple[Node, list[str]]] = []
        self.discriminated_bases: list[tuple[Node, str]] = []
        self.overlap_finders: dict[Direction, OverlapFinder] = {}
        self._overlap_pairs_left = MAX_OVERLAP_PAIRS
        self._composed_size_left = MAX_COMPOSED_SIZE
        self._problems: dict[tuple[str, str, str], Problem] = {}

    @property
    def problems(self) -> list[Problem]:
        """The problems found so far."""
        return list(self._problems.values())

    def take_overlap_pair(self) -> bool:
        """Return whether one more pair of alternatives may be looked at, and count it."""
        self._overlap_pairs_left -= 1
        return self._overlap_pairs_left >= 0

    def take_composed_schema(self, size: int) -> bool:
        """Return whether one more schema may be tried for a value that fits it, and count it.

        Args:
            size: how many schemas apply to its value.

        """
        self._composed_size_left -= size
        return self._composed_size_left >= 0

    def get_overlap_finder(self, direction: Direction) -> OverlapFinder:
        """Return what finds values that fit several schemas of a direction."""
        if direction not in self.overlap_finders:
            self.overlap_finders[direction] = OverlapFinder(self.schemas, direction)
        return self.overlap_finders[direction]

    def report(
        self,
        node: Node,
        code: str,
        message: str,
        hint: str = "",
        severity: Severity = "error",
    ) -> None:
        """Add a problem at a node, unless it is known there."""
        place = node.place
        self._add(Problem(severity, code, message, hint, place.pointer, place.uri, place=place))

    def warn(self, node: Node, code: str, message: str, hint: str = "") -> None:
        """Add a problem that leaves the document usable."""
        self.report(node, code, message, hint, "warning")

    def inform(self, node: Node, code: str, message: str, hint: str = "") -> None:
        """Add a remark: nothing is wrong, but somebody may be surprised."""
        self.report(node, code, message, hint, "info")

    def guard(self, node: Node, check: Callable[..., object], *args: Any) -> None:
        """Run a check; an error that stops it is reported as a problem of the node."""
        try:
            check(*args)
        except UnresolvableReference as error:
            uri, pointer = error.uri or node.uri, error.pointer or node.pointer
            place = Node(node.files, uri, pointer, None)
            self.report(place, error.code, error.reason, error.hint or "")
        except DocumentError as error:
            self.report(node, error.code, error.headline, error.hint or "")

    def add_translation_problems(self) -> None:
        """Add what the translation of the schemas found."""
        for direction in ("request", "response"):
            for problem in self.schemas.get_dialect(direction).problems:
                self._add(problem)

    def _add(self, problem: Problem) -> None:
        self._problems.setdefault((problem.file, problem.pointer, problem.code), problem)
