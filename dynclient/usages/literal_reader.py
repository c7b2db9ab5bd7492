"""An expression → its value as far as it is a literal: JSON data, with unknown parts."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from dynclient.usages.operation_usage import (
    UNKNOWN_PLACEHOLDER,
    PartialValue,
    SourcePosition,
    ValuePath,
)

#: Returns the literal that a name certainly stands for, else None.
NameResolver = Callable[[str], ast.expr | None]

#: Returns where an expression stands in its source.
Locator = Callable[[ast.expr], SourcePosition]

_SCALAR_TYPES = (str, int, float, bytes, type(None))


def read_partial_value(node: ast.expr, locate: Locator, resolve_name: NameResolver) -> PartialValue:
    """Return the value of an expression, as far as it is a literal.

    Args:
        node: the expression.
        locate: returns where an expression stands.
        resolve_name: returns the literal that a name stands for.

    """
    reader = _LiteralReader(locate, resolve_name)
    value = reader.read_value(node, ())
    return reader.build_partial_value(value)


def read_call_document(node: ast.Call, locate: Locator, resolve_name: NameResolver) -> PartialValue:
    """Return the call document that the keywords of `Call(path=…, body=…)` make.

    It is unknown if the `Call` has positional arguments or `**`.
    """
    if node.args or any(keyword.arg is None for keyword in node.keywords):
        return PartialValue(UNKNOWN_PLACEHOLDER, positions={(): locate(node)})
    reader = _LiteralReader(locate, resolve_name)
    value = reader.read_keywords(node, ())
    return reader.build_partial_value(value, is_call=True)


def is_container(node: ast.expr) -> bool:
    """Tell whether an expression makes an object or array, which may change later."""
    return not isinstance(node, ast.Constant | ast.UnaryOp)


def is_literal(node: ast.expr) -> bool:
    """Tell whether the value of an expression is known without running it."""
    if isinstance(node, ast.UnaryOp):
        return _read_signed_number(node) is not None
    if isinstance(node, ast.Constant):
        return isinstance(node.value, _SCALAR_TYPES)
    return isinstance(node, ast.Dict | ast.List | ast.Tuple | ast.ListComp) or _is_dict_call(node)


class _LiteralReader:
    """Reads one value, and collects which paths in it are unknown, open, and where they stand."""

    def __init__(self, locate: Locator, resolve_name: NameResolver) -> None:
        self._locate = locate
        self._resolve_name = resolve_name
        self.unknown_paths: set[ValuePath] = set()
        self.open_paths: set[ValuePath] = set()
        self.positions: dict[ValuePath, SourcePosition] = {}

    def build_partial_value(self, value: Any, *, is_call: bool = False) -> PartialValue:
        return PartialValue(
            value=value,
            unknown_paths=frozenset(self.unknown_paths),
            open_paths=frozenset(self.open_paths),
            positions=self.positions,
            is_call=is_call,
        )

    def read_value(self, node: ast.expr, path: ValuePath) -> Any:
        """Return the value of an expression that stands at a path of the whole value."""
        self.positions[path] = self._locate(node)
        if isinstance(node, ast.Name):
            return self._read_name(node.id, path)
        if not is_literal(node):
            return self._mark_unknown(path)
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.UnaryOp):
            return _read_signed_number(node)
        return self._read_container(node, path)

    def _read_container(self, node: ast.expr, path: ValuePath) -> Any:
        if isinstance(node, ast.Dict):
            return self._read_object(node, path)
        if isinstance(node, ast.Call):
            return self.read_keywords(node, path)
        if isinstance(node, ast.ListComp):
            return self._read_list_comprehension(node, path)
        return self._read_array(node, path)

    def _mark_unknown(self, path: ValuePath) -> str:
        self.unknown_paths.add(path)
        return UNKNOWN_PLACEHOLDER

    def _read_name(self, name: str, path: ValuePath) -> Any:
        literal = self._resolve_name(name)
        if literal is None:
            return self._mark_unknown(path)
        # The names in the literal belong to the scope that it is written in, perhaps another one.
        resolve_name = self._resolve_name
        self._resolve_name = _resolve_nothing
        value = self.read_value(literal, path)
        self._resolve_name = resolve_name
        if is_container(literal):
            self.open_paths.add(path)
        return value

    def _read_object(self, node: ast.Dict, path: ValuePath) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key, member in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                members[key.value] = self.read_value(member, (*path, key.value))
                self.positions[*path, key.value] = self._locate(key)
            else:  # it may stand for any key, also for one that is written before it
                self.open_paths.add(path)
                for name in members:
                    members[name] = self._mark_unknown((*path, name))
        return members

    def read_keywords(self, node: ast.Call, path: ValuePath) -> dict[str, Any]:
        """Return the object that the keywords of a call make."""
        members = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                self.open_paths.add(path)
            else:
                members[keyword.arg] = self.read_value(keyword.value, (*path, keyword.arg))
        return members

    def _read_array(self, node: Any, path: ValuePath) -> list[Any]:
        items = [item for item in node.elts if not isinstance(item, ast.Starred)]
        if len(items) < len(node.elts):
            self.open_paths.add(path)
        return [self.read_value(item, (*path, index)) for index, item in enumerate(items)]

    def _read_list_comprehension(self, node: ast.ListComp, path: ValuePath) -> list[Any]:
        self.open_paths.add(path)
        own_names = set(_iterate_target_names(node))
        resolve_name = self._resolve_name
        self._resolve_name = lambda name: None if name in own_names else resolve_name(name)
        items = [self.read_value(node.elt, (*path, 0))]
        self._resolve_name = resolve_name
        return items


def _resolve_nothing(_name: str) -> None:
    return None


def _iterate_target_names(node: ast.ListComp) -> Iterator[str]:
    """Yield the names that a comprehension binds."""
    for generator in node.generators:
        for target in ast.walk(generator.target):
            if isinstance(target, ast.Name):
                yield target.id


def _read_signed_number(node: ast.UnaryOp) -> int | float | None:
    """Return the number of an expression such as `-1`, else None."""
    value = node.operand.value if isinstance(node.operand, ast.Constant) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(node.op, ast.USub):
        return -value
    return value if isinstance(node.op, ast.UAdd) else None


def _is_dict_call(node: ast.expr) -> bool:
    """Tell whether an expression is `dict(name=…)`."""
    if not isinstance(node, ast.Call) or node.args:
        return False
    return isinstance(node.func, ast.Name) and node.func.id == "dict"
