"""A change set is data: two revisions, and every change between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from dynclient.diffing.change import Change, Level, View
from dynclient.masking import mask_url

if TYPE_CHECKING:
    from dynclient.model import Document


@dataclass(frozen=True)
class Revision:
    """One of the two documents, as reports name it.

    Attributes:
        title: the title of the API.
        version: `info.version`.
        uri: where it came from, without secrets that stand in a URL.
        operations: how many operations it has.

    """

    title: str
    version: str
    uri: str
    operations: int

    @classmethod
    def of(cls, document: Document) -> Revision:
        """Return how reports name a document."""
        return cls(
            title=document.title,
            version=str(document.info.get("version") or ""),
            uri=mask_url(document.uri),
            operations=len(document.operations),
        )


@dataclass(frozen=True)
class ChangeSet:
    """What differs between two revisions of a document; reports and the gate of a build read it.

    Attributes:
        old: the revision that programs rely on.
        new: the revision that replaces it.
        view: who counts: `wire`, `code`, or `both`.
        changes: every change, the worst first, then in the order of the document.
        statistics: the numbers of schema pairs `compared`, `refuted` and `unknown`, and of
            `operations`.
        addresses: the key of each operation → its method and path.

    """

    old: Revision
    new: Revision
    view: View
    changes: tuple[Change, ...] = ()
    statistics: Mapping[str, int] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict, repr=False)

    def at(self, level: Level) -> list[Change]:
        """Return the changes of a level that are not accepted."""
        return [change for change in self.changes if change.level == level and not change.accepted]

    @property
    def breaking(self) -> list[Change]:
        """What breaks somebody under the chosen view."""
        return self.at("breaking")

    @property
    def warnings(self) -> list[Change]:
        """What breaks nobody but may surprise somebody; unknown changes are among it."""
        return self.at("warning")

    @property
    def infos(self) -> list[Change]:
        """What is different and harmless."""
        return self.at("info")

    @property
    def unknown(self) -> list[Change]:
        """What could neither be proved harmless nor shown to break."""
        return [change for change in self.changes if change.is_unknown and not change.accepted]

    @property
    def accepted(self) -> list[Change]:
        """The changes that somebody accepted with a reason."""
        return [change for change in self.changes if change.accepted]

    @property
    def is_compatible(self) -> bool:
        """Whether nothing breaks and nothing is unknown."""
        return not self.breaking and not self.unknown


#: A change set, or the `Diff` that extends it: what changes one returns the same type.
ChangeSetT = TypeVar("ChangeSetT", bound=ChangeSet)
