"""A change is data: what differs between two revisions, whom it breaks, and what proves it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from dynclient.display_text import escape_unprintable
from dynclient.masking import mask_url
from dynclient.violations import Place, shorten

#: How many characters of a change stand in its repr.
MAX_REPR_CHARS = 200

#: How much a change matters, the worst first.
Level = Literal["breaking", "warning", "info", "none"]
LEVELS: tuple[Level, ...] = ("breaking", "warning", "info", "none")

#: Who reads the document: deployed programs (`wire`), or callers by name who load the new document
#: (`code`).
View = Literal["wire", "code", "both"]
VIEWS: tuple[View, ...] = ("wire", "code", "both")
READERS: tuple[Literal["wire", "code"], ...] = ("wire", "code")

#: What a verdict rests on: a payload that both engines checked (`witness`), a fact of the two
#: documents, a rule that proves that nothing breaks (or that something does, where every payload
#: that shows it is too long to be built), or nothing (`unknown`).
Proof = Literal["witness", "fact", "rule", "unknown"]


def find_worst_level(levels: Sequence[Level]) -> Level:
    """Return the level that matters most; `none` for no levels."""
    return min(levels, key=LEVELS.index, default="none")


@dataclass(frozen=True)
class ChangeLocation:
    """Where a change stands in one of the two documents.

    Attributes:
        file: the URI or path of the file, as it was loaded, without secrets that stand in a URL.
        pointer: JSON pointer in that file.
        line: the line in that file, the first is 1; None if it is not known.

    """

    file: str
    pointer: str
    _place: Place | None = field(default=None, compare=False, repr=False)

    @classmethod
    def from_place(cls, place: Place | None) -> ChangeLocation | None:
        """Return the location of a place; None for None."""
        return None if place is None else cls(mask_url(place.uri), place.pointer, place)

    @property
    def line(self) -> int | None:
        """The line in the file, read at the first access."""
        return self._place.line if self._place else None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {"file": self.file, "pointer": self.pointer, "line": self.line}


def _describe_location(location: ChangeLocation | None) -> dict[str, Any] | None:
    return None if location is None else location.to_dict()


@dataclass(frozen=True, repr=False)
class Change:
    """One difference between two revisions, however many operations it touches.

    Attributes:
        rule: the kind of change, from `rules.RULES`: `property-removed`, `operation-renamed`, …
        level: how much it matters under the chosen view.
        views: reader → level, for `wire` (deployed programs) and `code` (callers by name).
        side: `call`, `result`, or `call and result`; "" if it is about neither.
        sides: side → reader → level, if it is about both sides.
        operation: the operation on which it was found, as a key of the old document (of the new one
            if the operation is new); "" for the whole document.
        operations: every operation that it touches, `operation` first.
        where: the place as people read it: `body.cartItems[].quantity`, `query.limit`,
            `200 application/json: effects[].props`, `security`.
        old: what the old document says there; None if it says nothing.
        new: what the new document says there; None if it says nothing.
        proof: what the verdict rests on.
        witness: plain JSON data, set if `proof` is `witness`. For the call side it is a call
            document that the old document accepts and the new one refuses. For the result side it
            is a body (or {header: value}) that the new document allows and the old one refuses. It
            may itself be null. For `integer-size` it is the first integer beyond 64 bits.
        refusal: the violation of the witness in one line.
        python: the line of Python that makes the call of a witness; "" if the witness is no call.
        because: one sentence: what follows, or the fact or rule that proves it.
        source: the location in the new document, or, if it was removed, in the old one.
        old_source: the location in the old document; None if the place is new.
        nearest: the nearest place that the new document still has, if the change removed one.
        used: `file:line` of the code that it touches, if code was given.
        accepted: the reason for which somebody accepted it; "" if nobody did.
        policy: whether it is a finding of an opt-in policy, which no payload can show.

    """

    rule: str
    level: Level
    views: Mapping[str, Level]
    side: str = ""
    sides: Mapping[str, Mapping[str, Level]] = field(default_factory=dict)
    operation: str = ""
    operations: tuple[str, ...] = ()
    where: str = ""
    old: Any = None
    new: Any = None
    proof: Proof = "fact"
    witness: Any = None
    refusal: str = ""
    python: str = ""
    because: str = ""
    source: ChangeLocation | None = None
    old_source: ChangeLocation | None = None
    nearest: ChangeLocation | None = None
    used: tuple[str, ...] = ()
    accepted: str = ""
    policy: bool = False

    def __repr__(self) -> str:
        others = len(set(self.operations) - {self.operation, ""})
        parts = [
            self.level,
            self.rule,
            self.where,
            self.operation,
            f"(+{others})" if others else "",
        ]
        text = escape_unprintable(" ".join(filter(None, parts)))
        return f"<Change {shorten(text, MAX_REPR_CHARS)}>"

    @property
    def has_witness(self) -> bool:
        """Whether a payload proves it."""
        return self.proof == "witness"

    @property
    def is_unknown(self) -> bool:
        """Whether it could neither be proved harmless nor shown to break."""
        return self.proof == "unknown"

    @property
    def pointer(self) -> str:
        """The JSON pointer in the new document, or in the old one if the place was removed."""
        return self.source.pointer if self.source else ""

    @property
    def line(self) -> int | None:
        """The line of the place that changed."""
        return self.source.line if self.source else None

    @property
    def is_gone(self) -> bool:
        """Whether the new document lacks the place, so that `source` is in the old one."""
        return self.source is not None and self.source is self.old_source

    @cached_property
    def fingerprint(self) -> str:
        """A stable name of 16 hex digits.

        It does not change with lines, order, witnesses or the operations that share the cause.
        """
        old_pointer = self.old_source.pointer if self.old_source else ""
        new_pointer = self.source.pointer if self.source else ""
        operation = "" if old_pointer or new_pointer else self.operation
        identity = [
            self.rule,
            self.side,
            old_pointer,
            new_pointer,
            operation,
            self.old,
            self.new,
        ]
        text = json.dumps(identity, sort_keys=True, ensure_ascii=True, default=repr)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def short_fingerprint(self) -> str:
        """The first 8 digits of the fingerprint, as reports show it."""
        return self.fingerprint[:8]

    def seen(self, view: View) -> Change:
        """Return it with the level that it has under a view."""
        readers = READERS if view == "both" else (view,)
        level = find_worst_level([self.views[reader] for reader in readers])
        proof = self.proof
        if proof == "unknown" and level in ("info", "none"):
            # Only the other reader's verdict is unknown; for this one it is proved harmless.
            proof = "rule"
        return replace(self, level=level, proof=proof)

    @property
    def _witness_fields(self) -> dict[str, Any]:
        return {"witness": self.witness, "refusal": self.refusal, "python": self.python}

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON data; `witness` is there only where there is one."""
        return {
            "fingerprint": self.fingerprint,
            "rule": self.rule,
            "level": self.level,
            "views": dict(self.views),
            "side": self.side,
            "sides": {side: dict(levels) for side, levels in self.sides.items()},
            "operation": self.operation,
            "operations": list(self.operations),
            "where": self.where,
            "pointer": self.pointer,
            "old": self.old,
            "new": self.new,
            "proof": self.proof,
            **(self._witness_fields if self.has_witness else {}),
            "because": self.because,
            "source": _describe_location(self.source),
            "old_source": _describe_location(self.old_source),
            "used": list(self.used),
            "accepted": self.accepted,
            "policy": self.policy,
        }
