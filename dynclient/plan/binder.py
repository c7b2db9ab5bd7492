"""Arguments → call document: positional path parameters, keywords by spec or Python name, groups, a whole Call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dynclient.names import near, snake_case
from dynclient.plan.call import KEYS, Call
from dynclient.violations import Violation, shown

#: A place for an argument: (location, name on the wire); location `body` is a property of the body.
Target = tuple[str, str]

GROUPS = ("path", "query", "header", "cookie")


@dataclass(frozen=True)
class Binder:
    """Knows the argument names of one operation.

    Attributes:
        positional: names of the path parameters in template order.
        targets: argument name → its place, for every spelling that means one place only.
        ambiguous: argument names that mean several places.
        names: the names that are suggested: every argument in the spec's spelling.
        has_body: whether the operation takes a body.

    """

    positional: tuple[str, ...]
    targets: Mapping[str, Target]
    ambiguous: Mapping[str, tuple[Target, ...]]
    names: tuple[str, ...]
    has_body: bool

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Bound:
        """Return the call document that the arguments make, and what is wrong with them."""
        bound = Bound()
        if args and isinstance(args[0], Call):
            return self._whole(args, kwargs)
        self._positionals(bound, args)
        for name, value in kwargs.items():
            target = self.targets.get(name)
            if target is not None:
                bound.put(*target, value, name)
            elif name in self.ambiguous and not (name in GROUPS and isinstance(value, Mapping)):
                bound.wrong("ambiguous", name, self._ways(name))
            elif name in GROUPS and isinstance(value, Mapping):
                for inner, item in value.items():
                    bound.put(name, inner, item, name)
            elif name == "body" and self.has_body:
                bound.whole_body(value)
            else:
                self._unknown(bound, name, value)
        return bound

    def _whole(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Bound:
        bound = Bound(Call(args[0]))
        for extra in (*map(shown, args[1:]), *kwargs):
            bound.wrong(
                "unknown", extra, "a Call is the only argument beside which nothing else is given"
            )
        for key in [key for key in bound.call if key not in KEYS]:
            bound.call.pop(key)
            bound.wrong(
                "unknown",
                str(key),
                f"a Call has the keys {', '.join(KEYS)}",
                next(iter(near(str(key), KEYS, 1)), None),
            )
        return bound

    def _positionals(self, bound: Bound, args: Sequence[Any]) -> None:
        for name, value in zip(self.positional, args, strict=False):
            bound.put("path", name, value, name)
        for value in args[len(self.positional) :]:
            order = ", ".join(self.positional) or "none"
            bound.wrong(
                "unknown",
                shown(value),
                f"too many positional arguments; positional are the path's: {order}",
            )

    def _ways(self, name: str) -> str:
        places = [location for location, _ in self.ambiguous[name]]
        ways = [f"body={{{name!r}: …}}" if p == "body" else f"{p}={{{name!r}: …}}" for p in places]
        return f"stands in {' and '.join(places)}: say which with {' or '.join(ways)}"

    def _unknown(self, bound: Bound, name: str, value: Any) -> None:
        if name in GROUPS:
            bound.wrong("type", name, f"got {shown(value)}, want a mapping of names to values")
            return
        meant = near(name, self.names, 1)
        listed = (
            f"is not declared; arguments are {', '.join(self.names[:12])}"
            if self.names
            else "takes no arguments"
        )
        bound.wrong("unknown", name, listed, meant[0] if meant else None)
        bound.leftover[name] = value


@dataclass
class Bound:
    """A call document in the making, and the violations of binding.

    `leftover` holds keyword arguments that found no place; `gathered` says that the body is made of arguments.
    """

    call: Call = field(default_factory=Call)
    violations: list[Violation] = field(default_factory=list)
    leftover: dict[str, Any] = field(default_factory=dict)
    gathered: bool = False

    def put(self, location: str, name: str, value: Any, argument: str) -> None:
        """Put a value into its place."""
        if location == "body" and not self.gathered:
            if "body" in self.call:
                self.wrong(
                    "ambiguous", argument, "is given twice: in body= and as an argument of its own"
                )
                return
            self.gathered = True
        group = self.call.setdefault(location, {})
        if name in group:
            self.wrong("ambiguous", argument, "is given twice")
            return
        group[name] = value

    def whole_body(self, value: Any) -> None:
        """Take the whole body."""
        if "body" in self.call:
            self.wrong("ambiguous", "body", "is given twice: in body= and by arguments of its own")
        else:
            self.call["body"] = value

    def wrong(self, kind: str, argument: str, message: str, suggestion: str | None = None) -> None:
        """Note a violation of binding."""
        self.violations.append(Violation(kind, ("args", argument), message, suggestion))


def binder(
    path_order: Sequence[str],
    parameters: Iterable[Target],
    body_names: Iterable[str],
    *,
    has_body: bool,
) -> Binder:
    """Return the binder of an operation.

    Args:
        path_order: names of the path parameters in template order.
        parameters: (location, name) of every parameter.
        body_names: the body's top-level properties, [] where it is no object that declares some.
        has_body: whether the operation takes a body.

    """
    places: list[Target] = [*parameters, *(("body", name) for name in body_names)]
    exact: dict[str, list[Target]] = {}
    for target in places:
        exact.setdefault(target[1], []).append(target)
    spelled: dict[str, list[Target]] = {}
    for target in places:
        name = snake_case(target[1])
        if name not in exact:
            spelled.setdefault(name, []).append(target)
    known = {**spelled, **exact}
    return Binder(
        tuple(path_order),
        {name: found[0] for name, found in known.items() if len(found) == 1},
        {name: tuple(found) for name, found in known.items() if len(found) > 1},
        tuple(dict.fromkeys([*(name for _, name in places), *(["body"] if has_body else [])])),
        has_body,
    )
