"""Small values that fit a disjunct or several schemas of the sender: candidates for witnesses."""

from __future__ import annotations

from typing import Any

from dynclient.containment.disjuncts import Conjuncts, Disjunct
from dynclient.containment.identity_cache import IdentityCache
from dynclient.containment.incompatibilities import NO_WITNESS
from dynclient.containment.schema_view import SchemaView
from dynclient.containment.unknown import Unknown
from dynclient.containment.witnesses import SignedSchema, WitnessGenerator
from dynclient.containment.witnesses.search_results import Witness
from dynclient.containment.witnesses.validator_cache import ValidatorCache
from dynclient.generate import ExampleGenerator, NoExample
from dynclient.schema.dialect import Schema
from dynclient.schema.engines.engine import compile_check


class DisjunctExamples:
    """Generates small values of disjuncts, each once.

    Args:
        view: the schemas of the sender.
        witness_generator: searches first.
        validators: those of the comparison.

    """

    def __init__(
        self, view: SchemaView, witness_generator: WitnessGenerator, validators: ValidatorCache
    ) -> None:
        self._view = view
        self._witness_generator = witness_generator
        self._validators = validators
        self._examples = IdentityCache[Any]()

    def generate(self, sub: Disjunct, json_type: str = "") -> Any:
        """Return a small value of a disjunct, NO_WITNESS where none is found.

        Args:
            sub: the disjunct, of the sender.
            json_type: the type of the value; "" for any.

        """
        return self._examples.get_or_compute(
            (*sub.parts, *sub.negated),
            lambda: self._generate_uncached(sub, json_type),
            (json_type, len(sub.parts)),
        )

    def _generate_uncached(self, sub: Disjunct, json_type: str) -> Any:
        conjuncts: list[Any] = list(sub.parts)
        if json_type:
            conjuncts.append({"type": json_type})
        conjuncts += [{"not": schema} for schema in sub.negated]
        return self._generate_or_sample(Schema({"allOf": conjuncts}))

    def generate_common(self, schemas: Conjuncts) -> Any:
        """Return a small value that fits several schemas, NO_WITNESS where none is found."""
        return self._generate_or_sample(Schema({"allOf": list(schemas)}))

    def _generate_or_sample(self, schema: Schema) -> Any:
        """Return a witness of a schema; where the search gives up, an example of the generator."""
        result = self._witness_generator.generate((SignedSchema(self._view, schema),))
        if isinstance(result, Witness):
            return result.value
        if not isinstance(result, Unknown):
            return NO_WITNESS
        for formats in (True, False):
            root = self._validators.build_root(self._view, schema, formats=formats)
            generator = ExampleGenerator(root, compile_schema=compile_check)
            try:
                return generator.generate(optional="none")
            except NoExample:
                continue
        return NO_WITNESS
