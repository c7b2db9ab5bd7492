"""Whether every value of one schema fits another: a proof, or incompatibilities with witnesses.

Only rules prove. Where a rule fails, it proposes a value, and the engines decide whether that is a
witness. What is neither proved nor refuted stays `unknown`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from dynclient.containment import array_rules, object_rules, scalar_rules
from dynclient.containment.disjunct_examples import DisjunctExamples
from dynclient.containment.disjuncts import Conjuncts, Disjunct, ExpansionFailed
from dynclient.containment.failure_conditions import build_failure_condition
from dynclient.containment.identity_cache import IdentityCache
from dynclient.containment.incompatibilities import (
    NO_WITNESS,
    Incompatibility,
    SuspectedIncompatibility,
    suspect,
)
from dynclient.containment.schema_equality import SchemaEquality, select_assertions
from dynclient.containment.schema_view import SchemaView
from dynclient.containment.undecided_keywords import NegationComparer, suspect_undecided_keywords
from dynclient.containment.witness_finder import WitnessFinder
from dynclient.containment.witnesses import SignedSchema, WitnessGenerator, build_negation
from dynclient.containment.witnesses.search_results import UNSATISFIABLE, Witness
from dynclient.containment.witnesses.validator_cache import ValidatorCache
from dynclient.containment.worklist import Worklist
from dynclient.schema.dialect import Schema, get_place
from dynclient.violations import Place

#: One value of each type.
_VALUE_OF_TYPE: dict[str, Any] = {
    "null": None,
    "boolean": True,
    "number": 0,
    "string": "",
    "array": [],
    "object": {},
}

#: The types that have few values.
_FINITE_TYPES: dict[str, tuple[Any, ...]] = {"null": (None,), "boolean": (True, False)}

#: The types whose values several disjuncts can cover together.
_COVERABLE_TYPES = ("number", "string")


#: With how many disjuncts of the receiver the values of one disjunct are compared.
MAX_CANDIDATES = 16


class ContainmentChecker:
    """Compares schemas of two documents in one direction. Its queries share all proofs.

    Args:
        subschema_view: the schemas of the sender.
        superschema_view: the schemas of the receiver, which must accept what is sent.
        generator: that of other comparisons of the same definitions; None for a new one.

    """

    def __init__(
        self,
        subschema_view: SchemaView,
        superschema_view: SchemaView,
        generator: WitnessGenerator | None = None,
    ) -> None:
        self.subschema_view = subschema_view
        self.superschema_view = superschema_view
        self.statistics: Counter[str] = Counter()
        self.witness_generator = generator or WitnessGenerator(
            SchemaEquality(subschema_view.defs, superschema_view.defs), ValidatorCache()
        )
        self.equality = self.witness_generator.equality
        self.validators = self.witness_generator.validators
        self._worklist = Worklist(self._suspect_pair, self._find_value_refused_by_all)
        self._conjunctions = IdentityCache[Any]()
        self._suspected: dict[Any, tuple[SuspectedIncompatibility, ...]] = {}
        self.negations = NegationComparer(self.equality)
        self.examples = DisjunctExamples(subschema_view, self.witness_generator, self.validators)
        self.witness_finder = WitnessFinder(
            subschema_view, superschema_view, self.witness_generator, self.validators
        )

    def find_incompatibilities(
        self, subschema: Schema | bool, superschema: Schema | bool
    ) -> tuple[Incompatibility, ...]:
        """Return every cause for which a value of the subschema might not fit the superschema.

        Returns:
            The causes; () where every value is proved to fit.

        """
        suspected = self.find_suspected(subschema, superschema)
        settled = [self.settle(one, subschema, superschema) for one in suspected]
        if suspected and not any(settled):
            settled = [self.settle_whole(suspected[0], subschema, superschema)]
        distinct = {_build_identity(one): one for one in settled if one is not None}
        return tuple(distinct.values())

    def find_suspected(
        self, subschema: Schema | bool, superschema: Schema | bool
    ) -> tuple[SuspectedIncompatibility, ...]:
        """Return every suspected cause, with no witness checked; () is a proof of containment."""
        suspected = self.compare((subschema,), (superschema,))
        pair = suspected[0].pair if len(suspected) == 1 else None
        if pair is None:
            return suspected
        if pair not in self._suspected:
            self._suspected[pair] = tuple(self._worklist.expand_links(suspected))
        return self._suspected[pair]

    def settle_whole(
        self, first: SuspectedIncompatibility, subschema: Any, superschema: Any
    ) -> Incompatibility | None:
        """Settle whether the whole superschema contains the subschema, reported at the first cause.

        A cause that was excluded may stand for others that are real. So, where every cause was
        excluded, the two schemas as a whole decide.

        Returns:
            The incompatibility; None where containment is proved.

        """
        whole = replace(first, make_candidate=None, failure_condition=None)
        return self.settle(whole, subschema, superschema)

    @property
    def compared_count(self) -> int:
        """How many pairs of schemas were compared."""
        return len(self._worklist)

    def settle(
        self, suspected: SuspectedIncompatibility, subschema: Any, superschema: Any
    ) -> Incompatibility | None:
        """Decide a suspected incompatibility.

        Returns:
            It is `refuted` where both engines agree on a witness, else `unknown`; None where it is
            proved that no witness exists.

        """
        outcome = self.witness_finder.find(suspected, subschema, superschema)
        if outcome is UNSATISFIABLE:
            self.statistics["excluded"] += 1
            return None
        if not isinstance(outcome, Witness):
            self.statistics["unknown"] += 1
            return suspected.incompatibility
        self.statistics["refuted"] += 1
        incompatibility = suspected.incompatibility
        return replace(incompatibility, verdict="refuted", reason="", witness=outcome.value)

    # --- pairs of schemas

    def compare(
        self, subschemas: Conjuncts, superschemas: Conjuncts
    ) -> tuple[SuspectedIncompatibility, ...]:
        """Return what speaks against the containment of one conjunction of schemas in another."""
        subschemas = tuple(map(self.subschema_view.resolve, subschemas))
        superschemas = tuple(map(self.superschema_view.resolve, superschemas))
        if not superschemas or self._is_contained_by_equality(subschemas, superschemas):
            return ()
        return self._worklist.query_pair(subschemas, superschemas)

    def _suspect_pair(
        self, subschemas: Conjuncts, superschemas: Conjuncts
    ) -> Iterator[SuspectedIncompatibility]:
        """Yield the causes of a pair; those without a place get the place of the whole schemas."""
        condition = build_negation(Schema({"allOf": list(superschemas)}))
        subschema_place = _find_place(subschemas)
        superschema_place = _find_place(superschemas)
        for suspected in self._find_causes(subschemas, superschemas):
            yield suspected.locate(subschema_place, superschema_place, condition)

    def _find_value_refused_by_all(
        self, subschemas: Conjuncts, superschemas: Conjuncts, value: Any
    ) -> Any:
        """Return a value that no disjunct of the superschema accepts.

        Returns:
            The given value where it is one, else a generated one; NO_WITNESS where none is found.

        """
        subschema = self._conjoin(subschemas)
        superschema = self._conjoin(superschemas)
        if value is not NO_WITNESS:
            is_sent = self.validators.get_checker(self.subschema_view, subschema).accepts(value)
            receiver = self.superschema_view
            if is_sent and not self.validators.get_checker(receiver, superschema).accepts(value):
                return value
        result = self.witness_generator.generate(
            (
                SignedSchema(self.subschema_view, subschema),
                SignedSchema(self.superschema_view, superschema, is_positive=False),
            )
        )
        return result.value if isinstance(result, Witness) else NO_WITNESS

    def _conjoin(self, schemas: Conjuncts) -> Any:
        """Return one schema for a conjunction; the same object each time, for the caches."""
        if len(schemas) == 1:
            return schemas[0]
        return self._conjunctions.get_or_compute(schemas, lambda: Schema({"allOf": list(schemas)}))

    def _is_contained_by_equality(self, subschemas: Conjuncts, superschemas: Conjuncts) -> bool:
        """Tell whether each superschema equals one of the subschemas.

        A producer's view closes all schemas of a value together, so that there both must be equal.
        """
        is_equal = self.equality.is_equal
        for superschema in superschemas:
            if not any(is_equal(one, superschema) for one in subschemas):
                return False
        if self.superschema_view.reading == "consumer":
            return True
        return all(any(is_equal(one, other) for other in superschemas) for one in subschemas)

    def _find_causes(
        self, subschemas: Conjuncts, superschemas: Conjuncts
    ) -> Iterator[SuspectedIncompatibility]:
        try:
            sub_disjuncts = self.subschema_view.expand_subschema(subschemas)
            super_disjuncts = self.superschema_view.expand_superschema(superschemas)
        except ExpansionFailed:
            reason = "there are too many alternatives to tell apart"
            yield suspect("anyOf", None, None, reason=reason)
            return
        refused_type = self._find_refused_type(subschemas, super_disjuncts)
        if refused_type is not None:
            yield refused_type
            return

        declarations = frozenset[tuple[str, str]]()
        for sub in sub_disjuncts:
            declarations |= sub.declarations
        for sub in sub_disjuncts:
            values = _list_finite_values(sub) if sub.enumeration is None else sub.enumeration
            yield from scalar_rules.compare_enumeration(
                self, values, sub, superschemas, super_disjuncts
            )
            if sub.enumeration is not None:
                continue
            admitting = [
                _admit_evaluated_elsewhere(sub, sup, declarations) for sup in super_disjuncts
            ]
            for json_type in sorted(sub.types - _FINITE_TYPES.keys()):
                yield from self._compare_type(sub, json_type, admitting)

    def _find_refused_type(
        self, subschemas: Conjuncts, super_disjuncts: list[Disjunct]
    ) -> SuspectedIncompatibility | None:
        """Return that a type is refused, where the sender accepts any value.

        Every other cause would say the same of such a sender.
        """
        for schema in subschemas:
            if schema is False or (isinstance(schema, dict) and select_assertions(schema)):
                return None
        accepted = frozenset[str]().union(*(sup.types for sup in super_disjuncts))
        for json_type, value in _VALUE_OF_TYPE.items():
            if json_type not in accepted:
                return suspect("type", None, sorted(accepted), partial(_return_value, value))
        return None

    def _compare_type(
        self, sub: Disjunct, json_type: str, super_disjuncts: list[Disjunct]
    ) -> Iterator[SuspectedIncompatibility]:
        """Compare the values of one type with the disjuncts that accept this type."""
        if self._is_empty(sub, json_type):
            return
        accepting = [sup for sup in super_disjuncts if json_type in sup.types]
        if not accepting:
            accepted_types = frozenset[str]().union(*(sup.types for sup in super_disjuncts))
            make_example = partial(self.examples.generate, sub, json_type)
            yield suspect("type", sorted(sub.types), sorted(accepted_types), make_example)
            return

        candidates = self._select_candidates(sub, json_type, accepting)
        if len(candidates) > 1:
            self._worklist.mark_joint()
        suspected = self._compare_with_closest(sub, json_type, candidates)
        if not suspected:
            return
        can_be_covered = len(accepting) > 1 and json_type in _COVERABLE_TYPES
        if not (can_be_covered and scalar_rules.is_covered(sub, json_type, accepting)):
            yield from suspected

    def _compare_with_closest(
        self, sub: Disjunct, json_type: str, candidates: list[Disjunct]
    ) -> tuple[SuspectedIncompatibility, ...]:
        """Return what speaks against the closest disjunct; () where one contains all values.

        The closest one has the same pointer, else the fewest causes against it. The comparison
        with another disjunct stops as soon as that one cannot be closer.
        """
        is_closest_known = self._has_same_pointer(sub, candidates[:1])
        closest = tuple(self._compare_disjuncts(sub, json_type, candidates[0]))
        if not closest:
            return ()
        for sup in candidates[1:]:
            limit = 1 if is_closest_known else len(closest)
            suspected = tuple(islice(self._compare_disjuncts(sub, json_type, sup), limit))
            if not suspected:
                return ()
            if not is_closest_known and len(suspected) < len(closest):
                closest = suspected
        return closest

    def _select_candidates(
        self, sub: Disjunct, json_type: str, accepting: list[Disjunct]
    ) -> list[Disjunct]:
        """Return the disjuncts that may accept a value, the most similar ones first.

        Not all of many are returned: each alternative would be compared with each other one.
        """
        if len(accepting) < 2:  # noqa: PLR2004 (no choice)
            return accepting
        candidates = list(accepting)
        if json_type == "object":
            are_disjoint = partial(object_rules.are_disjuncts_disjoint, self, sub, json_type)
            candidates = [sup for sup in accepting if not are_disjoint(sup)]
        candidates = candidates or list(accepting)
        candidates.sort(key=partial(self._measure_difference, sub))
        return candidates[:MAX_CANDIDATES]

    def _measure_difference(self, sub: Disjunct, sup: Disjunct) -> tuple[bool, int]:
        """Return whether the pointers differ, and how many properties only one side declares."""
        has_other_pointer = not self._has_same_pointer(sub, [sup])
        return has_other_pointer, len(sub.declarations ^ sup.declarations)

    def _has_same_pointer(self, sub: Disjunct, super_disjuncts: list[Disjunct]) -> bool:
        """Tell whether a disjunct stands at the same pointer in the other document."""
        place = sub.find_place("type")
        if place is None:
            return False
        other_places = [sup.find_place("type") for sup in super_disjuncts]
        return any(other and other.pointer == place.pointer for other in other_places)

    def _is_empty(self, sub: Disjunct, json_type: str) -> bool:
        if json_type == "object":
            return any(self.subschema_view.is_refused(sub, name) for name in sub.required)
        return json_type in _COVERABLE_TYPES and scalar_rules.is_empty(sub, json_type)

    def _compare_disjuncts(
        self, sub: Disjunct, json_type: str, sup: Disjunct
    ) -> Iterator[SuspectedIncompatibility]:
        """Compare one type of value with one disjunct; a cause gets the place of its keyword."""
        for suspected in self._compare_keywords(sub, json_type, sup):
            cause = suspected.incompatibility
            if cause.rule == "oneOf":
                yield suspected
                continue
            yield suspected.locate(
                sub.find_place(cause.rule, cause.subschema_assertion),
                sup.find_place(cause.rule, cause.superschema_assertion, cause.property_name),
                build_failure_condition(sup, cause),
            )

    def _compare_keywords(
        self, sub: Disjunct, json_type: str, sup: Disjunct
    ) -> Iterator[SuspectedIncompatibility]:
        if sup.enumeration is not None and json_type in ("array", "object"):
            make_example = partial(self.examples.generate, sub, json_type)
            yield suspect("enum", None, sup.enumeration, make_example)
        if json_type in ("number", "string"):
            yield from scalar_rules.compare_scalars(sub, json_type, sup)
        elif json_type == "array":
            yield from array_rules.compare_arrays(self, sub, sup)
        elif json_type == "object":
            yield from object_rules.compare_objects(self, sub, sup)
        yield from suspect_undecided_keywords(self, sub, json_type, sup)


def _list_finite_values(sub: Disjunct) -> list[Any]:
    """Return the values of a disjunct that belong to types with few values."""
    finite: list[Any] = []
    for json_type, values in _FINITE_TYPES.items():
        if json_type in sub.types:
            finite += values
    return finite


def _return_value(value: Any) -> Any:
    return value


def _build_identity(one: Incompatibility) -> tuple[Any, ...]:
    """Return a key that is the same for two reports of the same cause."""
    return (
        one.rule,
        one.path,
        one.property_name,
        one.subschema_place,
        one.superschema_place,
        repr(one.superschema_assertion),
    )


def _admit_evaluated_elsewhere(
    sub: Disjunct, sup: Disjunct, declarations: frozenset[tuple[str, str]]
) -> Disjunct:
    """Return the receiver's disjunct with the properties that other disjuncts evaluate.

    A sender that sends a property of another disjunct fits that disjunct too. The receiver's
    disjunct that accepts that one declares the property, or the cause is found there.
    """
    borrowed = set[tuple[str, str]]()
    for part in sub.unevaluated_part:
        for keyword in part:
            borrowed.update((keyword, name) for name in part[keyword])
    if not sup.is_closed or not borrowed:
        return sup
    return replace(sup, evaluated_elsewhere=declarations.intersection(borrowed))


def _find_place(schemas: Conjuncts) -> Place | None:
    """Return the place of the first schema that has one."""
    for schema in schemas:
        place = get_place(schema)
        if place is not None:
            return place
    return None
