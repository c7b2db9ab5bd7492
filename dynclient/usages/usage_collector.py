"""What one pass through the sources collects: calls, names, and what is read of results."""

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
    """A usage that is not complete yet: what is read of its result is collected apart.

    Attributes:
        operation: the operation, as it is named.
        file: the file of the source.
        position: where the operation's name stands.
        arguments: the arguments that are written out.
        has_other_arguments: whether the call may give others.

    """

    operation: OperationValue
    file: str
    position: SourcePosition
    arguments: tuple[SourceArgument, ...] = ()
    has_other_arguments: bool = False


@dataclass
class UsageCollector:
    """What one pass through the sources collects.

    Attributes:
        calls: the calls of operations.
        named_operations: the operations that the sources name.
        called_sites: the sites of named operations that are called.
        escaping_sites: the sites of named operations that the analysis cannot follow.
        reads: the keys of each result that are read; a dict, because it keeps their order.
        used_paths: the parts of each result that are used as a whole.
        modified_paths: the parts of each result that the source writes to.
        dynamic_names: lookups of operations by a name that is known only at run time.

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
        """Record that the analysis does not follow values any further."""
        for value in values:
            if isinstance(value, OperationValue):
                self.escaping_sites.add(value.site)
            elif isinstance(value, ResultValue):
                self.record_use(value)
            elif isinstance(value, ResultMembersValue | ResultPairsValue | ResultPairValue):
                self.record_use(value.member)
            elif isinstance(value, SentResultValue):
                self.record_use(ResultValue(value.site))

    def record_use(self, result: ResultValue) -> None:
        """Record that a part of a result is used, with all below it."""
        self.used_paths.setdefault(result.site, set()).add(result.path)

    def record_read(
        self,
        result: ResultValue,
        key: str,
        file: str,
        position: SourcePosition,
        *,
        is_certain: bool,
    ) -> ResultValue:
        """Record that a source reads a key of a result, and return the part at that key."""
        path = (*result.path, key)[:MAX_PATH_LENGTH]
        read = ResultRead(path, file, *position, is_certain)
        self.reads.setdefault(result.site, {})[read] = None
        return ResultValue(result.site, path)

    def record_modification(self, result: ResultValue, *path: str) -> None:
        """Record that a source writes to a part of a result."""
        self.modified_paths.setdefault(result.site, set()).add((*result.path, *path))

    def record_dynamic_name(self, file: str, position: SourcePosition) -> None:
        """Record that a source looks up an operation by a name that is known only at run time."""
        reason = "which operation it is, only running it would tell"
        self.dynamic_names[file, position] = UnanalyzedCode(file, *position, reason)

    # --- what the collected data says

    def iterate_usages(self) -> Iterator[OperationUsage]:
        """Yield the usages, file by file, in the order of their lines."""
        certain_places = set()
        for draft in self.calls.values():
            if draft.operation.client.is_certain:
                certain_places.add((draft.file, draft.position))

        drafts = [*self.calls.items(), *self._list_named_only()]
        for site, draft in sorted(drafts, key=_build_usage_order):
            # Where one client is certain, what else may stand there is not a usage.
            is_certain = draft.operation.client.is_certain
            if is_certain or (draft.file, draft.position) not in certain_places:
                yield self._build_usage(site, draft)

    def _list_named_only(self) -> list[tuple[UsageSite, UsageDraft]]:
        """Return the operations of certain clients that are named, to be called elsewhere."""
        drafts = []
        for site, draft in self.named_operations.items():
            is_called_elsewhere = site in self.escaping_sites or site not in self.called_sites
            if is_called_elsewhere and draft.operation.client.is_certain:
                drafts.append((site, draft))
        return drafts

    def _build_usage(self, site: UsageSite, draft: UsageDraft) -> OperationUsage:
        operation = draft.operation
        is_call = site in self.calls
        line, column = draft.position
        return OperationUsage(
            operation=operation.name,
            file=draft.file,
            line=line,
            column=column,
            naming_form=operation.naming_form,
            method=operation.method if is_call else "name",
            arguments=draft.arguments,
            has_other_arguments=draft.has_other_arguments or not is_call,
            reads=self._list_reads(site),
            result_paths=self._list_result_paths(site),
            is_certain=operation.client.is_certain,
            is_lenient=operation.client.is_lenient,
        )

    def _list_reads(self, site: UsageSite) -> tuple[ResultRead, ...]:
        """Return the reads of a result in the order of the code.

        A read below a part that the source writes to is uncertain: it may read what was written.
        """
        modified_paths = self.modified_paths.get(site, set())
        reads = []
        for read in self.reads.get(site, {}):
            is_modified = _is_below_any(read.path, modified_paths)
            reads.append(replace(read, is_certain=False) if is_modified else read)
        return tuple(sorted(reads, key=_build_read_order))

    def _list_result_paths(self, site: UsageSite) -> tuple[KeyPath, ...]:
        """Return the parts of a result that are used, each with all below it."""
        used_paths = self.used_paths.get(site, set())
        read_paths = {read.path for read in self.reads.get(site, {})}
        return tuple(sorted(used_paths | _find_leaf_paths(read_paths, used_paths)))


def _find_leaf_paths(read_paths: set[KeyPath], used_paths: set[KeyPath]) -> set[KeyPath]:
    """Return the paths that are read, without those that lead to another path read or used."""
    inner_paths: set[KeyPath] = set()
    for path in read_paths | used_paths:
        inner_paths.update(path[:depth] for depth in range(len(path)))
    return read_paths - inner_paths


def _build_usage_order(item: tuple[UsageSite, UsageDraft]) -> tuple[str, SourcePosition, str]:
    site, draft = item
    return draft.file, draft.position, site.operation


def _build_read_order(read: ResultRead) -> tuple[str, int, int, KeyPath]:
    return read.file, read.line, read.column, read.path


def _is_below_any(path: KeyPath, ancestors: set[KeyPath]) -> bool:
    return any(path[: len(ancestor)] == ancestor for ancestor in ancestors)
