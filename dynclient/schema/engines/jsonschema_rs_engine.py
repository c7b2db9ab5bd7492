"""jsonschema-rs, the fast engine: it accepts or refuses, and explains nothing."""

from __future__ import annotations

import weakref
from typing import Any

from dynclient.fork_safety import build_fork_safe_lock
from dynclient.schema.dialect import (
    Schema,
    SharedDefinitions,
    get_definition_name,
    get_definition_references,
    get_shared_definitions,
)
from dynclient.schema.engines.fast_roots import (
    FastRoot,
    write_definitions_root,
    write_fast_root,
)
from dynclient.schema.engines.fast_schema import UnsuitableSchema
from dynclient.schema.engines.separate_members import SeparateMember, split_members

#: A root that has more schemas than this takes about a megabyte once it is compiled.
LARGE_SIZE = 1_000

#: How many schemas all large ones together may have: about 80 MB.
MAX_COMPILED_SIZE = 90_000

#: Keywords beside a reference that do not change what is valid.
_KEYWORDS_OF_ROOT = frozenset(("$defs", "$schema"))


class FastValidator:
    """A schema that jsonschema-rs has compiled.

    What a definition of many roots describes alone is checked apart: such definitions are compiled
    together, once.

    Args:
        schema: a self-contained root in our dialect.

    Raises:
        UnsuitableSchema: this engine cannot check values by it within bounds.
        ValueError: this engine refuses the schema.

    """

    def __init__(self, schema: dict[str, Any]) -> None:
        shared = get_shared_definitions(schema)
        self._compiled: CompiledRoot | None = None
        self._members: list[tuple[SeparateMember, CompiledRoot]] = []
        if shared is None or not isinstance(schema, Schema):
            self._compiled = CompiledRoot(write_fast_root(schema))
            return
        if schema.keys() - _KEYWORDS_OF_ROOT == {"$ref"}:
            members = [SeparateMember((), get_definition_name(schema["$ref"]))]
        else:
            rest, members = split_members(schema)
            self._compiled = CompiledRoot(write_fast_root(rest))
        definitions = shared.derive(CompiledDefinitions)
        self._members = [(member, definitions.find(member.definition)) for member in members]

    def is_valid(self, value: Any) -> bool:
        """Return whether the engine accepts a value; not one that is too deep for it."""
        if self._compiled is not None and not self._compiled.is_valid(value):
            return False
        for member, compiled in self._members:
            wrapped = member.wrap(value)
            if wrapped is not None and not compiled.is_valid(wrapped):
                return False
        return True


class CompiledRoot:
    """A root that is compiled. A large one may give its memory back until it is needed again.

    Args:
        root: what is compiled.

    """

    def __init__(self, root: FastRoot) -> None:
        self.root = root
        self._validator: Any = self._compile()

    def is_valid(self, value: Any) -> bool:
        """Return whether the engine accepts a value; not one that is too deep for it."""
        max_depth = self.root.max_depth
        if max_depth is not None and _is_deeper(value, max_depth):
            return False
        validator = self._validator
        if validator is None:
            validator = self._validator = self._compile()
        return bool(validator.is_valid(value))

    @property
    def is_compiled(self) -> bool:
        """Whether the memory of what is compiled is in use."""
        return self._validator is not None

    def release_memory(self) -> None:
        """Forget what was compiled. It is compiled again when it is needed."""
        self._validator = None

    def _compile(self) -> Any:
        import jsonschema_rs

        validator = jsonschema_rs.Draft202012Validator(
            self.root.schema,
            formats=self.root.format_checks,
            validate_formats=True,
            ignore_unknown_formats=True,
            pattern_options=jsonschema_rs.RegexOptions(),
            offline=True,
        )
        if self.root.size > LARGE_SIZE:
            _large_roots.add(self)
        return validator


class CompiledDefinitions:
    """The compiled definitions of one document, in one direction and reading.

    What a definition reaches is compiled with it, and one compiled root checks values of them all.

    Args:
        shared: the definitions.

    """

    def __init__(self, shared: SharedDefinitions) -> None:
        self._shared = shared
        self._lock = build_fork_safe_lock()
        self._roots: dict[str, CompiledRoot] = {}
        self._unsuitable: set[str] = set()

    def find(self, name: str) -> CompiledRoot:
        """Return a compiled root that checks values of a definition, below a property of its name.

        Raises:
            UnsuitableSchema: this engine cannot check values by it within bounds.
            ValueError: this engine refuses the schema.

        """
        with self._lock:
            if name in self._unsuitable:
                raise UnsuitableSchema
            if name not in self._roots:
                self._compile(name)
            return self._roots[name]

    def _compile(self, name: str) -> None:
        names = get_definition_references(self._shared).list_reached([name])
        try:
            compiled = CompiledRoot(write_definitions_root(self._shared, names))
        except (UnsuitableSchema, ValueError):
            self._unsuitable.add(name)
            raise
        self._roots.update(dict.fromkeys(names, compiled))


class _LargeRoots:
    """The compiled roots that take much memory. The oldest ones give it back."""

    def __init__(self) -> None:
        self._sizes: weakref.WeakKeyDictionary[CompiledRoot, int] = weakref.WeakKeyDictionary()

    def add(self, compiled: CompiledRoot) -> None:
        """Add a compiled root, and let the oldest others release what is too much."""
        with _LARGE_ROOTS_LOCK:
            self._sizes.pop(compiled, None)
            total = compiled.root.size + sum(self._sizes.values())
            for oldest, its_size in list(self._sizes.items()):
                if total <= MAX_COMPILED_SIZE:
                    break
                oldest.release_memory()
                del self._sizes[oldest]
                total -= its_size
            self._sizes[compiled] = compiled.root.size


_large_roots = _LargeRoots()
_LARGE_ROOTS_LOCK = build_fork_safe_lock()


def _is_deeper(value: Any, max_depth: int) -> bool:
    """Return whether objects and arrays are nested deeper than a limit."""
    level = [value]
    for _ in range(max_depth):
        members: list[Any] = []
        for container in level:
            if isinstance(container, dict):
                members += container.values()
            elif isinstance(container, list | tuple):
                members += container
        level = [member for member in members if isinstance(member, dict | list | tuple)]
        if not level:
            return False
    return True
