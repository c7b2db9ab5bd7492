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

#: Methods by which an object or array is changed.
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
        file: as it was given or found.
        tree: what it says.
        lines: its text, to tell columns in characters.

    """

    file: str
    tree: ast.Module
    lines: list[str]

    @cached_property
    def mutated_names(self) -> frozenset[str]:
        """The names of objects and arrays that are changed somewhere, so that their literal tells little."""
        return frozenset(_find_mutated_names(self.tree))

    @property
    def module_parts(self) -> tuple[str, ...]:
        """The parts of the module's name, with those of all folders above."""
        parts = Path(self.file).with_suffix("").parts
        return parts[:-1] if parts and parts[-1] == "__init__" else parts

    def locate(self, node: ast.expr) -> SourcePosition:
        """Return where an expression begins."""
        return self.locate_offset(node.lineno, node.col_offset)

    def locate_offset(self, line: int, offset: int) -> SourcePosition:
        """Return line and column, where Python counts the bytes of a line in UTF-8."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        if not text.isascii():
            offset = len(text.encode()[:offset].decode(errors="ignore"))
        return line, offset + 1


def find_python_files(paths: Iterable[str | os.PathLike[str]]) -> Iterator[Path]:
    """Yield the files that were given, and the `.py` files of folders, each once; no environment, cache or hidden one.

    Raises:
        FileNotFoundError: one of the paths does not exist.

    """
    seen: set[Path] = set()
    for given in map(Path, paths):
        if not given.exists():
            raise FileNotFoundError(os.fspath(given))
        for file in _walk_folder(given) if given.is_dir() else (given,):
            if (real := file.resolve()) not in seen:
                seen.add(real)
                yield file


def _walk_folder(folder: Path) -> Iterator[Path]:
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_skipped(Path(at) / name))
        yield from (Path(at) / name for name in sorted(names) if name.endswith(".py"))


def _is_skipped(folder: Path) -> bool:
    return (
        folder.name.startswith(".")
        or folder.name in _SKIPPED_FOLDERS
        or (folder / "pyvenv.cfg").exists()
    )


def read_source(file: Path) -> PythonSource | UnanalyzedCode:
    """Return what a file says, or why it cannot be read."""
    name = os.fspath(file)
    try:
        data = file.read_bytes()
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a doubtful escape in somebody's text
            tree = ast.parse(text, name)
    except SyntaxError as error:
        return UnanalyzedCode(name, error.lineno or 1, error.offset or 1, f"no Python: {error.msg}")
    except (OSError, ValueError) as error:
        return UnanalyzedCode(
            name, 1, 1, f"cannot be read: {getattr(error, 'strerror', None) or error}"
        )
    except (RecursionError, MemoryError):
        return UnanalyzedCode(name, 1, 1, "cannot be read: nested too deeply")
    return PythonSource(name, tree, _LINE_BREAK.split(text))


def _find_mutated_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        is_written = isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load)
        if isinstance(node, ast.expr) and (
            is_written or (isinstance(node, ast.Attribute) and node.attr in MUTATING_METHODS)
        ):
            base = node
            while isinstance(base, ast.Subscript | ast.Attribute):
                base = base.value
            if isinstance(base, ast.Name):
                yield base.id
