"""Arguments → call document: positional path parameters, keywords by spec or Python name, groups, a whole Call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dynclient.names import suggest, to_snake_case
from dynclient.plan.call_document import CALL_KEYS, Call
from dynclient.violations import Violation, shorten_repr

#: A place for an argument: (location, name on the wire); location `body` is a property of the body.
ArgumentTarget = tuple[str, str]

LOCATION_GROUPS = ("path", "query", "header", "cookie")


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
    targets: Mapping[str, ArgumentTarget]
    ambiguous: Mapping[str, tuple[ArgumentTarget, ...]]
    names: tuple[str, ...]
    has_body: bool

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Binding:
        """Return the call document that the arguments make, and what is wrong with them."""
        bound = Binding()
        if args and isinstance(args[0], Call):
            return self._bind_call(args, kwargs)
        self._bind_positionals(bound, args)
        for name, value in kwargs.items():
            target = self.targets.get(name)
            if target is not None:
                bound.put(*target, value, name)
            elif name in self.ambiguous and not (
                name in LOCATION_GROUPS and isinstance(value, Mapping)
            ):
                bound.add_violation("ambiguous", name, self._explain_ambiguity(name))
            elif name in LOCATION_GROUPS and isinstance(value, Mapping):
                for inner, item in value.items():
                    bound.put(name, inner, item, name)
            elif name == "body" and self.has_body:
                bound.set_body(value)
            else:
                self._report_unknown(bound, name, value)
        return bound

    def _bind_call(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Binding:
        bound = Binding(Call(args[0]))
        for extra in (*map(shorten_repr, args[1:]), *kwargs):
            bound.add_violation(
                "unknown", extra, "a Call is the only argument beside which nothing else is given"
            )
        for key in [key for key in bound.call if key not in CALL_KEYS]:
            bound.call.pop(key)
            bound.add_violation(
                "unknown",
                str(key),
                f"a Call has the keys {', '.join(CALL_KEYS)}",
                next(iter(suggest(str(key), CALL_KEYS, 1)), None),
            )
        return bound

    def _bind_positionals(self, bound: Binding, args: Sequence[Any]) -> None:
        for name, value in zip(self.positional, args, strict=False):
            bound.put("path", name, value, name)
        for value in args[len(self.positional) :]:
            order = ", ".join(self.positional) or "none"
            bound.add_violation(
                "unknown",
                shorten_repr(value),
                f"too many positional arguments; positional are the path's: {order}",
            )

    def _explain_ambiguity(self, name: str) -> str:
        places = [location for location, _ in self.ambiguous[name]]
        ways = [f"body={{{name!r}: …}}" if p == "body" else f"{p}={{{name!r}: …}}" for p in places]
        return f"stands in {' and '.join(places)}: say which with {' or '.join(ways)}"

    def _report_unknown(self, bound: Binding, name: str, value: Any) -> None:
        if name in LOCATION_GROUPS:
            bound.add_violation(
                "type", name, f"got {shorten_repr(value)}, want a mapping of names to values"
            )
            return
        meant = suggest(name, self.names, 1)
        listed = (
            f"is not declared; arguments are {', '.join(self.names[:12])}"
            if self.names
            else "takes no arguments"
        )
        bound.add_violation("unknown", name, listed, meant[0] if meant else None)
        bound.unplaced[name] = value


@dataclass
class Binding:
    """A call document in the making, and the violations of binding.

    `leftover` holds keyword arguments that found no place; `gathered` says that the body is made of arguments.
    """

    call: Call = field(default_factory=Call)
    violations: list[Violation] = field(default_factory=list)
    unplaced: dict[str, Any] = field(default_factory=dict)
    is_body_gathered: bool = False

    def put(self, location: str, name: str, value: Any, argument: str) -> None:
        """Put a value into its place."""
        if location == "body" and not self.is_body_gathered:
            if "body" in self.call:
                self.add_violation(
                    "ambiguous", argument, "is given twice: in body= and as an argument of its own"
                )
                return
            self.is_body_gathered = True
        group = self.call.setdefault(location, {})
        if name in group:
            self.add_violation("ambiguous", argument, "is given twice")
            return
        group[name] = value

    def set_body(self, value: Any) -> None:
        """Take the whole body."""
        if "body" in self.call:
            self.add_violation(
                "ambiguous", "body", "is given twice: in body= and by arguments of its own"
            )
        else:
            self.call["body"] = value

    def add_violation(
        self, kind: str, argument: str, message: str, suggestion: str | None = None
    ) -> None:
        """Note a violation of binding."""
        self.violations.append(Violation(kind, ("args", argument), message, suggestion))


def build_binder(
    path_order: Sequence[str],
    parameters: Iterable[ArgumentTarget],
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
    places: list[ArgumentTarget] = [*parameters, *(("body", name) for name in body_names)]
    exact: dict[str, list[ArgumentTarget]] = {}
    for target in places:
        exact.setdefault(target[1], []).append(target)
    spelled: dict[str, list[ArgumentTarget]] = {}
    for target in places:
        name = to_snake_case(target[1])
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
