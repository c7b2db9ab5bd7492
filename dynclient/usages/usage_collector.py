"""What is written down on the way through a source: calls, names, and what becomes of results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from dynclient.usages.abstract_values import (
    MAX_PATH_LENGTH,
    AbstractValues,
    OperationValue,
    ResultMembersValue,
    ResultPairsValue,
    ResultPairValue,
    ResultValue,
    SentResultValue,
    UsageSite,
)
from dynclient.usages.operation_usage import (
    KeyPath,
    OperationUsage,
    ResultRead,
    SourceArgument,
    SourcePosition,
    UnanalyzedCode,
)


@dataclass
class UsageDraft:
    """A use in the making.

    Attributes:
        operation: which, as it is named.
        file: in which it is.
        spot: where its name stands.
        arguments: those that are written out.
        has_star: whether there may be others.

    """

    operation: OperationValue
    file: str
    position: SourcePosition
    arguments: tuple[SourceArgument, ...] = ()
    has_other_arguments: bool = False


@dataclass
class UsageCollector:
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

    calls: dict[UsageSite, UsageDraft] = field(default_factory=dict)
    named_operations: dict[UsageSite, UsageDraft] = field(default_factory=dict)
    called_sites: set[UsageSite] = field(default_factory=set)
    escaping_sites: set[UsageSite] = field(default_factory=set)
    reads: dict[UsageSite, dict[ResultRead, None]] = field(default_factory=dict)
    used_paths: dict[UsageSite, set[KeyPath]] = field(default_factory=dict)
    modified_paths: dict[UsageSite, set[KeyPath]] = field(default_factory=dict)
    dynamic_names: dict[tuple[str, SourcePosition], UnanalyzedCode] = field(default_factory=dict)

    def record_escape(self, values: AbstractValues) -> None:
        """Note that values go where nobody looks any further."""
        for value in values:
            if isinstance(value, OperationValue):
                self.escaping_sites.add(value.site)
            elif isinstance(value, ResultValue):
                self.record_use(value)
            elif isinstance(value, ResultMembersValue | ResultPairsValue | ResultPairValue):
                self.record_use(value.member)
            elif isinstance(value, SentResultValue):
                self.record_use(ResultValue(value.site))

    def record_use(self, answer: ResultValue) -> None:
        """Note that a part of an answer is used, with all below it."""
        self.used_paths.setdefault(answer.site, set()).add(answer.path)

    def record_read(
        self, answer: ResultValue, key: str, file: str, spot: SourcePosition, *, certain: bool
    ) -> ResultValue:
        """Note that a key of an answer is looked at, and return what stands there."""
        inner = ResultValue(answer.site, (*answer.path, key)[:MAX_PATH_LENGTH])
        self.reads.setdefault(answer.site, {})[ResultRead(inner.path, file, *spot, certain)] = None
        return inner

    def record_modification(self, answer: ResultValue, *path: str) -> None:
        """Note that the source itself writes to an answer."""
        self.modified_paths.setdefault(answer.site, set()).add((*answer.path, *path))

    def record_dynamic_name(self, file: str, spot: SourcePosition) -> None:
        """Note that an operation is looked up by a name that nobody knows."""
        self.dynamic_names[file, spot] = UnanalyzedCode(
            file, *spot, "which operation it is, only running it would tell"
        )

    def iterate_usages(self) -> Iterator[OperationUsage]:
        """Yield the uses, file by file, in the order of their lines."""
        sure = {(d.file, d.position) for d in self.calls.values() if d.operation.client.is_certain}
        only = {
            site: d
            for site, d in self.named_operations.items()
            if site in self.escaping_sites or site not in self.called_sites
        }
        found = [
            *self.calls.items(),
            *((site, d) for site, d in only.items() if d.operation.client.is_certain),
        ]
        for site, draft in sorted(
            found, key=lambda pair: (pair[1].file, pair[1].position, pair[0].operation)
        ):
            if draft.operation.client.is_certain or (draft.file, draft.position) not in sure:
                yield self._build_usage(site, draft, is_call=site in self.calls)

    def _build_usage(self, site: UsageSite, draft: UsageDraft, *, is_call: bool) -> OperationUsage:
        operation = draft.operation
        reads, altered, used = (
            self.reads.get(site, {}),
            self.modified_paths.get(site, set()),
            self.used_paths.get(site, set()),
        )
        return OperationUsage(
            operation.name,
            draft.file,
            *draft.position,
            operation.naming_form,
            operation.method if is_call else "name",
            draft.arguments,
            draft.has_other_arguments or not is_call,
            tuple(
                sorted(
                    (_mark_uncertain(r) if _is_below_any(r.path, altered) else r for r in reads),
                    key=_build_read_order,
                )
            ),
            tuple(sorted(used | _find_leaf_paths({read.path for read in reads}, used))),
            operation.client.is_certain,
            operation.client.is_lenient,
        )


def _find_leaf_paths(reads: set[KeyPath], used: set[KeyPath]) -> set[KeyPath]:
    """Return the paths that are read and lead no further: to none that is read, and to none that is used."""
    return reads - {path[:n] for path in reads | used for n in range(len(path))}


def _build_read_order(read: ResultRead) -> tuple[str, int, int, KeyPath]:
    return read.file, read.line, read.column, read.path


def _is_below_any(path: KeyPath, places: set[KeyPath]) -> bool:
    return any(path[: len(place)] == place for place in places)


def _mark_uncertain(read: ResultRead) -> ResultRead:
    return replace(read, is_certain=False)
