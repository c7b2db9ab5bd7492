"""Sources → uses: the sources are gone through until they tell nothing new of each other."""

from __future__ import annotations

import os
from collections.abc import Iterable

from dynclient.uses.found import Found, Unread
from dynclient.uses.notes import Notes
from dynclient.uses.scopes import Scope, Tables
from dynclient.uses.sources import Source, files, read
from dynclient.uses.statements import Statements

#: A name that goes through more files than that is not followed to its end.
MAX_PASSES = 5


def find(paths: Iterable[str | os.PathLike[str]]) -> Found:
    """Return the uses of operations in Python sources, without running them.

    Args:
        paths: files, and folders, of which the `.py` files are read; hidden folders, caches and environments are not.

    Raises:
        FileNotFoundError: one of the paths does not exist.

    """
    found = [read(file) for file in files(paths)]
    sources = [one for one in found if isinstance(one, Source)]
    unread = [one for one in found if isinstance(one, Unread)]
    tables = Tables(modules={source.dotted: source.tree for source in sources})
    for _ in range(MAX_PASSES):
        tables.grown, notes, failed = False, Notes(), set[str]()
        for source in sources:
            try:
                Statements(source, Scope(source.tree, tables), tables, notes).run(source.tree.body)
            except RecursionError:
                failed.add(source.file)
        if not tables.grown:
            break
    unread += [
        Unread(file, 1, 1, "cannot be followed: nested too deeply") for file in sorted(failed)
    ]
    return Found(
        tuple(notes.uses()),
        tuple(unread),
        tuple(notes.nameless.values()),
        len(sources) - len(failed),
    )
