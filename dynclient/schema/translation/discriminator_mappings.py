"""The mapping of a discriminator: its tags name definitions, as the `$ref`s of alternatives do."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from dynclient.document.references import Node, escape_token
from dynclient.errors import UnresolvableReference
from dynclient.schema.translation.hierarchy import find_mapped_schema
from dynclient.schema.translation.translation_problems import TranslationProblems


class DiscriminatorMappingTranslator:
    """Translates Discriminator Objects.

    Args:
        problems: takes what cannot be carried over.
        add_definition: Schema Object -> the name of its definition.

    """

    def __init__(
        self, problems: TranslationProblems, add_definition: Callable[[Node], str]
    ) -> None:
        self._problems = problems
        self._add_definition = add_definition

    def translate(self, node: Node) -> dict[str, Any] | None:
        """Return a Discriminator Object whose mapping names definitions; None without a tag."""
        if not node.get_text("propertyName"):
            return None
        mapping_node = self._problems.follow_child(node, "mapping")
        mapping = {}
        for tag in mapping_node.member_keys():
            reference = self._translate_entry(mapping_node, tag)
            if reference is not None:
                mapping[tag] = reference

        discriminator: dict[str, Any] = {"propertyName": node.get_text("propertyName")}
        if mapping:
            discriminator["mapping"] = mapping
        if "defaultMapping" in node.value:
            reference = self._translate_entry(node, "defaultMapping")
            if reference is not None:
                discriminator["defaultMapping"] = reference
        return discriminator

    def _translate_entry(self, owner: Node, keyword: str) -> str | None:
        """Return the reference to the definition that an entry names; None where it names none."""
        entry = owner.get_child(keyword)
        try:
            target = find_mapped_schema(entry)
        except UnresolvableReference as error:
            self._problems.report(entry, "unresolvable-reference", error.reason)
            return None
        if target is None:
            self._problems.report_keyword(owner, keyword)
            return None
        return "#/$defs/" + escape_token(self._add_definition(target))


def is_abstract(base: Node, mapping: Node) -> bool:
    """Return whether no tag means the base, as a mapping names other schemas only."""
    entries = list(mapping.iterate_children())
    for entry in entries:
        with contextlib.suppress(UnresolvableReference):
            target = find_mapped_schema(entry)
            if target and (target.uri, target.pointer) == (base.uri, base.pointer):
                return False
    return bool(entries)
