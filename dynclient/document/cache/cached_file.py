"""A file of a document as an entry of the cache, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import NoneType
from typing import TYPE_CHECKING, Any

from dynclient.document.cache.document_cache import CacheEntry
from dynclient.document.cache.indexed_tree import IndexedObject, build_index, has_shape_of_index
from dynclient.document.files.document_files import DocumentFile
from dynclient.document.text_features import TextFeatures

if TYPE_CHECKING:
    from dynclient.document.problems import Problem

#: What the cache keeps of a problem: all but its file, whose URL may hold a password.
_PROBLEM_FIELDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("severity", "code", "message", "hint", "pointer"), (str,)),
    **dict.fromkeys(("known_line", "known_column"), (int, NoneType)),
}
_FACTS = {"problems", "index", *TextFeatures._fields}


def build_entry(file: DocumentFile) -> CacheEntry:
    """Return the entry of a file: an entry document with an index, any other one as it is.

    Raises:
        ValueError: the tree holds what JSON cannot write.
        RecursionError: it is too deep.

    """
    tree = file.tree
    index: Any = None
    if isinstance(tree, dict) and ("openapi" in tree or "swagger" in tree):
        index, content = build_index(tree)
    else:
        content = json.dumps(tree, separators=(",", ":")).encode("ascii")
    facts = {
        "problems": [_list_fields(problem) for problem in file.problems],
        "index": index,
        # A search that is made once: it would look at the whole tree each time.
        **file.features._replace(may_refer_to_files=_refers_to_files(file))._asdict(),
    }
    return CacheEntry(facts, content)


def _refers_to_files(file: DocumentFile) -> bool:
    may_refer_to_files = file.features.may_refer_to_files
    if file.features.may_have_resources:  # What a reference leads to depends on the identifiers.
        return may_refer_to_files
    if not may_refer_to_files:
        return False
    from dynclient.document.reference_scan import refers_to_files  # Few documents come here.

    return refers_to_files(file.tree)


def read_entry(
    entry: CacheEntry, uri: str, locate: Callable[[str], tuple[int, int] | None]
) -> DocumentFile | None:
    """Return the file that an entry holds; None where it does not have its shape.

    Such an entry counts as absent: it is written anew.
    """
    facts: Any = entry.facts
    if not isinstance(facts, dict) or facts.keys() != _FACTS:
        return None
    flags = {name: facts[name] for name in TextFeatures._fields}
    problems = _read_problems(facts["problems"], uri)
    if problems is None or not all(isinstance(flag, bool) for flag in flags.values()):
        return None
    tree: Any
    if facts["index"] is not None:
        if not has_shape_of_index(facts["index"], len(entry.content)):
            return None
        tree = IndexedObject(facts["index"], entry.content)
    else:
        try:
            tree = json.loads(entry.content)
        except (ValueError, RecursionError):
            return None
    return DocumentFile(uri, tree, problems, locate, TextFeatures(**flags))


def _read_problems(entries: Any, uri: str) -> tuple[Problem, ...] | None:
    if not isinstance(entries, list) or not all(map(_has_shape_of_problem, entries)):
        return None
    if not entries:
        return ()
    from dynclient.document.problems import Problem  # Most documents have none.

    return tuple(Problem(**fields, file=uri) for fields in entries)


def _has_shape_of_problem(fields: Any) -> bool:
    if not isinstance(fields, dict) or fields.keys() != _PROBLEM_FIELDS.keys():
        return False
    return all(isinstance(fields[name], kinds) for name, kinds in _PROBLEM_FIELDS.items())


def _list_fields(problem: Problem) -> dict[str, Any]:
    return {name: getattr(problem, name) for name in _PROBLEM_FIELDS}
