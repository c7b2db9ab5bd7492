"""An expression → the value that it certainly has: JSON data with holes where something else than a literal stands."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from dynclient.usages.operation_usage import (
    UNKNOWN_PLACEHOLDER,
    PartialValue,
    SourcePosition,
    ValuePath,
)

#: A name → the literal that it certainly stands for, or None.
NameResolver = Callable[[str], ast.expr | None]

_SCALAR_TYPES = (str, int, float, bytes, type(None))


def read_partial_value(
    node: ast.expr, spot: Callable[[ast.expr], SourcePosition], follow: NameResolver
) -> PartialValue:
    """Return the value of an expression, as far as it is a literal.

    Args:
        node: the expression.
        spot: where an expression stands.
        follow: what a name stands for.

    """
    return _LiteralReader(spot, follow).read_whole(node)


def read_call_document(
    node: ast.Call, spot: Callable[[ast.expr], SourcePosition], follow: NameResolver
) -> PartialValue:
    """Return the keywords of `Call(path=…, body=…)` as the call document that they make; a hole where it is no such."""
    if node.args or any(keyword.arg is None for keyword in node.keywords):
        return PartialValue(UNKNOWN_PLACEHOLDER, positions={(): spot(node)})
    made = _LiteralReader(spot, follow)
    value = made.read_keywords(node, ())
    return PartialValue(
        value,
        frozenset(made.unknown_paths),
        frozenset(made.open_paths),
        made.positions,
        is_call=True,
    )


def is_container(node: ast.expr) -> bool:
    """Tell whether an expression makes an object or array, which may change later."""
    return not isinstance(node, ast.Constant | ast.UnaryOp)


def is_literal(node: ast.expr) -> bool:
    """Tell whether an expression has a form whose value can be told without running anything."""
    if isinstance(node, ast.UnaryOp):
        return _read_signed_number(node) is not None
    if isinstance(node, ast.Constant):
        return isinstance(node.value, _SCALAR_TYPES)
    return isinstance(node, ast.Dict | ast.List | ast.Tuple | ast.ListComp) or _is_dict_call(node)


class _LiteralReader:
    """One value in the making."""

    def __init__(self, spot: Callable[[ast.expr], SourcePosition], follow: NameResolver) -> None:
        self._locate = spot
        self._resolve_name: NameResolver = follow
        self.unknown_paths: set[ValuePath] = set()
        self.open_paths: set[ValuePath] = set()
        self.positions: dict[ValuePath, SourcePosition] = {}

    def read_whole(self, node: ast.expr) -> PartialValue:
        value = self.read_value(node, ())
        return PartialValue(
            value, frozenset(self.unknown_paths), frozenset(self.open_paths), self.positions
        )

    def read_value(self, node: ast.expr, path: ValuePath) -> Any:
        self.positions[path] = self._locate(node)
        if isinstance(node, ast.Name):
            return self._read_name(node.id, path)
        if not is_literal(node):
            return self._mark_unknown(path)
        if isinstance(node, ast.Constant | ast.UnaryOp):
            return node.value if isinstance(node, ast.Constant) else _read_signed_number(node)
        return self._read_container(node, path)

    def _read_container(self, node: ast.expr, path: ValuePath) -> Any:
        if isinstance(node, ast.Dict):
            return self._read_object(node, path)
        if isinstance(node, ast.Call):
            return self.read_keywords(node, path)
        return (
            self._read_list_comprehension(node, path)
            if isinstance(node, ast.ListComp)
            else self._read_array(node, path)
        )

    def _mark_unknown(self, path: ValuePath) -> str:
        self.unknown_paths.add(path)
        return UNKNOWN_PLACEHOLDER

    def _read_name(self, name: str, path: ValuePath) -> Any:
        found = self._resolve_name(name)
        if found is None:
            return self._mark_unknown(path)
        # Names inside are of the scope in which it is written, which need not be ours.
        with_names, self._resolve_name = self._resolve_name, _resolve_nothing
        value = self.read_value(found, path)
        self._resolve_name = with_names
        if is_container(found):
            self.open_paths.add(path)
        return value

    def _read_object(self, node: ast.Dict, path: ValuePath) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, member in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                made[key.value] = self.read_value(member, (*path, key.value))
                self.positions[*path, key.value] = self._locate(key)
            else:  # it may stand for any key, those written before it too
                self.open_paths.add(path)
                for name in made:
                    made[name] = self._mark_unknown((*path, name))
        return made

    def read_keywords(self, node: ast.Call, path: ValuePath) -> dict[str, Any]:
        """Return the object that keywords make."""
        made = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                self.open_paths.add(path)
            else:
                made[keyword.arg] = self.read_value(keyword.value, (*path, keyword.arg))
        return made

    def _read_array(self, node: Any, path: ValuePath) -> list[Any]:
        if any(isinstance(item, ast.Starred) for item in node.elts):
            self.open_paths.add(path)
        items = [item for item in node.elts if not isinstance(item, ast.Starred)]
        return [self.read_value(item, (*path, i)) for i, item in enumerate(items)]

    def _read_list_comprehension(self, node: ast.ListComp, path: ValuePath) -> list[Any]:
        self.open_paths.add(path)
        hidden = set(_iterate_target_names(generator.target for generator in node.generators))
        with_names = self._resolve_name
        self._resolve_name = lambda name: None if name in hidden else with_names(name)
        made = [self.read_value(node.elt, (*path, 0))]
        self._resolve_name = with_names
        return made


def _resolve_nothing(_name: str) -> None:
    return None


def _iterate_target_names(nodes: Iterable[ast.expr]) -> Iterable[str]:
    return (inner.id for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Name))


def _read_signed_number(node: ast.UnaryOp) -> int | float | None:
    value = node.operand.value if isinstance(node.operand, ast.Constant) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return (
        -value
        if isinstance(node.op, ast.USub)
        else value
        if isinstance(node.op, ast.UAdd)
        else None
    )


def _is_dict_call(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "dict"
        and not node.args
    )
