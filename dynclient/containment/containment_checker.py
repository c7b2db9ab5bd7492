"""Whether every value of one schema fits another: a proof, or the gaps, each with a payload that shows it.

Rules prove; nothing else does. Where a rule fails, it proposes a value, and the engines decide whether that is a
witness. What is neither proved nor refuted stays `unknown`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from dynclient.containment import array_rules, object_rules, scalar_rules
from dynclient.containment.disjuncts import Disjunct, ExpansionFailed, get_place
from dynclient.containment.failure_conditions import build_failure_condition
from dynclient.containment.incompatibilities import (
    NO_WITNESS,
    Incompatibility,
    SuspectedIncompatibility,
    suspect,
)
from dynclient.containment.schema_equality import SchemaEquality, select_assertions
from dynclient.containment.schema_view import SchemaView
from dynclient.containment.unknown import Unknown
from dynclient.containment.witnesses import SignedSchema, WitnessGenerator, build_negation
from dynclient.containment.witnesses.positive_expansion import is_true_schema
from dynclient.containment.witnesses.search_results import UNSATISFIABLE, SearchResult, Witness
from dynclient.containment.witnesses.validator_cache import ValidatorCache, do_engines_agree
from dynclient.containment.worklist import Worklist
from dynclient.generate import ExampleGenerator, NoExample
from dynclient.schema.dialect import Schema
from dynclient.schema.engine import Checker
from dynclient.violations import Place


class ContainmentChecker:
    """Compares schemas of two documents in one direction; proofs are kept and shared by everything that asks.

    Args:
        narrow: the side whose values are sent.
        wide: the side that must take them.

    """

    def __init__(self, narrow: SchemaView, wide: SchemaView) -> None:
        self.subschema_view = narrow
        self.superschema_view = wide
        self.statistics: Counter[str] = Counter()
        self.validators = ValidatorCache()
        self.equality = SchemaEquality(narrow.defs, wide.defs)
        self.witness_generator = WitnessGenerator(self.equality, self.validators)
        self._worklist = Worklist(self._suspect_pair, self._find_value_refused_by_all)
        self._conjunctions: dict[Any, tuple[Any, Any]] = {}
        self._suspected: dict[Any, tuple[SuspectedIncompatibility, ...]] = {}
        self._superschemas: dict[int, tuple[Any, Schema]] = {}
        #: Keys are identities: what is compared must not be collected meanwhile.
        self._keepalive: list[Any] = []
        self._negated_by_key: dict[int, tuple[Disjunct, dict[str, list[Any]]]] = {}
        self._examples: dict[tuple[int, ...], Any] = {}

    def find_incompatibilities(
        self, a: Schema | bool, b: Schema | bool
    ) -> tuple[Incompatibility, ...]:
        """Return every cause for which a value of `a` might not fit `b`; () where each is proved to fit."""
        found = self.find_suspected(a, b)
        gaps = [gap for one in found if (gap := self.settle(one, a, b)) is not None]
        if found and not gaps:
            gaps = [gap for gap in [self.settle_whole(found[0], a, b)] if gap is not None]
        return tuple({_build_identity(gap): gap for gap in gaps}.values())

    def find_suspected(
        self, a: Schema | bool, b: Schema | bool
    ) -> tuple[SuspectedIncompatibility, ...]:
        """Return everything that speaks against all values of `a` fitting `b`; () is a proof that they do."""
        found = self.compare((a,), (b,))
        key = found[0].pair if len(found) == 1 else None
        if key is None:
            return found
        if key not in self._suspected:
            self._suspected[key] = tuple(self._worklist.expand_links(found))
        return self._suspected[key]

    def settle_whole(
        self, first: SuspectedIncompatibility, a: Any, b: Any
    ) -> Incompatibility | None:
        """Return None where all fits after all, else what speaks against it.

        What was found to be no cause may have stood for others, so that the whole has the last word.
        """
        return self.settle(replace(first, make_candidate=None, failure_condition=None), a, b)

    @property
    def compared_count(self) -> int:
        """How many pairs of schemas were compared."""
        return len(self._worklist)

    def settle(self, one: SuspectedIncompatibility, a: Any, b: Any) -> Incompatibility | None:
        """Return the gap of a suspicion, refuted only if both engines agree on its witness; None where it is none."""
        b = self._wrap_superschema(b)
        witness = self._confirm_witness(
            one.make_candidate() if one.make_candidate else NO_WITNESS, a, b
        )
        if witness is NO_WITNESS or not self.validators.get_checker(
            self.subschema_view, a, formats=True
        ).accepts(witness):
            answer = self._generate_witness(one, a, b)
            if answer is UNSATISFIABLE and witness is NO_WITNESS:
                self.statistics["excluded"] += 1
                return None
            other = (
                self._confirm_witness(answer.value, a, b)
                if isinstance(answer, Witness)
                else NO_WITNESS
            )
            witness = self._choose_witness(witness, other, a)
        self.statistics["unknown" if witness is NO_WITNESS else "refuted"] += 1
        return (
            one.incompatibility
            if witness is NO_WITNESS
            else replace(one.incompatibility, verdict="refuted", reason="", witness=witness)
        )

    def _wrap_superschema(self, b: Any) -> Schema:
        """Return what a value must not fit: the same schema for the same one, since what is known of it is kept."""
        if id(b) not in self._superschemas:
            self._superschemas[id(b)] = b, Schema({"allOf": [b]})
        return self._superschemas[id(b)][1]

    def _confirm_witness(self, value: Any, a: Any, b: Schema) -> Any:
        """Return a value if both engines agree that it is sent and not taken, else ABSENT."""
        if value is NO_WITNESS or not do_engines_agree(
            self.validators.get_checker(self.subschema_view, a), value, wanted=True
        ):
            return NO_WITNESS
        return (
            value
            if do_engines_agree(
                self.validators.get_checker(self.superschema_view, b), value, wanted=False
            )
            else NO_WITNESS
        )

    def _choose_witness(self, one: Any, other: Any, a: Any) -> Any:
        """Return the one of two witnesses that also has the formats that are declared."""
        if other is NO_WITNESS or one is NO_WITNESS:
            return one if other is NO_WITNESS else other
        return (
            other
            if self.validators.get_checker(self.subschema_view, a, formats=True).accepts(other)
            else one
        )

    def _generate_witness(self, one: SuspectedIncompatibility, a: Any, b: Schema) -> SearchResult:
        """Search for a value that is sent, is not taken, and shows what is suspected."""
        shown = (
            [SignedSchema(self.superschema_view, one.failure_condition)]
            if one.failure_condition is not None
            else []
        )
        return self.witness_generator.generate(
            (
                SignedSchema(self.subschema_view, a),
                SignedSchema(self.superschema_view, b, is_positive=False),
                *shown,
            )
        )

    # --- pairs

    def compare(
        self, a: tuple[Any, ...], b: tuple[Any, ...]
    ) -> tuple[SuspectedIncompatibility, ...]:
        """Return what speaks against the values of `a`, all of them holding, fitting all of `b`."""
        a, b = (
            tuple(map(self.subschema_view.resolve, a)),
            tuple(map(self.superschema_view.resolve, b)),
        )
        return (
            () if not b or self._is_contained_by_equality(a, b) else self._worklist.query_pair(a, b)
        )

    def _suspect_pair(
        self, a: tuple[Any, ...], b: tuple[Any, ...]
    ) -> Iterator[SuspectedIncompatibility]:
        refused = build_negation(Schema({"allOf": list(b)}))
        return (
            one.locate(_find_place(a), _find_place(b), refused) for one in self._find_causes(a, b)
        )

    def _find_value_refused_by_all(self, a: tuple[Any, ...], b: tuple[Any, ...], value: Any) -> Any:
        """Return a value that no alternative of a pair takes: the one that is given, else one that is searched for."""
        sent, taken = self._conjoin(a), self._conjoin(b)
        is_sent = value is not NO_WITNESS and self.validators.get_checker(
            self.subschema_view, sent
        ).accepts(value)
        if is_sent and not self.validators.get_checker(self.superschema_view, taken).accepts(value):
            return value
        answer = self.witness_generator.generate(
            (
                SignedSchema(self.subschema_view, sent),
                SignedSchema(self.superschema_view, taken, is_positive=False),
            )
        )
        return answer.value if isinstance(answer, Witness) else NO_WITNESS

    def _conjoin(self, schemas: tuple[Any, ...]) -> Any:
        """Return schemas that hold all at once as one: the same one for the same ones, since what is known is kept."""
        key = tuple(map(id, schemas))
        if key not in self._conjunctions:
            self._conjunctions[key] = (
                schemas,
                schemas[0] if len(schemas) == 1 else Schema({"allOf": list(schemas)}),
            )
        return self._conjunctions[key][1]

    def _is_contained_by_equality(self, a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
        """Tell whether what is asked is among what holds; a side that closes closes all that it asks together."""
        holds = self.equality.is_equal
        is_within = all(any(holds(one, other) for one in a) for other in b)
        return is_within and (
            self.superschema_view.reading == "consumer"
            or all(any(holds(one, other) for other in b) for one in a)
        )

    def _find_causes(
        self, a: tuple[Any, ...], b: tuple[Any, ...]
    ) -> Iterator[SuspectedIncompatibility]:
        try:
            sent, taken = (
                self.subschema_view.expand_subschema(a),
                self.superschema_view.expand_superschema(b),
            )
        except ExpansionFailed:
            yield suspect(
                "anyOf", None, None, because="there are too many alternatives to tell apart"
            )
            return
        if missing := self._find_refused_type(a, taken):
            yield missing
            return
        spoken = frozenset[Any]().union(*(branch.declarations for branch in sent))
        for branch in sent:
            if branch.enumeration is not None:
                yield from scalar_rules.compare_enumeration(
                    self, branch.enumeration, branch, b, taken
                )
                continue
            few = [
                value
                for kind, values in _FINITE_TYPES.items()
                if kind in branch.types
                for value in values
            ]
            yield from scalar_rules.compare_enumeration(self, few, branch, b, taken)
            for kind in sorted(branch.types - _FINITE_TYPES.keys()):
                yield from self._compare_type(
                    branch,
                    kind,
                    [_admit_evaluated_elsewhere(branch, other, spoken) for other in taken],
                )

    def _find_refused_type(
        self, a: tuple[Any, ...], taken: list[Disjunct]
    ) -> SuspectedIncompatibility | None:
        """Return that some kind of value is not taken, where anything is sent: all else would be the same cause."""
        if any(
            schema is False or (isinstance(schema, dict) and select_assertions(schema))
            for schema in a
        ):
            return None
        wanted = frozenset[str]().union(*(other.types for other in taken))
        kinds = [kind for kind in _VALUE_OF_TYPE if kind not in wanted]
        return (
            suspect("type", None, sorted(wanted), lambda: _VALUE_OF_TYPE[kinds[0]])
            if kinds
            else None
        )

    def _compare_type(
        self, branch: Disjunct, kind: str, taken: list[Disjunct]
    ) -> Iterator[SuspectedIncompatibility]:
        """Compare the values of one kind with the alternatives that take that kind."""
        if self._is_empty(branch, kind):
            return
        fitting = [other for other in taken if kind in other.types]
        if not fitting:
            said, wanted = (
                sorted(branch.types),
                sorted(frozenset().union(*(other.types for other in taken))),
            )
            yield suspect("type", said, wanted, lambda: self.generate_example(branch, kind))
            return
        likeliest = self._select_candidates(branch, kind, fitting)
        if len(likeliest) > 1:
            self._worklist.mark_joint()
        found = self._compare_with_closest(branch, kind, likeliest)
        if found and not (
            len(fitting) > 1
            and kind in _COVERABLE_TYPES
            and scalar_rules.is_covered(branch, kind, fitting)
        ):
            yield from found

    def _compare_with_closest(
        self, branch: Disjunct, kind: str, likeliest: list[Disjunct]
    ) -> tuple[SuspectedIncompatibility, ...]:
        """Return what speaks against the alternative of the same name, else against the one with least against it.

        Of the others no more is asked than whether they are better than that.
        """
        best: tuple[SuspectedIncompatibility, ...] | None = None
        is_known = self._has_same_pointer(branch, likeliest[:1])
        for other in likeliest:
            facets = self._compare_disjuncts(branch, kind, other)
            enough = None if best is None else 1 if is_known else len(best)
            found = tuple(islice(facets, enough))
            if not found:
                return ()
            if best is None or (not is_known and len(found) < len(best)):
                best = found
        return best or ()

    def _select_candidates(
        self, branch: Disjunct, kind: str, fitting: list[Disjunct]
    ) -> list[Disjunct]:
        """Return the alternatives that may take a value, the one of the same name first; those of other tags cannot."""
        if len(fitting) < 2:  # noqa: PLR2004 (no choice)
            return fitting
        near = [
            other
            for other in fitting
            if kind != "object"
            or not object_rules.are_disjuncts_disjoint(self, branch, kind, other)
        ]
        return sorted(
            near or fitting, key=lambda other: not self._has_same_pointer(branch, [other])
        )

    def _has_same_pointer(self, branch: Disjunct, others: list[Disjunct]) -> bool:
        """Tell whether one of several alternatives stands where an alternative stands in the other document."""
        mine = branch.find_place("type")
        places = [other.find_place("type") for other in others]
        return mine is not None and any(
            place is not None and place.pointer == mine.pointer for place in places
        )

    def _is_empty(self, branch: Disjunct, kind: str) -> bool:
        if kind == "object":
            return any(self.subschema_view.is_refused(branch, name) for name in branch.required)
        return kind in ("number", "string") and scalar_rules.is_empty(branch, kind)

    def _compare_disjuncts(
        self, branch: Disjunct, kind: str, other: Disjunct
    ) -> Iterator[SuspectedIncompatibility]:
        """Compare one kind of value with one alternative; what is about a keyword is placed where it is said."""
        for one in self._compare_keywords(branch, kind, other):
            gap = one.incompatibility
            mine, theirs = (
                branch.find_place(gap.rule, gap.subschema_assertion),
                other.find_place(gap.rule, gap.superschema_assertion, gap.property_name),
            )
            yield (
                one
                if gap.rule == "oneOf"
                else one.locate(mine, theirs, build_failure_condition(other, gap))
            )

    def _compare_keywords(
        self, branch: Disjunct, kind: str, other: Disjunct
    ) -> Iterator[SuspectedIncompatibility]:
        if other.enumeration is not None and kind in ("array", "object"):
            yield suspect(
                "enum", None, other.enumeration, lambda: self.generate_example(branch, kind)
            )
        if kind in ("number", "string"):
            yield from scalar_rules.compare_scalars(branch, kind, other)
        elif kind == "array":
            yield from array_rules.compare_arrays(self, branch, other)
        elif kind == "object":
            yield from object_rules.compare_objects(self, branch, other)
        yield from self._suspect_undecided_keywords(branch, kind, other)

    def _suspect_undecided_keywords(
        self, branch: Disjunct, kind: str, other: Disjunct
    ) -> Iterator[SuspectedIncompatibility]:
        """Suspect what no rule decides, unless both sides say the same."""
        for barred in other.negated:
            if not self._has_equal_negation(
                branch, barred
            ) and not object_rules.is_disjoint_from_schema(self, branch, kind, barred):
                yield suspect("oneOf", None, None, lambda: self.generate_example(branch, kind))
        for keyword in ("not", *_UNDECIDED_KEYWORDS.get(kind, ())):
            for wanted in other.collect_values(keyword):
                if not any(
                    self._is_keyword_equal(keyword, said, wanted)
                    for said in branch.collect_values(keyword)
                ):
                    yield suspect(keyword, None, None, lambda: self.generate_example(branch, kind))
        for keyword in _UNEVALUATED_KEYWORDS.get(kind, ()):
            for wanted in other.collect_values(keyword):
                if not is_true_schema(wanted):
                    yield suspect(
                        keyword, None, wanted, lambda: self.generate_example(branch, kind)
                    )

    def _has_equal_negation(self, branch: Disjunct, barred: Any) -> bool:
        """Tell whether what must not fit on the other side is among what must not fit on this one."""
        if id(branch) not in self._negated_by_key:
            by_look: dict[str, list[Any]] = {}
            for one in branch.negated:
                by_look.setdefault(self.equality.build_structural_key(one, mine=True), []).append(
                    one
                )
            self._negated_by_key[id(branch)] = branch, by_look
        alike = (
            self._negated_by_key[id(branch)][1].get(
                self.equality.build_structural_key(barred, mine=False), ()
            )
            if branch.negated
            else ()
        )
        return any(self.equality.is_equal(one, barred) for one in alike)

    def _is_keyword_equal(self, keyword: str, said: Any, wanted: Any) -> bool:
        return self.equality.is_equal({keyword: said}, {keyword: wanted})

    # --- examples

    def generate_example(self, branch: Disjunct, kind: str = "") -> Any:
        """Return a small value of an alternative, ABSENT where none is found."""
        extra = {"type": kind} if kind else {}
        schema = Schema(
            {
                "allOf": [
                    *branch.parts,
                    *([extra] if extra else []),
                    *({"not": s} for s in branch.negated),
                ]
            }
        )
        key = (*map(id, branch.parts), *map(id, branch.negated), TYPE_NUMBERS.get(kind, 0))
        if key not in self._examples:
            self._keepalive.append(branch)
            self._examples[key] = self._generate_or_sample(schema)
        return self._examples[key]

    def generate_common_example(self, schemas: tuple[Any, ...]) -> Any:
        """Return a small value that fits several schemas, ABSENT where none is found."""
        return self._generate_or_sample(Schema({"allOf": list(schemas)}))

    def _generate_or_sample(self, schema: Schema) -> Any:
        answer = self.witness_generator.generate((SignedSchema(self.subschema_view, schema),))
        if not isinstance(answer, Unknown):
            return answer.value if isinstance(answer, Witness) else NO_WITNESS
        for judged in (
            self.validators.build_root(self.subschema_view, schema, formats=formats)
            for formats in (True, False)
        ):
            try:
                return ExampleGenerator(judged, compile_schema=_compile_checker).generate(
                    optional="none"
                )
            except NoExample:
                continue
        return NO_WITNESS


#: What is looked into by no rule, by the kind of value that it speaks of.
_UNDECIDED_KEYWORDS = {
    "object": ("dependentSchemas", "propertyNames"),
}

#: What these say depends on the schemas around them, so that the same words on both sides prove nothing.
_UNEVALUATED_KEYWORDS = {"array": ("unevaluatedItems",), "object": ("unevaluatedProperties",)}

#: A value of each kind, for whoever may send any.
_VALUE_OF_TYPE: dict[str, Any] = {
    "null": None,
    "boolean": True,
    "number": 0,
    "string": "",
    "array": [],
    "object": {},
}

#: The kinds that have few values.
_FINITE_TYPES: dict[str, tuple[Any, ...]] = {"null": (None,), "boolean": (True, False)}

#: The kinds of which several alternatives together may take all.
_COVERABLE_TYPES = ("number", "string")

TYPE_NUMBERS = {
    kind: number
    for number, kind in enumerate(("array", "boolean", "null", "number", "object", "string"), 1)
}


def _compile_checker(schema: dict[str, Any]) -> Any:
    return Checker(schema).accepts


def _build_identity(gap: Incompatibility) -> tuple[Any, ...]:
    return (
        gap.rule,
        gap.path,
        gap.property_name,
        gap.subschema_place,
        gap.superschema_place,
        repr(gap.superschema_assertion),
    )


def _admit_evaluated_elsewhere(
    branch: Disjunct, other: Disjunct, spoken: frozenset[tuple[str, str]]
) -> Disjunct:
    """Return what takes an alternative, with what is lent to that by others which are sent.

    Whoever sends what another alternative declares fits that one too; and what takes that one declares it, or it is
    suspected there.
    """
    lent = frozenset(
        (k, name) for part in branch.unevaluated_part for k in part for name in part[k]
    )
    return replace(other, evaluated_elsewhere=lent & spoken) if other.is_closed and lent else other


def _find_place(schemas: tuple[Any, ...]) -> Place | None:
    return next((place for place in map(get_place, schemas) if place is not None), None)
