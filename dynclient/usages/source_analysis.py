"""Sources → usages: the analysis visits the sources until a pass finds nothing new."""

from __future__ import annotations

import os
from collections.abc import Iterable

from dynclient.usages.operation_usage import UnanalyzedCode, UsageAnalysis
from dynclient.usages.python_sources import PythonSource, find_python_files, read_source
from dynclient.usages.source_context import SourceContext
from dynclient.usages.statement_visitor import StatementVisitor
from dynclient.usages.symbol_tables import LexicalScope, SymbolTables
from dynclient.usages.usage_collector import UsageCollector

#: A value that is passed through more files than this is not followed to its end.
MAX_PASSES = 5


def find_usages(paths: Iterable[str | os.PathLike[str]]) -> UsageAnalysis:
    """Return the usages of operations in Python sources, without running them.

    Args:
        paths: files, and folders; of a folder the `.py` files are read, without those in hidden
            folders, caches and environments.

    Raises:
        FileNotFoundError: one of the paths does not exist.

    """
    sources: list[PythonSource] = []
    unreadable: list[UnanalyzedCode] = []
    for file in find_python_files(paths):
        source = read_source(file)
        if isinstance(source, PythonSource):
            sources.append(source)
        else:
            unreadable.append(source)

    tables = SymbolTables(modules={source.module_parts: source.tree for source in sources})
    collector, failed_files = _run_passes(sources, tables)
    for file_name in sorted(failed_files):
        reason = "cannot be followed: nested too deeply"
        unreadable.append(UnanalyzedCode(file_name, 1, 1, reason))
    return UsageAnalysis(
        usages=tuple(collector.iterate_usages()),
        unreadable_files=tuple(unreadable),
        dynamic_names=tuple(collector.dynamic_names.values()),
        file_count=len(sources) - len(failed_files),
    )


def _run_passes(
    sources: list[PythonSource], tables: SymbolTables
) -> tuple[UsageCollector, set[str]]:
    """Visit the sources until the tables stop growing.

    Returns:
        What the last pass collected, and the files that are nested too deeply.

    """
    for _ in range(MAX_PASSES):
        tables.has_grown = False
        collector = UsageCollector()
        failed_files: set[str] = set()
        for source in sources:
            scope = LexicalScope(source.tree, tables)
            visitor = StatementVisitor(SourceContext(source, scope, tables, collector))
            try:
                visitor.visit_all(source.tree.body)
            except RecursionError:
                failed_files.add(source.file)
        if not tables.has_grown:
            break
    return collector, failed_files
