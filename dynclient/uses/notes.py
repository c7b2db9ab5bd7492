"""What is written down on the way through a source: calls, names, and what becomes of results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from dynclient.uses.found import Argument, Keys, Read, Spot, Unread, Use
from dynclient.uses.values import (
    MAX_DEPTH,
    AnOperation,
    Answer,
    Members,
    Pair,
    Pairs,
    Sent,
    Site,
    Values,
)


@dataclass
class Draft:
    """A use in the making.

    Attributes:
        operation: which, as it is named.
        file: in which it is.
        spot: where its name stands.
        arguments: those that are written out.
        has_star: whether there may be others.

    """

    operation: AnOperation
    file: str
    spot: Spot
    arguments: tuple[Argument, ...] = ()
    has_star: bool = False


@dataclass
class Notes:
    """What a pass through the sources writes down.

    Attributes:
        calls: calls of operations.
        named: operations that are named.
        called: those of them that are called.
        handed: those of them that go where nobody looks.
        reads: the keys that are read of an answer, each with where.
        used: the parts of an answer that are used.
        altered: the parts of an answer that the source itself writes to.
        nameless: calls of operations whose name nobody knows.

    """

    calls: dict[Site, Draft] = field(default_factory=dict)
    named: dict[Site, Draft] = field(default_factory=dict)
    called: set[Site] = field(default_factory=set)
    handed: set[Site] = field(default_factory=set)
    reads: dict[Site, dict[Read, None]] = field(default_factory=dict)
    used: dict[Site, set[Keys]] = field(default_factory=dict)
    altered: dict[Site, set[Keys]] = field(default_factory=dict)
    nameless: dict[tuple[str, Spot], Unread] = field(default_factory=dict)

    def consume(self, values: Values) -> None:
        """Note that values go where nobody looks any further."""
        for value in values:
            if isinstance(value, AnOperation):
                self.handed.add(value.site)
            elif isinstance(value, Answer):
                self.use(value)
            elif isinstance(value, Members | Pairs | Pair):
                self.use(value.member)
            elif isinstance(value, Sent):
                self.use(Answer(value.site))

    def use(self, answer: Answer) -> None:
        """Note that a part of an answer is used, with all below it."""
        self.used.setdefault(answer.site, set()).add(answer.path)

    def read(self, answer: Answer, key: str, file: str, spot: Spot, *, certain: bool) -> Answer:
        """Note that a key of an answer is looked at, and return what stands there."""
        inner = Answer(answer.site, (*answer.path, key)[:MAX_DEPTH])
        self.reads.setdefault(answer.site, {})[Read(inner.path, file, *spot, certain)] = None
        return inner

    def alter(self, answer: Answer, *path: str) -> None:
        """Note that the source itself writes to an answer."""
        self.altered.setdefault(answer.site, set()).add((*answer.path, *path))

    def leave_nameless(self, file: str, spot: Spot) -> None:
        """Note that an operation is looked up by a name that nobody knows."""
        self.nameless[file, spot] = Unread(
            file, *spot, "which operation it is, only running it would tell"
        )

    def uses(self) -> Iterator[Use]:
        """Yield the uses, file by file, in the order of their lines."""
        sure = {(d.file, d.spot) for d in self.calls.values() if d.operation.client.certain}
        only = {
            site: d
            for site, d in self.named.items()
            if site in self.handed or site not in self.called
        }
        found = [
            *self.calls.items(),
            *((site, d) for site, d in only.items() if d.operation.client.certain),
        ]
        for site, draft in sorted(
            found, key=lambda pair: (pair[1].file, pair[1].spot, pair[0].operation)
        ):
            if draft.operation.client.certain or (draft.file, draft.spot) not in sure:
                yield self._use(site, draft, is_call=site in self.calls)

    def _use(self, site: Site, draft: Draft, *, is_call: bool) -> Use:
        operation = draft.operation
        reads, altered, used = (
            self.reads.get(site, {}),
            self.altered.get(site, set()),
            self.used.get(site, set()),
        )
        return Use(
            operation.name,
            draft.file,
            *draft.spot,
            operation.how,
            operation.method if is_call else "name",
            draft.arguments,
            draft.has_star or not is_call,
            tuple(
                sorted(
                    (_doubted(r) if _is_below(r.path, altered) else r for r in reads), key=_place
                )
            ),
            tuple(sorted(used | _last({read.path for read in reads}, used))),
            operation.client.certain,
            operation.client.lenient,
        )


def _last(reads: set[Keys], used: set[Keys]) -> set[Keys]:
    """Return the paths that are read and lead no further: to none that is read, and to none that is used."""
    return reads - {path[:n] for path in reads | used for n in range(len(path))}


def _place(read: Read) -> tuple[str, int, int, Keys]:
    return read.file, read.line, read.column, read.path


def _is_below(path: Keys, places: set[Keys]) -> bool:
    return any(path[: len(place)] == place for place in places)


def _doubted(read: Read) -> Read:
    return replace(read, certain=False)
