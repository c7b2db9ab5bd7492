"""A change is data: what differs between two revisions, whom it breaks, and what proves it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from dynclient.violations import Place

#: How much a change matters, the worst first.
Level = Literal["breaking", "warning", "info", "none"]
LEVELS: tuple[Level, ...] = ("breaking", "warning", "info", "none")

#: Who reads the document: programs already deployed (`wire`), callers by name who load the new one (`code`).
View = Literal["wire", "code", "both"]
VIEWS: tuple[View, ...] = ("wire", "code", "both")
READERS: tuple[Literal["wire", "code"], ...] = ("wire", "code")

#: What a verdict rests on: a payload that both engines judged, a fact of the two documents, a rule that proves that
#: nothing breaks, or nothing (`unknown`).
Proof = Literal["witness", "fact", "rule", "unknown"]


def find_worst_level(levels: Sequence[Level]) -> Level:
    """Return the level that matters most; `none` where there is none."""
    return min(levels, key=LEVELS.index, default="none")


@dataclass(frozen=True)
class ChangeLocation:
    """Where a change stands in one of the two documents.

    Attributes:
        file: the URI or path of the file, as it was loaded.
        pointer: JSON pointer in that file.
        line: the line in it, first line 1; None where nobody knows.

    """

    file: str
    pointer: str
    _place: Place | None = field(default=None, compare=False, repr=False)

    @classmethod
    def from_place(cls, place: Place | None) -> ChangeLocation | None:
        """Return the source of a place, None where there is none."""
        return None if place is None else cls(place.uri, place.pointer, place)

    @property
    def line(self) -> int | None:
        """The line in the file, looked up when it is first asked for."""
        return self._place.line if self._place else None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {"file": self.file, "pointer": self.pointer, "line": self.line}


@dataclass(frozen=True)
class Change:
    """One difference between two revisions, told once however many operations it touches.

    Attributes:
        rule: the kind of change, kebab-case, from `rules.RULES`: `property-removed`, `operation-renamed`, …
        level: how much it matters under the view that was asked for.
        views: how much it matters to each reader: `wire` (deployed programs) and `code` (callers by name).
        side: `call`, `result`, or both as `call and result`; "" where it is about neither.
        sides: how much it matters to each reader on each side, where it is about both: side → reader → level.
        operation: the operation it was found on, as a key of the old document (of the new one where it was added);
            "" for the whole document.
        operations: every operation that it touches, that one first.
        where: the place as people read it: `body.cartItems[].quantity`, `200 application/json: effects[].props`,
            `query.limit`, `security`.
        old: what the old document says there; None where it says nothing.
        new: what the new document says there.
        proof: what the verdict rests on.
        witness: where `proof` is `witness`: for the call side a call document that the old document accepts and the
            new one refuses; for the result side a body (or {header: value}) that the new document allows and the old
            one refuses. Plain JSON data; it may itself be null. For `integer-size` the first integer beyond 64 bits.
        refusal: what the refusing document says of the witness, one line.
        python: the line of Python that makes the call of a witness through dynclient; "" where it is no call.
        because: one sentence that says what follows, or the fact or rule that settles it.
        source: where it stands in the new document, or, for what is gone, in the old one.
        old_source: where it stands in the old document; None for what is new.
        used: `file:line` of the code that it touches, where code was given.
        accepted: the reason for which it was accepted; "" where it was not.
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
    used: tuple[str, ...] = ()
    accepted: str = ""
    policy: bool = False

    @property
    def has_witness(self) -> bool:
        """Whether a payload shows it."""
        return self.proof == "witness"

    @property
    def is_unknown(self) -> bool:
        """Whether it could neither be proved harmless nor shown to break."""
        return self.proof == "unknown"

    @property
    def pointer(self) -> str:
        """The JSON pointer of the place that changed: in the new document, or, for what is gone, in the old one."""
        return self.source.pointer if self.source else ""

    @property
    def line(self) -> int | None:
        """The line of the place that changed."""
        return self.source.line if self.source else None

    @property
    def is_gone(self) -> bool:
        """Whether the place is no longer in the new document, so that `source` is in the old one."""
        return self.source is not None and self.source is self.old_source

    @cached_property
    def fingerprint(self) -> str:
        """A stable name: it does not change with lines, order, witnesses or the operations that share the cause."""
        places = [source.pointer if source else "" for source in (self.old_source, self.source)]
        said = [
            self.rule,
            self.side,
            *places,
            "" if any(places) else self.operation,
            self.old,
            self.new,
        ]
        text = json.dumps(said, sort_keys=True, ensure_ascii=True, default=repr)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def seen(self, view: View) -> Change:
        """Return it with the level that it has under a view."""
        readers = READERS if view == "both" else (view,)
        level = find_worst_level([self.views[reader] for reader in readers])
        # What is open to the other reader alone is harmless to this one.
        proof: Proof = (
            "rule" if self.proof == "unknown" and level in ("info", "none") else self.proof
        )
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
            "source": self.source.to_dict() if self.source else None,
            "old_source": self.old_source.to_dict() if self.old_source else None,
            "used": list(self.used),
            "accepted": self.accepted,
            "policy": self.policy,
        }
