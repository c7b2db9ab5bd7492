"""Who sends values to whom, between the old and the new revision, and what the user chose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dynclient.schema.dialect import Direction

#: Who reads a document: programs already deployed (`wire`), callers by name (`code`).
Reader = Literal["wire", "code"]


@dataclass(frozen=True)
class Exposure:
    """A way that values travel between the two revisions.

    Attributes:
        direction: whether they are part of a request or of a response.
        old_sends: whether those who follow the old document send them, and those who follow the
            new one read them; else the other way round.

    """

    direction: Direction
    old_sends: bool

    @property
    def side(self) -> str:
        """The side of a call that a change of these values is about."""
        return "call" if self.old_sends else "result"


#: Callers that follow the old document call the new API, and they read its results.
CALL = Exposure("request", old_sends=True)
RESULT = Exposure("response", old_sends=False)
#: In webhooks and callbacks the API calls us: we read its requests, and it reads our results.
WEBHOOK_CALL = Exposure("request", old_sends=False)
WEBHOOK_RESULT = Exposure("response", old_sends=True)


@dataclass(frozen=True)
class ComparisonOptions:
    """How documents are compared.

    Attributes:
        open_enums: a new value of an enum that the document calls open breaks nobody.
        tolerant_results: readers of results accept properties that a closed schema refuses.
        include_descriptions: descriptions, examples, titles and links count too.

    """

    open_enums: bool = False
    tolerant_results: bool = False
    include_descriptions: bool = False
