"""What is asked of one value: that a schema of one side holds, or that it does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dynclient.schema.dialect import Schema

if TYPE_CHECKING:
    from dynclient.containment.schema_view import SchemaView

#: How a schema is read: as it stands; closed inside, as one of several that speak of a value; closed itself as well.
ClosingMode = Literal["open", "part", "location"]

SignedKey = tuple[int, int, bool, str]


@dataclass(frozen=True, eq=False, slots=True)
class SignedSchema:
    """A schema that a value must fit or must not.

    Attributes:
        side: whose schema it is.
        schema: the schema.
        wanted: whether it must fit.
        mode: how it is read; on a consumer's side everything is open.

    """

    view: SchemaView
    schema: Any
    is_positive: bool = True
    closing_mode: ClosingMode = "location"

    @property
    def key(self) -> SignedKey:
        """What is the same for terms that ask the same."""
        return (
            id(self.view),
            id(self.schema),
            self.is_positive,
            self.closing_mode if self.view.reading == "producer" else "open",
        )

    @property
    def is_open(self) -> bool:
        """Whether nothing in it closes."""
        return self.closing_mode == "open" or self.view.reading == "consumer"

    @property
    def inner_closing_mode(self) -> ClosingMode:
        """How the schemas of values inside are read."""
        return "open" if self.is_open else "location"

    def sign_part(self, schema: Any, *, wanted: bool | None = None) -> SignedSchema:
        """Return a term about the same value."""
        return SignedSchema(
            self.view,
            schema,
            self.is_positive if wanted is None else wanted,
            "open" if self.is_open else "part",
        )

    def sign_condition(self, schema: Any, *, wanted: bool) -> SignedSchema:
        """Return a term about the same value that no reading closes."""
        return SignedSchema(self.view, schema, wanted, "open")


class DerivedCondition(Schema):
    """A condition that no document says, made from what one says: it declares nothing, and nothing closes it."""


def build_negation(schema: Any) -> DerivedCondition:
    """Return what holds where a schema does not."""
    return DerivedCondition({"unless": schema})


def build_property_condition(name: str, inner: Any) -> DerivedCondition:
    """Return what holds for objects with a property for which something holds."""
    return DerivedCondition({"member": name, "that": inner})


def build_item_condition(inner: Any) -> DerivedCondition:
    """Return what holds for arrays with an item for which something holds."""
    return DerivedCondition({"item": True, "that": inner})


def build_any_property_condition(inner: Any) -> DerivedCondition:
    """Return what holds for objects with some property for which something holds."""
    return DerivedCondition({"key": True, "that": inner})
