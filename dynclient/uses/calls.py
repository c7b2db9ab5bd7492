"""Calls: of operations, and of whatever leads to one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dynclient.uses.expressions import Expressions, elements, parameters
from dynclient.uses.found import ANY, Argument, Written
from dynclient.uses.literals import is_container, members, written
from dynclient.uses.notes import Draft
from dynclient.uses.sources import CHANGING
from dynclient.uses.values import (
    UNKNOWN,
    ACall,
    AClient,
    ALiteral,
    AnOperation,
    Answer,
    AnswerMethod,
    Builtin,
    Class,
    Function,
    Instance,
    Known,
    Members,
    Pairs,
    Part,
    Sent,
    Site,
    Value,
    Values,
    merged,
)

#: What gives its argument again, in another order or form.
_AGAIN = frozenset({"list", "tuple", "sorted", "reversed", "iter", "dict", "enumerate"})

#: Options after which arguments are judged by other rules, or by another schema.
_LENIENT = frozenset({"media_type", "unknown_properties", "validate_requests"})


class Calls(Expressions):
    """Evaluates calls too."""

    #: Whether what is called can be one thing only.
    _is_only = True

    def call(self, node: ast.Call) -> Values:
        """Evaluate a call."""
        callees = self.peek(node.func)
        follow = all(self._follows(callee, node) for callee in callees)
        given = [self.peek(arg) if follow else self.value(arg) for arg in node.args]
        named = {
            k.arg: self.peek(k.value) if follow and k.arg else self.value(k.value)
            for k in node.keywords
        }
        self._is_only = len(callees) == 1
        return merged(*[self._called(callee, node, given, named) for callee in callees]) or UNKNOWN

    def _follows(self, callee: Value, node: ast.Call) -> bool:
        """Tell whether what is given to something can be followed further."""
        if isinstance(callee, Builtin):
            return callee.name in _AGAIN and len(node.args) == 1 and not node.keywords
        has_star = any(isinstance(arg, ast.Starred) for arg in node.args)
        return (isinstance(callee, Function | Class) and not has_star) or callee == Known("partial")

    def _called(
        self, callee: Value, node: ast.Call, given: list[Values], named: dict[str | None, Values]
    ) -> Values:
        found: Values = frozenset()
        if isinstance(callee, AnOperation):
            found = self._use(callee, node)
        elif isinstance(callee, Part):
            found = self._part(callee, node)
        elif isinstance(callee, Known):
            found = self._known(callee.name, node, given)
        elif isinstance(callee, AnswerMethod):
            found = self._method(callee, node)
        elif isinstance(callee, Function | Class):
            found = self._of_sources(callee, given, named)
        elif isinstance(callee, Builtin) and self._follows(callee, node):
            found = _again(callee.name, given[0])
            if callee.name == "enumerate":  # pairs of pairs are not followed
                self.notes.consume(
                    frozenset(value for value in given[0] if isinstance(value, Pairs))
                )
        return found or UNKNOWN

    # --- of a client

    def _known(self, name: str, node: ast.Call, given: list[Values]) -> Values:
        if name in ("Client", "AsyncClient"):
            return frozenset({AClient(lenient=_is_lenient(node))})
        if name == "Call":
            return frozenset({ACall(node)})
        if name == "partial" and given:
            return merged(*[self._partial(value, node) for value in given[0]])
        return UNKNOWN

    def _partial(self, value: Value, node: ast.Call) -> Values:
        given = (node, 1)
        if isinstance(value, Part) and value.name == "call":
            named = self.named(
                value.client, node, node.args[1] if len(node.args) > 1 else None, "call"
            )
            return (
                merged(
                    *[
                        self._partial(inner, node)
                        for inner in named
                        if isinstance(inner, AnOperation)
                    ]
                )
                or UNKNOWN
            )
        if not isinstance(value, AnOperation):
            return UNKNOWN
        self.notes.called.add(value.site)
        skip = 2 if value.how == "call" else 1
        given = (node, skip)
        made = AnOperation(
            value.client, value.name, value.how, value.site, value.method, (*value.given, given)
        )
        return frozenset({made})

    def _part(self, part: Part, node: ast.Call) -> Values:
        if part.name == "with_options":
            return frozenset(
                {AClient(part.client.certain, part.client.lenient or _is_lenient(node))}
            )
        if part.name not in ("call", "get"):
            return UNKNOWN
        name = node.args[0] if node.args else None
        found = self.named(part.client, node, name, "call" if part.name == "call" else "item")
        if part.name == "get":
            return found
        return (
            merged(*[self._use(op, node) for op in found if isinstance(op, AnOperation)]) or UNKNOWN
        )

    def _use(self, operation: AnOperation, node: ast.Call) -> Values:
        """Note a use, and return what comes of it."""
        end = (node.end_lineno or 0, node.end_col_offset or 0)
        certain = operation.client.certain
        site = Site(self.source.file, (node.lineno, node.col_offset), end, operation.name, certain)
        arguments, has_star = self._arguments(operation, node)
        named = self.notes.named.get(operation.site)
        inside = (
            operation.site.file == site.file
            and site.begin <= operation.site.begin
            and operation.site.end <= end
        )
        spot = named.spot if named and inside else self.spot(node.func)
        self.notes.calls[site] = Draft(operation, self.source.file, spot, arguments, has_star)
        self.notes.called.add(operation.site)
        if operation.method == "call":
            return frozenset({Answer(site)}) | (frozenset() if certain else UNKNOWN)
        if operation.method == "send":
            return frozenset({Sent(site)}) | (frozenset() if certain else UNKNOWN)
        if operation.method not in ("request", "validate"):
            self.notes.use(Answer(site))  # nobody follows pages and streams
        return UNKNOWN

    # --- arguments

    def _arguments(
        self, operation: AnOperation, node: ast.Call
    ) -> tuple[tuple[Argument, ...], bool]:
        """Return the arguments of a use as they are written, and whether there may be others."""
        found: dict[str | int, Argument] = {}
        has_star = operation.method == "map"
        calls = [
            *operation.given,
            (node, 1 if operation.how == "call" and not operation.given else 0),
        ]
        for call, skip in calls if not has_star else ():
            position = sum(isinstance(name, int) for name in found)
            for arg in call.args[skip:]:
                if isinstance(arg, ast.Starred):
                    has_star = True
                    break
                found[position] = Argument(position, self._written(arg), *self.source.spot(arg))
                position += 1
            for keyword in call.keywords:
                has_star |= self._keyword(keyword, found)
        return tuple(found.values()), has_star

    def _keyword(self, keyword: ast.keyword, found: dict[str | int, Argument]) -> bool:
        """Add a keyword argument, or those of a `**{…}`; tell whether there may be others."""
        value = self._written(keyword.value)
        if keyword.arg is not None:
            spot = self.source.at(keyword.lineno, keyword.col_offset)
            found[keyword.arg] = Argument(keyword.arg, value, *spot)
            return False
        if value.is_hole or not isinstance(value.value, dict):
            return True
        for name in value.value:
            found[name] = Argument(
                name, value.child(name), *(value.spot((name,)) or (keyword.lineno, 1))
            )
        return () in value.open

    def _written(self, node: ast.expr) -> Written:
        call = (
            node
            if isinstance(node, ast.Call) and Known("Call") in self._quietly(node.func)
            else None
        )
        if isinstance(node, ast.Name):
            found = self.scope.look(node.id)
            only = next(iter(found)) if len(found) == 1 else None
            call = (
                only.node
                if isinstance(only, ACall) and node.id not in self.source.changed
                else None
            )
        if call is None:
            return written(node, self.source.spot, self._follow)
        return members(call, self.source.spot, self._follow)

    def _quietly(self, node: ast.expr) -> Values:
        """Return what a name or a name of a module stands for."""
        return self.peek(node) if isinstance(node, ast.Name | ast.Attribute) else UNKNOWN

    def _follow(self, name: str) -> ast.expr | None:
        found = self.scope.look(name)
        only = next(iter(found)) if len(found) == 1 else None
        if not isinstance(only, ALiteral) or (
            is_container(only.node) and name in self.source.changed
        ):
            return None
        return only.node

    # --- of a result

    def _method(self, method: AnswerMethod, node: ast.Call) -> Values:
        answer, name = method.answer, method.name
        if name in CHANGING and name not in ("pop", "setdefault"):
            self.notes.alter(answer)
            return UNKNOWN
        if name in ("get", "pop", "setdefault") and node.args:
            part = self.part(answer, node.args[0], node, certain=self._is_only and name == "get")
            if name == "setdefault":
                self.notes.alter(part)
            return frozenset({part})
        inside = Answer(answer.site, (*answer.path, ANY))
        if name == "items":
            return frozenset({Pairs(inside)})
        if name in ("values", "copy"):
            return frozenset({Members(inside) if name == "values" else answer})
        self.notes.use(answer)
        return UNKNOWN

    # --- of the sources

    def _of_sources(
        self, callee: Function | Class, given: list[Values], named: dict[str | None, Values]
    ) -> Values:
        if isinstance(callee, Class):
            self._class(callee, given, named)
            return frozenset({Instance(callee.node)})
        self._pass(callee, given, named)
        return self.tables.returns.get(callee.node, UNKNOWN)

    def _class(self, owner: Class, given: list[Values], named: dict[str | None, Values]) -> None:
        found = self.tables.member(owner.node, "__init__") or UNKNOWN
        functions = [value for value in found if isinstance(value, Function)]
        for function in functions:
            self._pass(Function(function.node, is_bound=True), given, named)
        if not functions:
            for name, values in named.items():  # the fields of a dataclass
                if name is not None:
                    self.tables.attribute(owner.node, name, values)
            for values in given:
                self.notes.consume(values)

    def _pass(
        self, function: Function, given: list[Values], named: dict[str | None, Values]
    ) -> None:
        """Let the parameters of a function stand for what is given to it."""
        arguments = function.node.args
        positional = [*arguments.posonlyargs, *arguments.args][1 if function.is_bound else 0 :]
        known = {parameter.arg for parameter in parameters(arguments)}
        pairs = list(_paired(positional, given)) + [
            (name, values) for name, values in named.items() if name in known
        ]
        for name, values in pairs:
            told = frozenset(value for value in values if isinstance(value, _TOLD))
            self.notes.consume(values - told)
            if name and told:
                self.tables.name(function.node, name, told)
        taken = {name for name, _ in pairs}
        for values in [
            *given[len(positional) :],
            *(v for name, v in named.items() if name not in taken),
        ]:
            self.notes.consume(values)


#: What is worth to be told to a function.
_TOLD = AClient | Part | AnOperation | Answer | Sent | Instance


def _again(name: str, values: Values) -> Values:
    """Return what a builtin gives again of its only argument."""
    if name != "enumerate":
        return (
            values
            if any(isinstance(value, Answer | Members | Pairs) for value in values)
            else UNKNOWN
        )
    return frozenset(Pairs(value) for value in elements(values) if isinstance(value, Answer))


def _paired(positional: list[ast.arg], given: list[Values]) -> Iterator[tuple[str, Values]]:
    for parameter, values in zip(positional, given, strict=False):
        yield parameter.arg, values


def _is_lenient(node: ast.Call) -> bool:
    return any(keyword.arg is None or keyword.arg in _LENIENT for keyword in node.keywords)
