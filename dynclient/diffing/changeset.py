"""The outcome of a comparison: all changes, and how they are counted and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dynclient.diffing.change import Change, Level, View


@dataclass(frozen=True)
class Revision:
    """One of the two documents, as reports name it.

    Attributes:
        title: the title of the API.
        version: `info.version`.
        uri: where it came from.
        operations: how many operations it has.

    """

    title: str
    version: str
    uri: str
    operations: int


@dataclass(frozen=True)
class Diff:
    """What differs between two revisions of a document.

    Attributes:
        old: the revision that is relied on.
        new: the revision that is to come.
        view: who counts: `wire`, `code`, or `both`.
        changes: every change, the worst first, then in the order of the document.
        statistics: how many schema pairs were `compared`, `refuted` and `unknown`; how many `operations`.

    """

    old: Revision
    new: Revision
    view: View
    changes: tuple[Change, ...] = ()
    statistics: Mapping[str, int] = field(default_factory=dict)

    def at(self, level: Level) -> list[Change]:
        """Return the changes of a level that are not accepted."""
        return [change for change in self.changes if change.level == level and not change.accepted]

    @property
    def breaking(self) -> list[Change]:
        """What breaks somebody under the chosen view."""
        return self.at("breaking")

    @property
    def warnings(self) -> list[Change]:
        """What breaks nobody by the documents and may surprise somebody; what is unknown is among it."""
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
        """What somebody accepted, with a reason."""
        return [change for change in self.changes if change.accepted]

    @property
    def is_compatible(self) -> bool:
        """Whether nothing breaks and nothing is unknown."""
        return not self.breaking and not self.unknown

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON data."""
        from dynclient.diffing.report.as_json import build_data

        return build_data(self)

    def to_json(self) -> str:
        """Return it as JSON text, in the shape that `report/diff.schema.json` describes."""
        from dynclient.diffing.report.as_json import render

        return render(self)

    def to_text(self) -> str:
        """Return it as text for a terminal; the last line is the verdict."""
        from dynclient.diffing.report.as_text import render

        return render(self)

    def to_markdown(self) -> str:
        """Return it as a comment for a pull request."""
        from dynclient.diffing.report.as_markdown import render

        return render(self)

    def to_html(self) -> str:
        """Return it as one page that needs nothing else."""
        from dynclient.diffing.report.as_html import render

        return render(self)

    def to_sarif(self) -> str:
        """Return it as SARIF 2.1.0."""
        from dynclient.diffing.report.as_sarif import render

        return render(self)

    def to_github(self) -> str:
        """Return it as workflow commands that GitHub turns into annotations."""
        from dynclient.diffing.report.as_github import render

        return render(self)
