"""Signed schemas: a schema of either document that a value must fit, or must not fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dynclient.schema.dialect import Schema

if TYPE_CHECKING:
    from dynclient.containment.schema_view import SchemaView

#: How a producer's reading applies: not at all; to the places inside, as the schema is one part of
#: a location; to the location itself as well.
ClosingMode = Literal["open", "part", "location"]

SignedKey = tuple[int, int, bool, str]


@dataclass(frozen=True, eq=False, slots=True)
class SignedSchema:
    """A schema that a value must fit (positive) or must not fit (negated).

    Attributes:
        view: whose schema it is.
        schema: the schema.
        is_positive: whether the value must fit.
        closing_mode: how the reading applies; for a consumer everything is open.

    """

    view: SchemaView
    schema: Any
    is_positive: bool = True
    closing_mode: ClosingMode = "location"

    @property
    def key(self) -> SignedKey:
        """A key that is equal for signed schemas with the same meaning."""
        closing_mode = self.closing_mode if self.view.reading == "producer" else "open"
        return id(self.view), id(self.schema), self.is_positive, closing_mode

    @property
    def is_open(self) -> bool:
        """Whether the reading closes nothing in it."""
        return self.closing_mode == "open" or self.view.reading == "consumer"

    @property
    def inner_closing_mode(self) -> ClosingMode:
        """The closing mode of the schemas of inner values."""
        return "open" if self.is_open else "location"

    def sign_part(self, schema: Any) -> SignedSchema:
        """Return another schema of the same value with the same sign."""
        closing_mode: ClosingMode = "open" if self.is_open else "part"
        return SignedSchema(self.view, schema, self.is_positive, closing_mode)

    def sign_condition(self, schema: Any, *, is_positive: bool) -> SignedSchema:
        """Return another schema of the same value that no reading closes."""
        return SignedSchema(self.view, schema, is_positive, "open")

    def sign_inner(self, schema: Any) -> SignedSchema:
        """Return the schema of an inner value with the same sign."""
        return SignedSchema(self.view, schema, self.is_positive, self.inner_closing_mode)


class DerivedCondition(Schema):
    """A condition that is in no document. It declares nothing, and no reading closes it.

    It has one of these forms: `unless`, a schema that must not fit; `member` with `that`, a
    property and its condition; `item` or `key` with `that`, a condition of some item or property.
    """


def simplify_signed(signed: SignedSchema) -> SignedSchema:
    """Return the same without a reference, an `allOf` of one, or a condition that only negates."""
    view, schema, closing_mode = signed.view, signed.schema, signed.closing_mode
    if isinstance(schema, DerivedCondition):
        if "unless" not in schema:
            return signed
        return simplify_signed(SignedSchema(view, schema["unless"], False, closing_mode))
    while isinstance(schema, dict) and schema.keys() == {"allOf"} and len(schema["allOf"]) == 1:
        schema = schema["allOf"][0]
    return SignedSchema(view, view.resolve(schema), signed.is_positive, closing_mode)


def build_negation(schema: Any) -> DerivedCondition:
    """Return the condition that a schema does not fit."""
    return DerivedCondition({"unless": schema})


def build_property_condition(name: str, inner: Any) -> DerivedCondition:
    """Return the condition that an object has a property for which a condition holds."""
    return DerivedCondition({"member": name, "that": inner})


def build_item_condition(inner: Any) -> DerivedCondition:
    """Return the condition that an array has an item for which a condition holds."""
    return DerivedCondition({"item": True, "that": inner})


def build_any_property_condition(inner: Any) -> DerivedCondition:
    """Return the condition that an object has some property for which a condition holds."""
    return DerivedCondition({"key": True, "that": inner})
