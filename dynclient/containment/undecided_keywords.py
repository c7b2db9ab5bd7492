"""Keywords that no rule decides: they are suspected unless both sides have the same one.

`sub` is a disjunct of the subschema, `sup` one of the superschema.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from dynclient.containment import object_rules
from dynclient.containment.disjuncts import Conjuncts, Disjunct
from dynclient.containment.identity_cache import IdentityCache
from dynclient.containment.incompatibilities import SuspectedIncompatibility, suspect
from dynclient.containment.schema_equality import SchemaEquality
from dynclient.containment.witnesses.positive_expansion import is_true_schema
from dynclient.schema.engines.step_limit import spend_steps

if TYPE_CHECKING:
    from dynclient.containment.containment_checker import ContainmentChecker

#: Keywords that no rule decides, by the type of value that they apply to.
_UNDECIDED_KEYWORDS = {"object": ("dependentSchemas", "propertyNames")}

#: These depend on the schemas around them: the same text on both sides proves nothing.
_UNEVALUATED_KEYWORDS = {"array": ("unevaluatedItems",), "object": ("unevaluatedProperties",)}


def suspect_undecided_keywords(
    checker: ContainmentChecker, sub: Disjunct, json_type: str, sup: Disjunct
) -> Iterator[SuspectedIncompatibility]:
    """Suspect keywords that no rule decides, unless both sides have the same one."""
    is_equal = checker.equality.is_equal
    make_example = partial(checker.examples.generate, sub, json_type)
    for negated in checker.negations.select_unshared(sub, sup):
        if not object_rules.is_disjoint_from_schema(checker, sub, json_type, negated):
            yield suspect("oneOf", None, None, make_example)
    for keyword in ("not", *_UNDECIDED_KEYWORDS.get(json_type, ())):
        own_schemas = [{keyword: value} for value in sub.collect_values(keyword)]
        for value in sup.collect_values(keyword):
            if not any(is_equal(own, {keyword: value}) for own in own_schemas):
                yield suspect(keyword, None, None, make_example)
    for keyword in _UNEVALUATED_KEYWORDS.get(json_type, ()):
        for value in sup.collect_values(keyword):
            if not is_true_schema(value):
                yield suspect(keyword, None, value, make_example)


class NegationComparer:
    """Compares what disjuncts of the two sides negate.

    Args:
        equality: of the definitions of both sides.

    """

    def __init__(self, equality: SchemaEquality) -> None:
        self._equality = equality
        self._negated_by_key = IdentityCache[dict[str, list[Any]]]()
        #: Whether the sender negates a schema of the receiver, by the identity of that schema.
        self._shared_negations = IdentityCache[dict[int, bool]]()

    def select_unshared(self, sub: Disjunct, sup: Disjunct) -> list[Any]:
        """Return the schemas that the receiver's disjunct negates, and the sender's does not."""
        if not sub.negated:
            return list(sup.negated)
        shared = self._shared_negations.get_or_compute((sub,), dict[int, bool])
        unshared: list[Any] = []
        for negated in sup.negated:
            is_shared = shared.get(id(negated))
            if is_shared is None:
                is_shared = shared[id(negated)] = self._has_equal_negation(sub, negated)
            if not is_shared:
                unshared.append(negated)
        return unshared

    def _has_equal_negation(self, sub: Disjunct, negated: Any) -> bool:
        """Tell whether the sender's disjunct negates an equal schema."""
        spend_steps()
        by_key = self._negated_by_key.get_or_compute(
            (sub,), lambda: self._index_negated(sub.negated)
        )
        key = self._equality.build_structural_key(negated, is_first=False)
        return any(self._equality.is_equal(own, negated) for own in by_key.get(key, ()))

    def _index_negated(self, schemas: Conjuncts) -> dict[str, list[Any]]:
        by_key: dict[str, list[Any]] = {}
        for negated in schemas:
            key = self._equality.build_structural_key(negated, is_first=True)
            by_key.setdefault(key, []).append(negated)
        return by_key
