"""What is asked of one value: that a schema of one side holds, or that it does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dynclient.schema.dialect import Schema

if TYPE_CHECKING:
    from dynclient.schema.subsumption.sides import Side

#: How a schema is read: as it stands; closed inside, as one of several that speak of a value; closed itself as well.
Mode = Literal["open", "part", "location"]

Key = tuple[int, int, bool, str]


@dataclass(frozen=True, eq=False, slots=True)
class Term:
    """A schema that a value must fit or must not.

    Attributes:
        side: whose schema it is.
        schema: the schema.
        wanted: whether it must fit.
        mode: how it is read; on a consumer's side everything is open.

    """

    side: Side
    schema: Any
    wanted: bool = True
    mode: Mode = "location"

    @property
    def key(self) -> Key:
        """What is the same for terms that ask the same."""
        return (
            id(self.side),
            id(self.schema),
            self.wanted,
            self.mode if self.side.reading == "producer" else "open",
        )

    @property
    def is_open(self) -> bool:
        """Whether nothing in it closes."""
        return self.mode == "open" or self.side.reading == "consumer"

    @property
    def inner(self) -> Mode:
        """How the schemas of values inside are read."""
        return "open" if self.is_open else "location"

    def part(self, schema: Any, *, wanted: bool | None = None) -> Term:
        """Return a term about the same value."""
        return Term(
            self.side,
            schema,
            self.wanted if wanted is None else wanted,
            "open" if self.is_open else "part",
        )

    def condition(self, schema: Any, *, wanted: bool) -> Term:
        """Return a term about the same value that no reading closes."""
        return Term(self.side, schema, wanted, "open")


class Derived(Schema):
    """A condition that no document says, made from what one says: it declares nothing, and nothing closes it."""


def unless(schema: Any) -> Derived:
    """Return what holds where a schema does not."""
    return Derived({"unless": schema})


def member_that(name: str, inner: Any) -> Derived:
    """Return what holds for objects with a property for which something holds."""
    return Derived({"member": name, "that": inner})


def item_that(inner: Any) -> Derived:
    """Return what holds for arrays with an item for which something holds."""
    return Derived({"item": True, "that": inner})


def key_that(inner: Any) -> Derived:
    """Return what holds for objects with some property for which something holds."""
    return Derived({"key": True, "that": inner})
