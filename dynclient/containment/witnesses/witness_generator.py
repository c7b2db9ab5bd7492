"""The search for a witness: expand schemas, build a value, expand what the value does not fit.

The schemas are expanded lazily. A conjunct with several disjuncts is expanded only where the value
that fits all other constraints does not fit this conjunct.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from dynclient.containment import number_sets, string_sets
from dynclient.containment.identity_cache import IdentityCache
from dynclient.containment.schema_equality import SchemaEquality
from dynclient.containment.unknown import Undecidable, Unknown
from dynclient.containment.witnesses import array_witnesses, object_witnesses
from dynclient.containment.witnesses.allowed_properties import (
    AllowedProperties,
    compute_allowed_properties,
)
from dynclient.containment.witnesses.constraint_set import (
    NO_VALUES,
    ConstraintSet,
    UnevaluatedRule,
    remove_duplicates,
)
from dynclient.containment.witnesses.formatted_strings import find_formatted_string
from dynclient.containment.witnesses.known_members import (
    ExpandedSchemas,
    KnownMembers,
    is_negated_one_of,
)
from dynclient.containment.witnesses.negated_expansion import expand_negated
from dynclient.containment.witnesses.positive_expansion import DisjunctiveKeyword, expand
from dynclient.containment.witnesses.search_results import (
    UNDETERMINED,
    UNSATISFIABLE,
    SearchResult,
    Witness,
    combine_results,
)
from dynclient.containment.witnesses.signed_schemas import (
    DerivedCondition,
    SignedKey,
    SignedSchema,
    simplify_signed,
)
from dynclient.containment.witnesses.unevaluated import find_unfitting_alternatives
from dynclient.containment.witnesses.validator_cache import ValidatorCache
from dynclient.schema.dialect import Schema
from dynclient.schema.engines.step_limit import spend_steps
from dynclient.schema.readings import is_closable

#: How deep values may be nested, and how many steps a search may take. Shallow values come first:
#: with recursive schemas, each level has many more values than the one above it.
SEARCH_ROUNDS = ((3, 500), (6, 1_000), (12, 1_500), (40, 3_000))

#: Each so many schemas of one value cost a step.
_SCHEMAS_PER_STEP = 16

#: So many steps of the comparison for each schema of one value.
_STEPS_PER_CONJUNCT = 3

#: To compile a validator costs so many steps.
_STEPS_PER_VALIDATOR = 5

#: The order in which the types of a value are tried.
TYPE_ORDER = ("string", "number", "boolean", "array", "object", "null")

#: The string that is used wherever any string fits.
_DEFAULT_STRING = "a"

_TOO_DEEP = Unknown("the schemas are too deep to follow")

_FINITE_TYPES: dict[str, tuple[Any, ...]] = {"boolean": (True, False), "null": (None,)}

QueryKey = frozenset[SignedKey]

#: All signed schemas of one value.
SignedSchemas = tuple[SignedSchema, ...]

_get_key = attrgetter("key")


@dataclass(frozen=True, slots=True)
class _KeptResult:
    """A result, with the schemas that keep the identities in its key alive.

    Attributes:
        signed_schemas: the schemas of the query.
        result: its result.
        levels: how many levels of nested values the search had left.

    """

    signed_schemas: SignedSchemas
    result: SearchResult
    levels: int = 0


class WitnessGenerator:
    """Finds values that fit some schemas and not others, or proves that there are none.

    Results are kept.

    Args:
        equality: compares schemas of the subschema's document with those of the superschema's.
        validators: checks values.

    """

    def __init__(self, equality: SchemaEquality, validators: ValidatorCache) -> None:
        self.equality = equality
        self.validators = validators
        self._expansions: dict[SignedKey, tuple[SignedSchema, list[ConstraintSet]]] = {}
        self._disjunctive_keywords = IdentityCache[list[Schema]]()
        self._unions = IdentityCache[DisjunctiveKeyword]()
        self._allowed_properties = IdentityCache[AllowedProperties | None]()
        self._results: dict[QueryKey, _KeptResult] = {}
        #: Queries for which all rounds were tried.
        self._exhausted_results: dict[QueryKey, _KeptResult] = {}
        #: Queries that were cut off at the maximum depth.
        self._truncated_results: dict[QueryKey, _KeptResult] = {}
        #: The depth of each query in progress, and the lowest of these that a query came back to.
        self._in_progress: dict[QueryKey, int] = {}
        self._lowlink = 0
        self._steps_left = 0
        self._max_depth = 0
        self._is_truncated = False

    # --- queries

    def generate(
        self,
        signed_schemas: SignedSchemas,
        rounds: Sequence[tuple[int, int]] | None = None,
    ) -> SearchResult:
        """Return a witness of all signed schemas, UNSATISFIABLE by proof, or Unknown.

        Args:
            signed_schemas: what the witness must fit, or must not fit.
            rounds: the effort; None for SEARCH_ROUNDS.

        """
        signed_schemas = remove_duplicates(map(simplify_signed, signed_schemas), _get_key)
        key = frozenset(signed.key for signed in signed_schemas)
        if key in self._exhausted_results:
            return self._exhausted_results[key].result
        if len(signed_schemas) > 1 and self._has_empty_schema(signed_schemas):
            return UNSATISFIABLE
        result: SearchResult = UNDETERMINED
        pending = deque(rounds or SEARCH_ROUNDS)
        _, most_steps = pending[-1]
        while pending:
            self._max_depth, steps = pending.popleft()
            self._steps_left = steps
            self._is_truncated = False
            result = self.search(signed_schemas)
            if not isinstance(result, Unknown):
                return result
            if self._is_truncated:
                continue
            if self._steps_left > 0 or steps == most_steps:
                break
            # As far as is known, only steps are missing, and no deeper values.
            pending.appendleft((self._max_depth, most_steps))
        self._exhausted_results[key] = _KeptResult(signed_schemas, result)
        return result

    def _has_empty_schema(self, signed_schemas: SignedSchemas) -> bool:
        """Tell whether no value fits one of the positive schemas alone, which is found out once."""
        return any(
            self.generate((signed,)) is UNSATISFIABLE
            for signed in signed_schemas
            if signed.is_positive and _is_in_document(signed.schema)
        )

    def search(self, signed_schemas: SignedSchemas) -> SearchResult:
        """Return the same, within the depth and the steps of the query in progress.

        A query that comes back to itself is about a smaller value. So its inner result may be
        UNSATISFIABLE: if it had a witness, the smallest one would contain a smaller one.
        """
        key = frozenset(signed.key for signed in signed_schemas)
        if key in self._in_progress:
            self._lowlink = min(self._lowlink, self._in_progress[key])
            return UNSATISFIABLE
        if key in self._results:
            return self._results[key].result
        depth = len(self._in_progress)
        levels = self._max_depth - depth
        truncated = self._truncated_results.get(key)
        if levels <= (truncated.levels if truncated else 0):
            self._is_truncated = True
            return truncated.result if truncated else _TOO_DEEP
        return self._search_deeper(key, signed_schemas, depth)

    def _search_deeper(
        self, key: QueryKey, signed_schemas: SignedSchemas, depth: int
    ) -> SearchResult:
        """Search for the first time, or with more levels than before; keep what always holds."""
        self._in_progress[key] = depth
        outer_lowlink, self._lowlink = self._lowlink, depth + 1
        outer_is_truncated, self._is_truncated = self._is_truncated, False
        try:
            result = self._search_types(signed_schemas)
        finally:
            del self._in_progress[key]

        # A result that depends on an outer query in progress holds only inside that query.
        is_independent = self._lowlink >= depth
        is_unknown = isinstance(result, Unknown)
        if is_independent and (self._steps_left > 0 or not is_unknown):
            if self._is_truncated and is_unknown:
                levels = self._max_depth - depth
                self._truncated_results[key] = _KeptResult(signed_schemas, result, levels)
            else:
                self._results[key] = _KeptResult(signed_schemas, result)
        if not is_independent:
            outer_lowlink = min(outer_lowlink, self._lowlink)
        self._lowlink = outer_lowlink
        self._is_truncated = outer_is_truncated or self._is_truncated
        return result

    def _search_types(self, signed_schemas: SignedSchemas) -> SearchResult:
        for signed in signed_schemas:
            if signed.schema is (not signed.is_positive):
                return UNSATISFIABLE
        closing_rules = self._collect_closing_rules(signed_schemas)
        constraints = self.conjoin(ConstraintSet(unevaluated=closing_rules), signed_schemas)
        if constraints.enumeration is not None:
            return self._search_enumeration(constraints.enumeration, signed_schemas)
        results: list[SearchResult] = []
        for json_type in TYPE_ORDER:
            if json_type in constraints.types:
                results.append(self._search_type(constraints, json_type, signed_schemas))
                if isinstance(results[-1], Witness):
                    break
        return combine_results(results)

    def _search_enumeration(
        self, values: tuple[Any, ...], signed_schemas: SignedSchemas
    ) -> SearchResult:
        for value in values:
            if all(self._satisfies(signed, value) for signed in signed_schemas):
                return Witness(value)
        return UNSATISFIABLE

    def _collect_closing_rules(self, signed_schemas: SignedSchemas) -> tuple[UnevaluatedRule, ...]:
        """Return the rules of the readings: each closes all schemas of the value together."""
        by_view: dict[int, list[SignedSchema]] = {}
        for signed in signed_schemas:
            if _closes(signed) and signed.is_positive and _is_in_document(signed.schema):
                by_view.setdefault(id(signed.view), []).append(signed)
        rules = []
        for closing in by_view.values():
            first = closing[0]
            schemas = tuple(signed.schema for signed in closing)
            if is_closable(Schema({"allOf": list(schemas)}), first.view.defs):
                rules.append(UnevaluatedRule(first, schemas, SignedSchema(first.view, False)))
        return tuple(rules)

    # --- expansion

    def conjoin(self, constraints: ConstraintSet, signed_schemas: SignedSchemas) -> ConstraintSet:
        """Return the conjunction of constraints and signed schemas.

        A schema with several disjuncts is not expanded.
        """
        queue = deque(signed_schemas)
        unexpanded = list(constraints.unexpanded)
        known = constraints.expanded
        visited = set(map(_get_key, known))
        added: list[SignedSchema] = []
        while queue:
            signed = queue.popleft()
            if signed.key in visited:
                continue
            visited.add(signed.key)
            added.append(signed)
            disjuncts = self.expand(signed)
            if not disjuncts:
                return NO_VALUES
            if len(disjuncts) > 1:
                unexpanded.append(signed)
                continue
            constraints = constraints.restrict(disjuncts[0])
            queue += disjuncts[0].unexpanded
        spend_steps(_STEPS_PER_CONJUNCT * (1 + len(added)))
        self._steps_left -= len(added) // _SCHEMAS_PER_STEP
        if constraints.is_trivially_empty or self._has_contradiction(known, added):
            return NO_VALUES
        return constraints.replace_conjuncts(tuple(unexpanded), (*known, *added))

    def expand(self, signed: SignedSchema) -> list[ConstraintSet]:
        """Return the disjuncts of a signed schema."""
        key = signed.key
        if key not in self._expansions:
            disjuncts = self._expand(signed)
            possible = [disjunct for disjunct in disjuncts if not disjunct.is_trivially_empty]
            self._expansions[key] = signed, possible
        return self._expansions[key][1]

    def _expand(self, signed: SignedSchema) -> list[ConstraintSet]:
        if signed.is_positive:
            return expand(signed, self._disjunctive_keywords)
        return expand_negated(signed)

    def _has_contradiction(
        self, known: Sequence[SignedSchema], added: Sequence[SignedSchema]
    ) -> bool:
        """Tell whether a schema must fit and an equal one must not, and one of them was added."""
        positive, negative = _list_comparable(known)
        added_positive, added_negative = _list_comparable(added)
        both = [*positive, *added_positive]
        closing = [signed for signed in both if _closes(signed)]
        return self._do_contradict(both, added_negative, closing) or self._do_contradict(
            added_positive, negative, closing
        )

    def _do_contradict(
        self,
        positive: list[SignedSchema],
        negative: list[SignedSchema],
        closing: list[SignedSchema],
    ) -> bool:
        if not positive or not negative:
            return False
        by_key: dict[str, list[SignedSchema]] = {}
        for one in positive:
            by_key.setdefault(self._build_structural_key(one), []).append(one)
        for other in negative:
            equal = by_key.get(self._build_structural_key(other), ())
            if any(self._is_contained(one, other, closing) for one in equal):
                return True
        return False

    def _build_structural_key(self, signed: SignedSchema) -> str:
        return self.equality.build_key_for(signed.view.defs, signed.schema)

    def _is_contained(
        self, one: SignedSchema, other: SignedSchema, closing: list[SignedSchema]
    ) -> bool:
        """Tell whether every value that fits one schema fits the other.

        Where the reading closes the other, it must close the one alone in the same way.
        """
        if not other.is_open and (other.closing_mode != "location" or closing != [one]):
            return False
        if one.view is other.view:
            return one.schema is other.schema
        return self.equality.is_equal_either_way(one.view.defs, one.schema, other.schema)

    def build_union(self, schemas: tuple[Any, ...]) -> Any:
        """Return a schema that at least one of several fits; the same object each time."""
        if len(schemas) == 1:
            return schemas[0]
        return self._unions.get_or_compute(
            schemas, lambda: DisjunctiveKeyword({"anyOf": list(schemas)})
        )

    def find_allowed_properties(
        self, rule: UnevaluatedRule, negated: tuple[Any, ...]
    ) -> AllowedProperties | None:
        """Return the properties that a rule allows where some schemas do not fit."""
        in_order = sorted(negated, key=id)
        signed = rule.signed
        return self._allowed_properties.get_or_compute(
            (signed.view, signed.schema, rule.declaring_schema, *rule.schemas, *in_order),
            lambda: compute_allowed_properties(rule, negated),
            (signed.key, len(rule.schemas)),
        )

    # --- values

    def _search_type(
        self, constraints: ConstraintSet, json_type: str, signed_schemas: SignedSchemas
    ) -> SearchResult:
        """Return a witness of one type."""
        self._steps_left -= 1
        if self._steps_left < 0:
            return UNDETERMINED
        values = _FINITE_TYPES.get(json_type, constraints.enumeration)
        if values is not None:
            return self._search_enumeration(values, signed_schemas)
        for conjunct in filter(is_negated_one_of, constraints.unexpanded):
            members = self._sort_members(constraints, conjunct)
            if members.is_decided:
                cases = expand_negated(conjunct, members)
                return self._split_cases(constraints, json_type, signed_schemas, conjunct, cases)
        return self._search_by_candidate(constraints, json_type, signed_schemas)

    def _search_by_candidate(
        self, constraints: ConstraintSet, json_type: str, signed_schemas: SignedSchemas
    ) -> SearchResult:
        """Return a witness: a value that fits the constraints, else expand what it does not fit."""
        try:
            result = self._generate_candidate(constraints, json_type)
        except Undecidable as error:
            return Unknown(error.reason)
        chosen = None
        if result is not UNSATISFIABLE:
            chosen = self._choose_unexpanded(constraints, result)
        if chosen is not None:
            cases = self._expand_under(constraints, chosen)
            return self._split_cases(constraints, json_type, signed_schemas, chosen, cases)
        if json_type == "object" and result is not UNSATISFIABLE:
            return self._verify_object(constraints, result, signed_schemas)
        return result

    def _generate_candidate(self, constraints: ConstraintSet, json_type: str) -> SearchResult:
        """Return a value that fits the constraints; the unexpanded conjuncts are ignored."""
        if json_type == "array":
            return array_witnesses.generate_array(self, constraints)
        if json_type == "object":
            return object_witnesses.generate_object(self, constraints)
        if json_type == "number":
            return _generate_number(constraints)
        return _generate_string(constraints)

    def _choose_unexpanded(
        self, constraints: ConstraintSet, result: SearchResult
    ) -> SignedSchema | None:
        """Return the conjunct to expand: one that the value does not fit, with fewest disjuncts."""
        conjuncts = sorted(constraints.unexpanded, key=lambda one: len(self.expand(one)))
        if not isinstance(result, Witness):
            return next(iter(conjuncts), None)
        for count, conjunct in enumerate(conjuncts):
            if not self._satisfies(conjunct, result.value):
                self._steps_left -= count // _SCHEMAS_PER_STEP
                return conjunct
        self._steps_left -= len(conjuncts) // _SCHEMAS_PER_STEP
        return None

    def _split_cases(
        self,
        constraints: ConstraintSet,
        json_type: str,
        signed_schemas: SignedSchemas,
        conjunct: SignedSchema,
        cases: list[ConstraintSet],
    ) -> SearchResult:
        """Search under each of the disjuncts of a conjunct that are possible here."""
        results: list[SearchResult] = []
        others = [one for one in constraints.unexpanded if one is not conjunct]
        unexpanded = remove_duplicates(others, _get_key)
        for disjunct in cases:
            if json_type not in disjunct.types:
                continue
            if self._steps_left < 0:
                results.append(UNDETERMINED)
                break
            both = constraints.restrict(disjunct).replace_unexpanded(unexpanded)
            case = self.conjoin(both, disjunct.unexpanded)
            if json_type in case.types:
                results.append(self._search_type(case, json_type, signed_schemas))
            if results and isinstance(results[-1], Witness):
                break
        return combine_results(results)

    def _expand_under(
        self, constraints: ConstraintSet, signed: SignedSchema
    ) -> list[ConstraintSet]:
        """Return the disjuncts of a schema that the schemas expanded so far leave open."""
        if not is_negated_one_of(signed):
            return self.expand(signed)
        return expand_negated(signed, self._sort_members(constraints, signed))

    def _sort_members(self, constraints: ConstraintSet, union: SignedSchema) -> KnownMembers:
        """Return which members of a `oneOf` fit, as the schemas expanded so far show."""
        return ExpandedSchemas(self.equality, constraints.expanded).sort_members(union)

    # --- closed objects

    def _verify_object(
        self, constraints: ConstraintSet, result: SearchResult, signed_schemas: SignedSchemas
    ) -> SearchResult:
        """Return an object only if the schemas that a reading closes judge it as assumed."""
        if constraints.unevaluated:
            result = self._remove_unevaluated(constraints, result)
        return result if self._is_refused_by_closed(signed_schemas, result) else UNDETERMINED

    def _is_refused_by_closed(self, signed_schemas: SignedSchemas, result: SearchResult) -> bool:
        """Tell whether the negated closed schemas refuse an object.

        A property that is undeclared in one disjunct may be declared in another.
        """
        self._steps_left -= 1
        if not isinstance(result, Witness):
            return True
        negative = [one for one in signed_schemas if _closes(one) and not one.is_positive]
        return all(self._satisfies(signed, result.value) for signed in negative)

    def _remove_unevaluated(self, constraints: ConstraintSet, result: SearchResult) -> SearchResult:
        """Return an object without properties of alternatives that do not fit it."""
        unfitting = find_unfitting_alternatives(self.validators, constraints, result)
        if not unfitting:
            return result
        other = object_witnesses.generate_object(self, constraints.negate(unfitting))
        if not isinstance(other, Witness):
            return UNDETERMINED
        if find_unfitting_alternatives(self.validators, constraints, other):
            return UNDETERMINED
        return other if self._choose_unexpanded(constraints, other) is None else UNDETERMINED

    def _satisfies(self, signed: SignedSchema, value: Any) -> bool:
        """Tell whether a value satisfies a signed schema; a new validator costs steps."""
        compiled_count = self.validators.compiled_count
        result = self.validators.satisfies(signed, value)
        self._steps_left -= _STEPS_PER_VALIDATOR * (self.validators.compiled_count - compiled_count)
        return result


def _closes(signed: SignedSchema) -> bool:
    """Tell whether a producer's reading closes the location of a schema."""
    return signed.closing_mode == "location" and not signed.is_open


def _list_comparable(
    signed_schemas: Sequence[SignedSchema],
) -> tuple[list[SignedSchema], list[SignedSchema]]:
    """Return the positive and the negated schemas that can contradict others."""
    positive: list[SignedSchema] = []
    negative: list[SignedSchema] = []
    for signed in signed_schemas:
        schema = signed.schema
        if not isinstance(schema, dict):
            continue
        if not signed.is_positive:
            negative.append(signed)
        elif not isinstance(schema, DerivedCondition | DisjunctiveKeyword):
            positive.append(signed)
    return positive, negative


def _is_in_document(schema: Any) -> bool:
    return isinstance(schema, dict) and not isinstance(schema, DerivedCondition)


def _generate_number(constraints: ConstraintSet) -> SearchResult:
    excluded = [
        value
        for value in constraints.excluded_values
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    return _to_result(number_sets.find_example(constraints.numbers.exclude(excluded)))


def _generate_string(constraints: ConstraintSet) -> SearchResult:
    excluded = [value for value in constraints.excluded_values if isinstance(value, str)]
    strings = constraints.strings.exclude(excluded)
    formatted = find_formatted_string(strings, constraints.formats)
    if formatted is not None:
        return formatted
    if strings.contains(_DEFAULT_STRING):
        return Witness(_DEFAULT_STRING)
    return _to_result(string_sets.find_example(strings))


def _to_result(example: Any) -> SearchResult:
    """Return the example of a set of numbers or strings as a result."""
    if example is None:
        return UNSATISFIABLE
    return example if isinstance(example, Unknown) else Witness(example)
