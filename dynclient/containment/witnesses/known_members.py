"""Which members of a `oneOf` fit a value, as far as other schemas of the value show.

A union of one document mostly has the same members as its new revision. Where one of the two fits
and the other does not, what is known of one decides nearly all members of the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dynclient.containment.schema_equality import SchemaEquality
from dynclient.containment.witnesses.signed_schemas import DerivedCondition, SignedSchema


@dataclass(frozen=True, slots=True)
class KnownMembers:
    """The members of a `oneOf` that fit a value, and those that may fit; no other member fits."""

    fitting: Sequence[Any]
    possible: Sequence[Any]

    @property
    def is_decided(self) -> bool:
        """Whether at most one way is left in which the union does not fit."""
        return len(self.fitting) > 1 or len(self.possible) <= 1

    @property
    def deciding(self) -> Sequence[Any]:
        """The member that fits if the union does, where there is only one; () elsewhere."""
        candidates = self.fitting or self.possible
        return candidates if len(candidates) == 1 else ()


def is_negated_one_of(signed: SignedSchema) -> bool:
    """Tell whether a signed schema has a `oneOf` that need not fit."""
    return not signed.is_positive and isinstance(signed.schema, dict) and "oneOf" in signed.schema


class ExpandedSchemas:
    """Schemas that are known to fit a value, or not to fit it, found by their structure.

    Args:
        equality: compares schemas of the two documents.
        signed_schemas: what is known.

    """

    def __init__(self, equality: SchemaEquality, signed_schemas: Iterable[SignedSchema]) -> None:
        self._equality = equality
        self._by_key: dict[tuple[bool, str], list[SignedSchema]] = {}
        for signed in signed_schemas:
            if _shows_fit(signed):
                self._by_key.setdefault(self._build_key(signed), []).append(signed)

    def sort_members(self, union: SignedSchema) -> KnownMembers:
        """Return which members of a `oneOf` fit as they are written."""
        fitting: list[Any] = []
        possible: list[Any] = []
        for member in union.schema["oneOf"]:
            if self._is_known(union, member, is_positive=True):
                fitting.append(member)
            elif not self._is_known(union, member, is_positive=False):
                possible.append(member)
        return KnownMembers(fitting, possible)

    def _is_known(self, union: SignedSchema, member: Any, *, is_positive: bool) -> bool:
        condition = union.sign_condition(member, is_positive=is_positive)
        equal = self._by_key.get(self._build_key(condition), ())
        return any(self._is_same(one, condition) for one in equal)

    def _build_key(self, signed: SignedSchema) -> tuple[bool, str]:
        key = self._equality.build_key_for(signed.view.defs, signed.schema)
        return signed.is_positive, key

    def _is_same(self, one: SignedSchema, other: SignedSchema) -> bool:
        if one.view.defs is other.view.defs:
            return one.schema is other.schema
        return self._equality.is_equal_either_way(one.view.defs, one.schema, other.schema)


def _shows_fit(signed: SignedSchema) -> bool:
    """Tell whether a signed schema shows if the schema fits as it is written.

    What a reading closes may refuse a value that the schema accepts as it is written.
    """
    if not isinstance(signed.schema, dict) or isinstance(signed.schema, DerivedCondition):
        return False
    return signed.is_positive or signed.is_open
