"""Files and folders → Python sources, read as Python reads them; nothing is run."""

from __future__ import annotations

import ast
import io
import os
import re
import tokenize
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dynclient.usages.operation_usage import SourcePosition, UnanalyzedCode

#: Methods that change an object or array.
MUTATING_METHODS = frozenset(
    (
        "append",
        "clear",
        "extend",
        "insert",
        "pop",
        "popitem",
        "remove",
        "reverse",
        "setdefault",
        "sort",
        "update",
    )
)

_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "site-packages", "venv"})
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, eq=False)
class PythonSource:
    """A Python file.

    Attributes:
        file: its path, as it was given or found.
        tree: its syntax tree.
        lines: its text, line by line, from which columns are counted in characters.

    """

    file: str
    tree: ast.Module
    lines: list[str]

    @cached_property
    def mutated_names(self) -> frozenset[str]:
        """The names of objects and arrays that the source changes after their literal."""
        return frozenset(_find_mutated_names(self.tree))

    @property
    def module_parts(self) -> tuple[str, ...]:
        """The parts of the module's name, with the names of all folders above it."""
        parts = Path(self.file).with_suffix("").parts
        return parts[:-1] if parts and parts[-1] == "__init__" else parts

    def locate(self, node: ast.expr) -> SourcePosition:
        """Return where an expression begins."""
        return self.locate_offset(node.lineno, node.col_offset)

    def locate_offset(self, line: int, offset: int) -> SourcePosition:
        """Return the position of an offset in a line, which Python counts in bytes of UTF-8."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        if not text.isascii():
            offset = len(text.encode()[:offset].decode(errors="ignore"))
        return line, offset + 1


def find_python_files(paths: Iterable[str | os.PathLike[str]]) -> Iterator[Path]:
    """Yield the files that were given, and the `.py` files of folders, each once.

    Hidden folders, caches and environments are left out.

    Raises:
        FileNotFoundError: one of the paths does not exist.

    """
    seen: set[Path] = set()
    for path in map(Path, paths):
        if not path.exists():
            raise FileNotFoundError(os.fspath(path))
        for file in _walk_folder(path) if path.is_dir() else (path,):
            real_path = file.resolve()
            if real_path not in seen:
                seen.add(real_path)
                yield file


def _walk_folder(root: Path) -> Iterator[Path]:
    for folder_name, subfolders, names in os.walk(root):
        folder = Path(folder_name)
        subfolders[:] = sorted(name for name in subfolders if not _is_skipped(folder / name))
        for name in sorted(names):
            if name.endswith(".py"):
                yield folder / name


def _is_skipped(folder: Path) -> bool:
    return (
        folder.name.startswith(".")
        or folder.name in _SKIPPED_FOLDERS
        or (folder / "pyvenv.cfg").exists()
    )


def read_source(file: Path) -> PythonSource | UnanalyzedCode:
    """Return the source in a file, or why it cannot be read."""
    name = os.fspath(file)
    try:
        data = file.read_bytes()
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes in the sources
            tree = ast.parse(text, name)
    except SyntaxError as error:
        reason = f"no Python: {error.msg}"
        return UnanalyzedCode(name, error.lineno or 1, error.offset or 1, reason)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return UnanalyzedCode(name, 1, 1, f"cannot be read: {reason}")
    except (RecursionError, MemoryError):
        return UnanalyzedCode(name, 1, 1, "cannot be read: nested too deeply")
    return PythonSource(name, tree, _LINE_BREAK.split(text))


def _find_mutated_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.Subscript | ast.Attribute) and _is_mutation(node):
            name = _find_base_name(node)
            if name is not None:
                yield name


def _is_mutation(node: ast.Subscript | ast.Attribute) -> bool:
    """Tell whether an expression writes an item, or names a method that changes its object."""
    if isinstance(node, ast.Subscript):
        return not isinstance(node.ctx, ast.Load)
    return node.attr in MUTATING_METHODS


def _find_base_name(node: ast.expr) -> str | None:
    """Return the name that a chain of attributes and items begins with, if it is one."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
