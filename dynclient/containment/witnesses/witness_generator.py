"""The search: facts are gathered, a value is made of them, and what it does not fit is looked into."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dynclient.containment import number_sets, string_sets
from dynclient.containment.schema_equality import SchemaEquality
from dynclient.containment.unknown import Undecidable, Unknown
from dynclient.containment.witnesses import array_witnesses, object_witnesses, unevaluated
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
from dynclient.containment.witnesses.negated_expansion import expand_negated
from dynclient.containment.witnesses.positive_expansion import DisjunctiveKeyword, expand
from dynclient.containment.witnesses.search_results import (
    UNDETERMINED,
    UNSATISFIABLE,
    SearchResult,
    Witness,
    combine_results,
)
from dynclient.containment.witnesses.signed_schemas import DerivedCondition, SignedKey, SignedSchema
from dynclient.containment.witnesses.validator_cache import ValidatorCache
from dynclient.schema.dialect import Schema
from dynclient.schema.readings import is_closable

#: How deep values may be nested, and how many cells are looked at to find them: first shallow ones are looked for,
#: since in what goes round in circles every step leads to more.
SEARCH_ROUNDS = ((3, 500), (6, 1_000), (12, 1_500), (40, 2_000))

#: So many schemas of one value cost as much as a cell.
_SCHEMAS_PER_STEP = 16

#: An engine costs as much as so many cells.
_STEPS_PER_VALIDATOR = 5

#: In the order in which a value is looked for.
TYPE_ORDER = ("string", "number", "boolean", "array", "object", "null")

#: A text that will do wherever any text does.
_DEFAULT_STRING = "a"

_TOO_DEEP = Unknown("the schemas are too deep to follow")

_FINITE_TYPES: dict[str, tuple[Any, ...]] = {"boolean": (True, False), "null": (None,)}


class WitnessGenerator:
    """Finds values that fit some schemas and not others, or proves that there are none; answers are kept.

    Args:
        equality: compares schemas of the narrow side with those of the wide one.
        judge: judges values.

    """

    def __init__(self, equality: SchemaEquality, judge: ValidatorCache) -> None:
        self._equality = equality
        self.validators = judge
        self._expansions: dict[SignedKey, tuple[Any, list[ConstraintSet]]] = {}
        self._disjunctive_keywords: dict[int, list[Any]] = {}
        self._unions: dict[tuple[int, ...], DisjunctiveKeyword] = {}
        self._allowed_properties: dict[Any, tuple[Any, AllowedProperties | None]] = {}
        self._results: dict[frozenset[SignedKey], tuple[Any, SearchResult]] = {}
        self._in_progress: dict[frozenset[SignedKey], int] = {}
        self._lowlink = 0
        self._steps_left = 0
        self._max_depth = 0
        #: What all effort was spent on already.
        self._exhausted_results: dict[frozenset[SignedKey], tuple[Any, SearchResult]] = {}
        #: Whether something lay too deep; and what was not found out within so many levels more.
        self._is_truncated = False
        self._truncated_results: dict[frozenset[SignedKey], tuple[int, Any, SearchResult]] = {}

    def generate(self, terms: tuple[SignedSchema, ...]) -> SearchResult:
        """Return a value that fits all terms, EMPTY where it is proved that there is none, or Unknown."""
        key = frozenset(term.key for term in terms)
        if key in self._exhausted_results:
            return self._exhausted_results[key][1]
        answer: SearchResult = UNDETERMINED
        for self._max_depth, self._steps_left in SEARCH_ROUNDS:
            self._is_truncated = False
            answer = self.search(terms)
            if not isinstance(answer, Unknown) or not (self._is_truncated or self._steps_left <= 0):
                break
        if isinstance(answer, Unknown):
            self._exhausted_results[key] = terms, answer
        return answer

    def search(self, terms: tuple[SignedSchema, ...]) -> SearchResult:
        """Return the same, within the effort of a question that is under way.

        A question that comes up again inside itself is about a smaller value: if that answer was EMPTY all along, the
        smallest value there could be would hold a smaller one.
        """
        key = frozenset(term.key for term in terms)
        if key in self._in_progress:
            self._lowlink = min(self._lowlink, self._in_progress[key])
            return UNSATISFIABLE
        if key in self._results:
            return self._results[key][1]
        depth = len(self._in_progress)
        left, _, doubt = self._truncated_results.get(key, (0, None, _TOO_DEEP))
        if left >= self._max_depth - depth:
            self._is_truncated = True
            return doubt
        return self._search_deeper(key, terms, depth)

    def _search_deeper(
        self, key: frozenset[SignedKey], terms: tuple[SignedSchema, ...], depth: int
    ) -> SearchResult:
        """Solve a question for the first time, or with more levels than before, and keep what holds everywhere."""
        self._in_progress[key] = depth
        lowest, self._lowlink = self._lowlink, depth + 1
        is_cut, self._is_truncated = self._is_truncated, False
        try:
            answer = self._search_types(terms)
        finally:
            del self._in_progress[key]
        if self._lowlink >= depth and (self._steps_left > 0 or not isinstance(answer, Unknown)):
            if self._is_truncated and isinstance(answer, Unknown):
                self._truncated_results[key] = self._max_depth - depth, terms, answer
            else:
                self._results[key] = terms, answer
        self._lowlink = min(lowest, self._lowlink) if self._lowlink < depth else lowest
        self._is_truncated = is_cut or self._is_truncated
        return answer

    def _search_types(self, terms: tuple[SignedSchema, ...]) -> SearchResult:
        if any(term.schema is (not term.is_positive) for term in terms):
            return UNSATISFIABLE
        cell = self.conjoin(ConstraintSet(unevaluated=self._collect_closing_rules(terms)), terms)
        if cell.enumeration is not None:
            return self._search_enumeration(list(cell.enumeration), terms)
        answers: list[SearchResult] = []
        for kind in (k for k in TYPE_ORDER if k in cell.types):
            answers.append(self._search_type(cell, kind, terms))
            if isinstance(answers[-1], Witness):
                break
        return combine_results(answers)

    def _search_enumeration(
        self, values: list[Any], terms: tuple[SignedSchema, ...]
    ) -> SearchResult:
        value = next(
            (v for v in values if all(self._satisfies(term, v) for term in terms)), UNSATISFIABLE
        )
        return UNSATISFIABLE if value is UNSATISFIABLE else Witness(value)

    def _collect_closing_rules(
        self, terms: tuple[SignedSchema, ...]
    ) -> tuple[UnevaluatedRule, ...]:
        """Return what the reading of a side that closes lets in, all its schemas of the value taken together."""
        sides: dict[int, list[SignedSchema]] = {}
        for term in terms:
            closes = term.is_positive and term.closing_mode == "location" and not term.is_open
            if (
                closes
                and isinstance(term.schema, dict)
                and not isinstance(term.schema, DerivedCondition)
            ):
                sides.setdefault(id(term.view), []).append(term)
        found = []
        for closing in sides.values():
            schemas, first = tuple(term.schema for term in closing), closing[0]
            if is_closable(Schema({"allOf": list(schemas)}), first.view.defs):
                found.append(UnevaluatedRule(first, schemas, SignedSchema(first.view, False)))
        return tuple(found)

    # --- facts

    def conjoin(self, cell: ConstraintSet, terms: tuple[SignedSchema, ...]) -> ConstraintSet:
        """Return the facts of a cell and of terms; what holds in several ways stays pending."""
        todo, pending, known = [*terms], list(cell.unexpanded), list(cell.expanded)
        seen = {term.key for term in known}
        while todo:
            term = todo.pop(0)
            if term.key in seen:
                continue
            seen.add(term.key)
            known.append(term)
            ways = self.expand(term)
            if not ways:
                return NO_VALUES
            if len(ways) > 1:
                pending.append(term)
                continue
            cell &= _drop_unexpanded(ways[0])
            todo += ways[0].unexpanded
        self._steps_left -= len(known) // _SCHEMAS_PER_STEP
        if cell.is_trivially_empty or self._has_contradiction(known):
            return NO_VALUES
        return replace(cell, unexpanded=tuple(pending), expanded=tuple(known))

    def expand(self, term: SignedSchema) -> list[ConstraintSet]:
        """Return the ways in which a value can be as a term asks."""
        if term.key not in self._expansions:
            found = (
                expand(term, self._disjunctive_keywords)
                if term.is_positive
                else expand_negated(term)
            )
            self._expansions[term.key] = term, [way for way in found if not way.is_trivially_empty]
        return self._expansions[term.key][1]

    def _has_contradiction(self, terms: list[SignedSchema]) -> bool:
        """Tell whether a schema is wanted and the same one is refused."""
        wanted = [
            t
            for t in terms
            if t.is_positive and isinstance(t.schema, dict) and not _is_synthetic(t.schema)
        ]
        refused = [t for t in terms if not t.is_positive and isinstance(t.schema, dict)]
        located = [term for term in wanted if term.closing_mode == "location" and not term.is_open]
        return any(self._is_contained(one, other, located) for one in wanted for other in refused)

    def _is_contained(
        self, one: SignedSchema, other: SignedSchema, located: list[SignedSchema]
    ) -> bool:
        """Tell whether what fits the one fits the other; where both close, only what closes alone closes the same."""
        if not other.is_open and (other.closing_mode != "location" or located != [one]):
            return False
        if one.view is other.view:
            return one.schema is other.schema
        return self._equality.is_equal_either_way(one.view.defs, one.schema, other.schema)

    def build_union(self, schemas: tuple[Any, ...]) -> Any:
        """Return a schema that at least one of several fits, the same each time."""
        if len(schemas) == 1:
            return schemas[0]
        key = tuple(map(id, schemas))
        return self._unions.setdefault(key, DisjunctiveKeyword({"anyOf": list(schemas)}))

    def find_allowed_properties(
        self, limit: UnevaluatedRule, barred: tuple[Any, ...]
    ) -> AllowedProperties | None:
        """Return the properties that a limit lets in."""
        key = (
            limit.signed.key,
            tuple(map(id, limit.schemas)),
            tuple(sorted(map(id, barred))),
            id(limit.declaring_schema),
        )
        if key not in self._allowed_properties:
            self._allowed_properties[key] = (
                (limit, barred),
                compute_allowed_properties(limit, barred),
            )
        return self._allowed_properties[key][1]

    # --- values

    def _search_type(
        self, cell: ConstraintSet, kind: str, terms: tuple[SignedSchema, ...]
    ) -> SearchResult:
        """Return a value of one kind."""
        self._steps_left -= 1
        if self._steps_left < 0:
            return UNDETERMINED
        few = _FINITE_TYPES.get(kind, cell.enumeration)
        if few is not None:
            return self._search_enumeration(list(few), terms)
        try:
            answer = self._generate_candidate(cell, kind)
        except Undecidable as error:
            return Unknown(error.reason)
        if answer is UNSATISFIABLE:
            return UNSATISFIABLE
        pending = self._choose_unexpanded(cell, answer)
        if pending is not None:
            return self._split_cases(cell, kind, terms, pending)
        return self._verify_object(cell, answer, terms) if kind == "object" else answer

    def _verify_object(
        self, cell: ConstraintSet, answer: SearchResult, terms: tuple[SignedSchema, ...]
    ) -> SearchResult:
        """Return an object only if those who close say of it what is made believe here."""
        answer = self._remove_unevaluated(cell, answer) if cell.unevaluated else answer
        return answer if self._is_refused_by_closed(terms, answer) else UNDETERMINED

    def _is_refused_by_closed(self, terms: tuple[SignedSchema, ...], answer: SearchResult) -> bool:
        """Tell whether an object is refused by whoever closes: what is undeclared here may be declared elsewhere."""
        self._steps_left -= 1
        closing = [
            term
            for term in terms
            if not term.is_positive and not term.is_open and term.closing_mode == "location"
        ]
        return not isinstance(answer, Witness) or all(
            self._satisfies(term, answer.value) for term in closing
        )

    def _satisfies(self, term: SignedSchema, value: Any) -> bool:
        """Tell whether a value is as a term asks; to make an engine for that is an effort."""
        known = self.validators.compiled_count
        holds = self.validators.satisfies(term, value)
        self._steps_left -= _STEPS_PER_VALIDATOR * (self.validators.compiled_count - known)
        return holds

    def _remove_unevaluated(self, cell: ConstraintSet, answer: SearchResult) -> SearchResult:
        """Return a value that has nothing of alternatives which do not fit it: another one, where it has."""
        out = unevaluated.find_unfitting_alternatives(self.validators, cell, answer)
        if not out:
            return answer
        again = object_witnesses.generate_object(self, replace(cell, negated=(*cell.negated, *out)))
        is_good = isinstance(again, Witness) and not unevaluated.find_unfitting_alternatives(
            self.validators, cell, again
        )
        return again if is_good and self._choose_unexpanded(cell, again) is None else UNDETERMINED

    def _generate_candidate(self, cell: ConstraintSet, kind: str) -> SearchResult:
        """Return a value that fits the facts; what is pending is left aside."""
        if kind == "array":
            return array_witnesses.generate_array(self, cell)
        if kind == "object":
            return object_witnesses.generate_object(self, cell)
        if kind == "number":
            given = [
                v
                for v in cell.excluded_values
                if isinstance(v, int | float) and not isinstance(v, bool)
            ]
            return _to_result(number_sets.find_example(cell.numbers.exclude(given)))
        texts = cell.strings.exclude(v for v in cell.excluded_values if isinstance(v, str))
        found = find_formatted_string(texts, cell.formats)
        return found or (
            Witness(_DEFAULT_STRING)
            if texts.contains(_DEFAULT_STRING)
            else _to_result(string_sets.find_example(texts))
        )

    def _choose_unexpanded(self, cell: ConstraintSet, answer: SearchResult) -> SignedSchema | None:
        """Return what to look into: what the value does not fit; of several what has fewest ways."""
        waiting = list(cell.unexpanded)
        if isinstance(answer, Witness):
            self._steps_left -= len(waiting) // _SCHEMAS_PER_STEP
            waiting = [term for term in waiting if not self._satisfies(term, answer.value)]
        return min(waiting, key=lambda term: len(self.expand(term)), default=None)

    def _split_cases(
        self, cell: ConstraintSet, kind: str, terms: tuple[SignedSchema, ...], pending: SignedSchema
    ) -> SearchResult:
        answers: list[SearchResult] = []
        rest = remove_duplicates(
            (t for t in cell.unexpanded if t is not pending), lambda term: term.key
        )
        for way in self.expand(pending):
            if kind not in way.types:
                continue
            if self._steps_left < 0:
                answers.append(UNDETERMINED)
                break
            left = _replace_unexpanded(cell & _drop_unexpanded(way), rest)
            part = self.conjoin(left, way.unexpanded)
            if kind in part.types:
                answers.append(self._search_type(part, kind, terms))
            if answers and isinstance(answers[-1], Witness):
                break
        return combine_results(answers)


def _drop_unexpanded(cell: ConstraintSet) -> ConstraintSet:
    return _replace_unexpanded(cell, ())


def _replace_unexpanded(cell: ConstraintSet, pending: tuple[SignedSchema, ...]) -> ConstraintSet:
    return replace(cell, unexpanded=pending)


def _is_synthetic(schema: Any) -> bool:
    return isinstance(schema, DerivedCondition | DisjunctiveKeyword)


def _to_result(found: Any) -> SearchResult:
    """Return the answer of a set of numbers or texts."""
    if found is None:
        return UNSATISFIABLE
    return found if isinstance(found, Unknown) else Witness(found)
