"""Arguments → call document.

Path parameters may be positional. A keyword has the spec's name or the Python name, or names a
location. One `Call` may be given in place of all arguments.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from dynclient.model import QUERYSTRING
from dynclient.names import suggest, to_snake_case
from dynclient.plan.call_document import CALL_KEYS, Call
from dynclient.violations import Violation, shorten_repr

#: A place for an argument: (location, name on the wire); location `body` is a property of the body.
ArgumentTarget = tuple[str, str]


class MemberTarget(NamedTuple):
    """A place for an argument that is a member of a parameter: an object.

    Attributes:
        location: of the parameter.
        parameter: its name on the wire.
        member: the name of the member.

    """

    location: str
    parameter: str
    member: str


LOCATION_GROUPS = ("path", "query", "header", "cookie")

#: A property of the body whose name is also the argument of the whole body.
_BODY_PROPERTY: ArgumentTarget = ("body", "body")

#: Of these types no value is an object; None may be the whole body or the property.
_NO_OBJECTS = (str, int, float, bytes, list, tuple)

TargetT = TypeVar("TargetT", ArgumentTarget, MemberTarget)

#: How many argument names a message lists.
MAX_LISTED_NAMES = 12


class Binder:
    """Knows the argument names of one operation.

    Args:
        positional: names of the path parameters in template order.
        targets: argument name → its place, for every spelling that means one place only.
        ambiguous: argument names that mean several places.
        members: argument name → the members of parameters that it may mean, where it means no
            parameter and no property of the body.
        names: the names that are suggested: every argument in the spec's spelling.
        has_body: whether the operation takes a body.
        has_querystring: whether one value is the whole query.

    """

    def __init__(
        self,
        positional: tuple[str, ...],
        targets: Mapping[str, ArgumentTarget],
        ambiguous: Mapping[str, tuple[ArgumentTarget, ...]],
        members: Mapping[str, tuple[MemberTarget, ...]],
        names: tuple[str, ...],
        has_body: bool,
        has_querystring: bool = False,
    ) -> None:
        self.positional = positional
        self.targets = targets
        self.ambiguous = ambiguous
        self.members = members
        self.names = names
        self.has_body = has_body
        self.has_querystring = has_querystring

    def get_member(self, name: str) -> MemberTarget | None:
        """Return the member of a parameter that an argument name means, if it means just one."""
        targets = self.members.get(name, ())
        return targets[0] if len(targets) == 1 else None

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Binding:
        """Return the call document that the arguments make, and what is wrong with them."""
        if args and isinstance(args[0], Call):
            return self._bind_call(args, kwargs)
        binding = Binding(Call())
        self._bind_positionals(binding, args)
        has_whole_body = "body" in kwargs and self._is_whole_body(kwargs)
        for name, value in kwargs.items():
            target = self.targets.get(name)
            if name == "body" and has_whole_body:
                binding.set_body(value)
            elif target is not None:
                binding.put(*target, value, name)
            else:
                self._bind_other(binding, name, value)
        return binding

    def is_body_property(self, value: Any) -> bool:
        """Tell whether `body=` with this value is the property `body`: no object can be it."""
        return self.targets.get("body") == _BODY_PROPERTY and isinstance(value, _NO_OBJECTS)

    def _is_whole_body(self, kwargs: Mapping[str, Any]) -> bool:
        """Tell whether `body=` is the whole body where the body has a property of that name.

        It is where nothing else of the body is given by keyword, and the value may be an object.
        """
        if self.targets.get("body") != _BODY_PROPERTY or self.is_body_property(kwargs["body"]):
            return False
        targets = [self.targets.get(name) for name in kwargs if name != "body"]
        return not any(target is not None and target[0] == "body" for target in targets)

    def _bind_other(self, binding: Binding, name: str, value: Any) -> None:
        """Bind a keyword that names no single target: a location, `body`, or a mistake."""
        if name in LOCATION_GROUPS and isinstance(value, Mapping):
            for member, member_value in value.items():
                binding.put(name, member, member_value, name)
        elif name in self.ambiguous:
            binding.add_violation("ambiguous", name, self._explain_ambiguity(name))
        elif name == "body" and self.has_body:
            binding.set_body(value)
        elif name == QUERYSTRING and self.has_querystring:
            binding.put(QUERYSTRING, name, value, name)
        elif name in self.members:
            self._bind_member(binding, name, value)
        else:
            self._report_unknown(binding, name, value)

    def _bind_member(self, binding: Binding, name: str, value: Any) -> None:
        target = self.get_member(name)
        if target is not None:
            binding.put_member(target, value, name)
            return
        parameters = [member.parameter for member in self.members[name]]
        ways = [f"{parameter}={{{name!r}: …}}" for parameter in parameters]
        text = f"is a member of {' and '.join(parameters)}: say which with {' or '.join(ways)}"
        binding.add_violation("ambiguous", name, text)

    def _bind_call(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Binding:
        binding = Binding(Call(args[0]))
        for extra in (*map(shorten_repr, args[1:]), *kwargs):
            message = "a Call is the only argument beside which nothing else is given"
            binding.add_violation("unknown", extra, message)
        unknown_keys = [key for key in binding.call if key not in CALL_KEYS]
        for key in unknown_keys:
            binding.call.pop(key)
            suggestions = suggest(str(key), CALL_KEYS, 1)
            binding.add_violation(
                "unknown",
                str(key),
                f"a Call has the keys {', '.join(CALL_KEYS)}",
                suggestions[0] if suggestions else None,
            )
        return binding

    def _bind_positionals(self, binding: Binding, args: Sequence[Any]) -> None:
        for name, value in zip(self.positional, args, strict=False):
            binding.put("path", name, value, name)
        for value in args[len(self.positional) :]:
            order = ", ".join(self.positional)
            message = f"too many positional arguments; positional are the path's: {order}"
            if not order:
                message = "too many positional arguments; give each by its name"
            if self.has_body and not isinstance(value, str | int | float):
                message = "too many positional arguments; give the body as body=…"
            binding.add_violation("unknown", shorten_repr(value), message)

    def _explain_ambiguity(self, name: str) -> str:
        locations = [location for location, _ in self.ambiguous[name]]
        ways = [
            f"{location}=…" if location == QUERYSTRING else f"{location}={{{name!r}: …}}"
            for location in locations
        ]
        return f"stands in {' and '.join(locations)}: say which with {' or '.join(ways)}"

    def _report_unknown(self, binding: Binding, name: str, value: Any) -> None:
        if name in LOCATION_GROUPS:
            message = f"got {shorten_repr(value)}, want a mapping of names to values"
            binding.add_violation("type", name, message)
            return
        # Few calls are refused.
        from dynclient.plan.argument_hints import explain_foreign_argument, explain_nested_argument

        hint = explain_nested_argument(name, {*self.names, *self.targets})
        hint = hint or explain_foreign_argument(name)
        if hint:
            binding.add_violation("unknown", name, f"is not declared; {hint}")
        else:
            message = "takes no arguments"
            if self.names:
                names = ", ".join(self.names[:MAX_LISTED_NAMES])
                message = f"is not declared; arguments are {names}"
            suggestions = suggest(name, self.names, 1)
            suggestion = suggestions[0] if suggestions else None
            binding.add_violation("unknown", name, message, suggestion)
        binding.unplaced[name] = value


class Binding:
    """A call document in the making, and the violations of binding.

    Args:
        call: the call document so far.

    Attributes:
        violations: what is wrong with the arguments.
        unplaced: keyword arguments that are not declared.
        is_body_gathered: whether the body is made of arguments of its own.
        gathered_parameters: those that are made of arguments of their own.

    """

    def __init__(self, call: Call) -> None:
        self.call = call
        self.violations: list[Violation] = []
        self.unplaced: dict[str, Any] = {}
        self.is_body_gathered = False
        self.gathered_parameters: set[ArgumentTarget] = set()

    def put(self, location: str, name: str, value: Any, argument: str) -> None:
        """Put a value into its place."""
        if location == "body" and not self.is_body_gathered:
            if "body" in self.call:
                message = "is given twice: in body= and as an argument of its own"
                self.add_violation("ambiguous", argument, message)
                return
            self.is_body_gathered = True
        owner, key = self._find_owner(location, name)
        if key in owner:
            self.add_violation("ambiguous", argument, "is given twice")
        else:
            owner[key] = value

    def _find_owner(self, location: str, name: str) -> tuple[dict[str, Any], str]:
        """Return the object that holds a parameter or property, and its key in there."""
        if location == QUERYSTRING:
            return self.call, QUERYSTRING
        return self.call.setdefault(location, {}), name

    def put_member(self, target: MemberTarget, value: Any, argument: str) -> None:
        """Put a value into its place in a parameter that is an object."""
        place = (target.location, target.parameter)
        owner, key = self._find_owner(target.location, target.parameter)
        is_gathered = place in self.gathered_parameters
        if key in owner and not is_gathered:
            message = f"is given twice: in {target.parameter}= and as an argument of its own"
            self.add_violation("ambiguous", argument, message)
            return
        self.gathered_parameters.add(place)
        members = owner.setdefault(key, {})
        if target.member in members:
            self.add_violation("ambiguous", argument, "is given twice")
        else:
            members[target.member] = value

    def set_body(self, value: Any) -> None:
        """Take the whole body."""
        if "body" in self.call:
            message = "is given twice: in body= and by arguments of its own"
            self.add_violation("ambiguous", "body", message)
        else:
            self.call["body"] = value

    def add_violation(
        self, kind: str, argument: str, message: str, suggestion: str | None = None
    ) -> None:
        """Add a violation of binding."""
        self.violations.append(Violation(kind, ("args", argument), message, suggestion))


def build_binder(
    path_order: Sequence[str],
    parameters: Iterable[ArgumentTarget],
    body_names: Iterable[str],
    members: Iterable[MemberTarget] = (),
    *,
    has_body: bool,
    unlisted: Container[tuple[str, ...]] = (),
) -> Binder:
    """Return the binder of an operation.

    A name means a parameter, else a property of the body, else a member of a parameter.

    Args:
        path_order: names of the path parameters in template order.
        parameters: (location, name) of every parameter.
        body_names: the body's top-level properties, [] where it is no object that declares some.
        members: the members of parameters that are objects.
        has_body: whether the operation takes a body.
        unlisted: places that messages do not offer, as a call must not have them.

    """
    parameters = list(parameters)
    body_targets: list[ArgumentTarget] = [("body", name) for name in body_names]
    candidates = _find_candidates(parameters, body_targets)
    listed = [*parameters, *(target for target in body_targets if target not in unlisted)]
    names = list(dict.fromkeys(name for _, name in listed))
    if has_body and "body" not in names:
        names.append("body")
    members = list(members)
    members_by_name = _name_members(members, {*candidates, *names})
    member_names = dict.fromkeys(target.member for target in members if target not in unlisted)
    names += [name for name in member_names if name in members_by_name]
    targets, ambiguous = _split_candidates(candidates)
    has_querystring = any(location == QUERYSTRING for location, _ in parameters)
    return Binder(
        positional=tuple(path_order),
        targets=targets,
        ambiguous=ambiguous,
        members=members_by_name,
        names=tuple(names),
        has_body=has_body,
        has_querystring=has_querystring,
    )


def _split_candidates(
    candidates: Mapping[str, Sequence[ArgumentTarget]],
) -> tuple[dict[str, ArgumentTarget], dict[str, tuple[ArgumentTarget, ...]]]:
    """Return the names that mean one place, and those that mean several."""
    targets: dict[str, ArgumentTarget] = {}
    ambiguous: dict[str, tuple[ArgumentTarget, ...]] = {}
    for name, found in candidates.items():
        if len(found) == 1:
            targets[name] = found[0]
        else:
            ambiguous[name] = tuple(found)
    return targets, ambiguous


def _find_candidates(
    parameters: Sequence[ArgumentTarget], body_targets: Sequence[ArgumentTarget]
) -> dict[str, list[ArgumentTarget]]:
    """Return the places that each argument name means; parameters come before the body."""
    candidates = _group_by_name(parameters)
    for name, found in _group_by_name(body_targets).items():
        candidates.setdefault(name, found)
    return candidates


def _name_members(
    members: Sequence[MemberTarget], other_names: Container[str]
) -> dict[str, tuple[MemberTarget, ...]]:
    """Return the members that each argument name means, where it means nothing else."""
    return {
        name: tuple(found)
        for name, found in _group_by_name(members).items()
        if name not in other_names
    }


def _group_by_name(targets: Sequence[TargetT]) -> dict[str, list[TargetT]]:
    """Return the places that each argument name means; the document's own spelling comes first."""
    by_spec_name: dict[str, list[TargetT]] = {}
    for target in targets:
        by_spec_name.setdefault(target[-1], []).append(target)
    by_python_name: dict[str, list[TargetT]] = {}
    for target in targets:
        name = to_snake_case(target[-1])
        if name not in by_spec_name:
            by_python_name.setdefault(name, []).append(target)
    return {**by_python_name, **by_spec_name}
