"""The problems of Schema Objects that their translation finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynclient.document.references import Node
from dynclient.errors import UnresolvableReference
from dynclient.schema.dialect import Schema
from dynclient.violations import Place

if TYPE_CHECKING:
    from dynclient.document.problems import Problem, Severity


class TranslationProblems:
    """Notes what of the schemas cannot be carried over.

    Attributes:
        found: the problems.

    """

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def report(
        self, node: Node, code: str, message: str, severity: Severity = "error", hint: str = ""
    ) -> None:
        """Note a problem at a place."""
        from dynclient.document.problems import Problem  # Most schemas have none.

        place = node.place
        problem = Problem(severity, code, message, hint, place.pointer, place.uri, place=place)
        self.found.append(problem)

    def report_keyword(self, node: Node, keyword: str) -> None:
        """Note a keyword whose value is none that it can have."""
        message = f"`{keyword}` has a value that it cannot have; it is ignored"
        self.report(node.get_child(keyword), "invalid-keyword", message)

    def report_cycle(self, schema: Schema, name: str) -> None:
        """Note a schema whose reference leads back to itself."""
        from dynclient.document.problems import Problem

        place = schema.place or Place("", "")
        message = (
            f"the schema {name!r} refers to itself and describes nothing; the reference is ignored"
        )
        problem = Problem(
            "error", "circular-schema", message, "", place.pointer, place.uri, place=schema.place
        )
        self.found.append(problem)

    def follow_child(self, node: Node, keyword: str) -> Node:
        """Return what a keyword holds that is no schema, its `$ref` followed.

        A reference that leads nowhere is noted.
        """
        try:
            return node.get_child(keyword).merge_reference()
        except UnresolvableReference as error:
            self.report(node.get_child(keyword), "unresolvable-reference", error.reason)
            return node.follow_child(keyword)
