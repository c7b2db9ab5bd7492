"""Rules for discriminators: the property must be in every value."""

from __future__ import annotations

from dynclient.document.references import Node
from dynclient.errors import UnresolvableReference
from dynclient.plan.document_check.check_context import CheckContext, Visit
from dynclient.schema.translation.swagger_dialect import read_discriminator

_MAX_DEPTH = 100


def check_discriminator(visit: Visit, context: CheckContext) -> None:
    """Report a discriminator whose property no alternative requires.

    With a default mapping the property may be absent.

    Source: OAS 3.2.0 Discriminator Object.
    """
    _note_bases(visit.node, context)
    node = read_discriminator(visit.node)
    if node is None:
        return
    name = node.get_text("propertyName")
    if not name:
        context.report(node, "missing-field", "a discriminator needs a `propertyName`")
    elif requires_property(visit.node, name) or node.get_text("defaultMapping"):
        return
    elif alternatives := _list_alternatives(visit.node):
        if not any(requires_property(part, name) for part in alternatives):
            _warn_optional(node, name, context)
    else:
        context.discriminated_bases.append((visit.node, name))


def check_discriminated_bases(context: CheckContext) -> None:
    """Report discriminators of a base whose property neither it nor a schema built on it requires.

    This is known when all schemas have been visited.
    """
    for base, name in context.discriminated_bases:
        children = context.children_by_base.get((base.uri, base.pointer), [])
        if children and not any(requires_property(child, name) for child in children):
            _warn_optional(base.get_child("discriminator"), name, context)


def _warn_optional(node: Node, name: str, context: CheckContext) -> None:
    text = f"no alternative requires {name!r}, the property of the discriminator"
    context.warn(node, "optional-discriminator", text, "add it to `required` of each alternative")


def _note_bases(node: Node, context: CheckContext) -> None:
    """Note which schemas a schema extends by `allOf`."""
    for part in node.get_child("allOf").iterate_children():
        try:
            base = part.resolve()
        except UnresolvableReference:
            continue
        if part.reference is not None:
            context.children_by_base.setdefault((base.uri, base.pointer), []).append(node)


def _list_alternatives(node: Node) -> list[Node]:
    alternatives: list[Node] = []
    for keyword in ("oneOf", "anyOf"):
        alternatives += node.get_child(keyword).iterate_children()
    return alternatives


def requires_property(node: Node, name: str) -> bool:
    """Tell whether a schema requires a property, itself or by what it is made of."""
    return _RequiredProperty(name).is_required_by(node)


class _RequiredProperty:
    """Finds out which schemas require a property; each is looked at once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._answers: dict[tuple[str, str], bool] = {}

    def is_required_by(self, node: Node, depth: int = 0) -> bool:
        key = (node.uri, node.pointer)
        if key not in self._answers:
            self._answers[key] = False  # The answer within a circle of references.
            # What is nested too deeply is not reported.
            self._answers[key] = depth > _MAX_DEPTH or self._is_required_by_parts(node, depth + 1)
        return self._answers[key]

    def _is_required_by_parts(self, node: Node, depth: int) -> bool:
        required = node.get_child("required").value
        if isinstance(required, list) and self.name in required:
            return True
        parts = list(node.get_child("allOf").iterate_children())
        if node.reference is not None:
            try:
                parts.append(node.resolve())
            except UnresolvableReference:
                return True  # It is reported; nothing is known of it.
        if any(self.is_required_by(part, depth) for part in parts):
            return True
        return any(self._is_required_by_all(node, word, depth) for word in ("oneOf", "anyOf"))

    def _is_required_by_all(self, node: Node, keyword: str, depth: int) -> bool:
        """Tell whether there are alternatives, and each of them requires the property."""
        alternatives = list(node.get_child(keyword).iterate_children())
        if not alternatives:
            return False
        return all(self.is_required_by(alternative, depth) for alternative in alternatives)
