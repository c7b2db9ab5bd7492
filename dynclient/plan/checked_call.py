"""A call document that was checked: how strictly, in which media type, and what is wrong."""

from __future__ import annotations

from typing import NamedTuple

from dynclient.model import MediaType
from dynclient.plan.call_document import Call
from dynclient.violations import Violation
from dynclient.wire import media_types


class RequestChecks(NamedTuple):
    """How strictly a call is checked.

    Attributes:
        is_enabled: False writes whatever can be written.
        unknown_properties: `refuse` reads the call as its producer (closed), `allow` as its
            consumer (open).
        is_thorough: looks into free-form parts too, which the fast engine does not: for `validate`,
            not for sending.

    """

    is_enabled: bool = True
    unknown_properties: str = "refuse"
    is_thorough: bool = False


class BodyMediaType(NamedTuple):
    """The media type that the body of one call is written in; it is chosen once.

    Attributes:
        name: the one that the caller chose; None where the caller chose none.
        entry: the Media Type Object of the document; None where there is none, or no body.

    """

    name: str | None = None
    entry: MediaType | None = None

    @property
    def declared_name(self) -> str | None:
        """The name in the document; that of the caller where the document has none."""
        return self.name if self.entry is None else self.entry.name

    @property
    def is_judged_as_octets(self) -> bool:
        """Whether a schema has something to say of a whole body that is binary data.

        It has nothing to say of items that are written already.
        """
        name = self.declared_name
        has_items = self.entry is not None and self.entry.sequence_format is not None
        return name is not None and not has_items and media_types.find_kind(name) == "octets"


class CheckedCall(NamedTuple):
    """A call document, and what checking it showed.

    Attributes:
        document: in JSON form, with binary values.
        violations: everything that is wrong with it.
        media_type: of its body.

    """

    document: Call
    violations: list[Violation]
    media_type: BodyMediaType
