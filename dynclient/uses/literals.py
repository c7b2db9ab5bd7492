"""An expression → the value that it certainly has: JSON data with holes where something else than a literal stands."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from dynclient.uses.found import HOLE, Path, Spot, Written

#: A name → the literal that it certainly stands for, or None.
Follow = Callable[[str], ast.expr | None]

_SCALARS = (str, int, float, bytes, type(None))


def written(node: ast.expr, spot: Callable[[ast.expr], Spot], follow: Follow) -> Written:
    """Return the value of an expression, as far as it is a literal.

    Args:
        node: the expression.
        spot: where an expression stands.
        follow: what a name stands for.

    """
    return _Writing(spot, follow).whole(node)


def members(node: ast.Call, spot: Callable[[ast.expr], Spot], follow: Follow) -> Written:
    """Return the keywords of `Call(path=…, body=…)` as the call document that they make; a hole where it is no such."""
    if node.args or any(keyword.arg is None for keyword in node.keywords):
        return Written(HOLE, spots={(): spot(node)})
    made = _Writing(spot, follow)
    value = made.keywords(node, ())
    return Written(value, frozenset(made.holes), frozenset(made.open), made.spots, is_call=True)


def is_container(node: ast.expr) -> bool:
    """Tell whether an expression makes an object or array, which may change later."""
    return not isinstance(node, ast.Constant | ast.UnaryOp)


def is_literal(node: ast.expr) -> bool:
    """Tell whether an expression has a form whose value can be told without running anything."""
    if isinstance(node, ast.UnaryOp):
        return _number(node) is not None
    if isinstance(node, ast.Constant):
        return isinstance(node.value, _SCALARS)
    return isinstance(node, ast.Dict | ast.List | ast.Tuple | ast.ListComp) or _is_dict(node)


class _Writing:
    """One value in the making."""

    def __init__(self, spot: Callable[[ast.expr], Spot], follow: Follow) -> None:
        self._spot = spot
        self._follow: Follow = follow
        self.holes: set[Path] = set()
        self.open: set[Path] = set()
        self.spots: dict[Path, Spot] = {}

    def whole(self, node: ast.expr) -> Written:
        value = self.value(node, ())
        return Written(value, frozenset(self.holes), frozenset(self.open), self.spots)

    def value(self, node: ast.expr, path: Path) -> Any:
        self.spots[path] = self._spot(node)
        if isinstance(node, ast.Name):
            return self._named(node.id, path)
        if not is_literal(node):
            return self._hole(path)
        if isinstance(node, ast.Constant | ast.UnaryOp):
            return node.value if isinstance(node, ast.Constant) else _number(node)
        return self._members(node, path)

    def _members(self, node: ast.expr, path: Path) -> Any:
        if isinstance(node, ast.Dict):
            return self._object(node, path)
        if isinstance(node, ast.Call):
            return self.keywords(node, path)
        return (
            self._comprised(node, path)
            if isinstance(node, ast.ListComp)
            else self._array(node, path)
        )

    def _hole(self, path: Path) -> str:
        self.holes.add(path)
        return HOLE

    def _named(self, name: str, path: Path) -> Any:
        found = self._follow(name)
        if found is None:
            return self._hole(path)
        # Names inside are of the scope in which it is written, which need not be ours.
        with_names, self._follow = self._follow, _nowhere
        value = self.value(found, path)
        self._follow = with_names
        if is_container(found):
            self.open.add(path)
        return value

    def _object(self, node: ast.Dict, path: Path) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, member in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                made[key.value] = self.value(member, (*path, key.value))
                self.spots[*path, key.value] = self._spot(key)
            else:  # it may stand for any key, those written before it too
                self.open.add(path)
                for name in made:
                    made[name] = self._hole((*path, name))
        return made

    def keywords(self, node: ast.Call, path: Path) -> dict[str, Any]:
        """Return the object that keywords make."""
        made = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                self.open.add(path)
            else:
                made[keyword.arg] = self.value(keyword.value, (*path, keyword.arg))
        return made

    def _array(self, node: Any, path: Path) -> list[Any]:
        if any(isinstance(item, ast.Starred) for item in node.elts):
            self.open.add(path)
        items = [item for item in node.elts if not isinstance(item, ast.Starred)]
        return [self.value(item, (*path, i)) for i, item in enumerate(items)]

    def _comprised(self, node: ast.ListComp, path: Path) -> list[Any]:
        self.open.add(path)
        hidden = set(_targets(generator.target for generator in node.generators))
        with_names = self._follow
        self._follow = lambda name: None if name in hidden else with_names(name)
        made = [self.value(node.elt, (*path, 0))]
        self._follow = with_names
        return made


def _nowhere(_name: str) -> None:
    return None


def _targets(nodes: Iterable[ast.expr]) -> Iterable[str]:
    return (inner.id for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Name))


def _number(node: ast.UnaryOp) -> int | float | None:
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


def _is_dict(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "dict"
        and not node.args
    )
