"""A witness of a suspected cause: proposed by a rule or generated, confirmed by both engines."""

from __future__ import annotations

from typing import Any

from dynclient.containment.identity_cache import IdentityCache
from dynclient.containment.incompatibilities import NO_WITNESS, SuspectedIncompatibility
from dynclient.containment.schema_view import SchemaView
from dynclient.containment.witnesses import SignedSchema, WitnessGenerator
from dynclient.containment.witnesses.search_results import (
    UNDETERMINED,
    UNSATISFIABLE,
    SearchResult,
    Witness,
)
from dynclient.containment.witnesses.validator_cache import ValidatorCache, do_engines_agree
from dynclient.schema.dialect import Schema


class WitnessFinder:
    """Finds witnesses: values that the sender's schema accepts and the receiver's refuses.

    Args:
        subschema_view: the schemas of the sender.
        superschema_view: the schemas of the receiver.
        generator: searches for a value where a rule proposes none that will do.
        validators: the engines.

    """

    def __init__(
        self,
        subschema_view: SchemaView,
        superschema_view: SchemaView,
        generator: WitnessGenerator,
        validators: ValidatorCache,
    ) -> None:
        self._subschema_view = subschema_view
        self._superschema_view = superschema_view
        self._generator = generator
        self._validators = validators
        self._superschemas = IdentityCache[Schema]()

    def find(
        self, suspected: SuspectedIncompatibility, subschema: Any, superschema: Any
    ) -> SearchResult:
        """Return a witness of a cause, preferably with the formats that the sender declares.

        Args:
            suspected: the cause.
            subschema: the schema of the sender.
            superschema: the schema of the receiver.

        Returns:
            A witness that both engines confirm; UNSATISFIABLE where it is proved that there is
            none; else UNDETERMINED.

        """
        superschema = self.wrap_superschema(superschema)
        candidate = suspected.make_candidate() if suspected.make_candidate else NO_WITNESS
        witness = self.confirm(candidate, subschema, superschema)

        if witness is NO_WITNESS or not self._has_declared_formats(witness, subschema):
            result = self._generate(suspected, subschema, superschema)
            if result is UNSATISFIABLE and witness is NO_WITNESS:
                return UNSATISFIABLE
            if isinstance(result, Witness):
                generated = self.confirm(result.value, subschema, superschema)
                witness = self._choose(witness, generated, subschema)
        return UNDETERMINED if witness is NO_WITNESS else Witness(witness)

    def wrap_superschema(self, superschema: Any) -> Schema:
        """Return an equivalent schema without a place; the same object for the same schema."""
        return self._superschemas.get_or_compute(
            (superschema,), lambda: Schema({"allOf": [superschema]})
        )

    def confirm(self, value: Any, subschema: Any, superschema: Schema) -> Any:
        """Return a value if both engines find it in the subschema only, else NO_WITNESS."""
        if value is NO_WITNESS:
            return NO_WITNESS
        sender = self._validators.get_checker(self._subschema_view, subschema)
        if not do_engines_agree(sender, value, is_valid=True):
            return NO_WITNESS
        receiver = self._validators.get_checker(self._superschema_view, superschema)
        return value if do_engines_agree(receiver, value, is_valid=False) else NO_WITNESS

    def _choose(self, candidate: Any, generated: Any, subschema: Any) -> Any:
        """Return the generated witness where it is the only one or has the declared formats."""
        if generated is NO_WITNESS:
            return candidate
        if candidate is NO_WITNESS or self._has_declared_formats(generated, subschema):
            return generated
        return candidate

    def _has_declared_formats(self, value: Any, subschema: Any) -> bool:
        checker = self._validators.get_checker(self._subschema_view, subschema, formats=True)
        # To compile it for the fast engine takes longer than to check a value or two without.
        return checker.accepts_by_reference(value)

    def _generate(
        self, suspected: SuspectedIncompatibility, subschema: Any, superschema: Schema
    ) -> SearchResult:
        """Search for a value of the subschema alone that shows the suspected cause."""
        signed = [
            SignedSchema(self._subschema_view, subschema),
            SignedSchema(self._superschema_view, superschema, is_positive=False),
        ]
        if suspected.failure_condition is not None:
            signed.append(SignedSchema(self._superschema_view, suspected.failure_condition))
        return self._generator.generate(tuple(signed))
