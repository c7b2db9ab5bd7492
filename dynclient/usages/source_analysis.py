"""Sources → uses: the sources are gone through until they tell nothing new of each other."""

from __future__ import annotations

import os
from collections.abc import Iterable

from dynclient.usages.operation_usage import UnanalyzedCode, UsageAnalysis
from dynclient.usages.python_sources import PythonSource, find_python_files, read_source
from dynclient.usages.statement_visitor import StatementVisitor
from dynclient.usages.symbol_tables import LexicalScope, SymbolTables
from dynclient.usages.usage_collector import UsageCollector

#: A name that goes through more files than that is not followed to its end.
MAX_PASSES = 5


def find_usages(paths: Iterable[str | os.PathLike[str]]) -> UsageAnalysis:
    """Return the uses of operations in Python sources, without running them.

    Args:
        paths: files, and folders, of which the `.py` files are read; hidden folders, caches and environments are not.

    Raises:
        FileNotFoundError: one of the paths does not exist.

    """
    found = [read_source(file) for file in find_python_files(paths)]
    sources = [one for one in found if isinstance(one, PythonSource)]
    unread = [one for one in found if isinstance(one, UnanalyzedCode)]
    tables = SymbolTables(modules={source.module_parts: source.tree for source in sources})
    for _ in range(MAX_PASSES):
        tables.has_grown, notes, failed = False, UsageCollector(), set[str]()
        for source in sources:
            try:
                StatementVisitor(
                    source, LexicalScope(source.tree, tables), tables, notes
                ).visit_all(source.tree.body)
            except RecursionError:
                failed.add(source.file)
        if not tables.has_grown:
            break
    unread += [
        UnanalyzedCode(file, 1, 1, "cannot be followed: nested too deeply")
        for file in sorted(failed)
    ]
    return UsageAnalysis(
        tuple(notes.iterate_usages()),
        tuple(unread),
        tuple(notes.dynamic_names.values()),
        len(sources) - len(failed),
    )
