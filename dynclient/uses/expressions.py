"""Expressions: what each may stand for; on the way, what is named, and what is read of results."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from dynclient.uses.found import ANY, How, Spot
from dynclient.uses.literals import is_literal
from dynclient.uses.notes import Draft, Notes
from dynclient.uses.scopes import Scope, Tables
from dynclient.uses.sources import Source
from dynclient.uses.values import (
    OTHER,
    PERHAPS,
    UNKNOWN,
    AClient,
    ALiteral,
    AnOperation,
    Answer,
    AnswerMethod,
    Class,
    Function,
    Instance,
    Known,
    Members,
    Module,
    Pair,
    Pairs,
    Part,
    Sent,
    Site,
    Value,
    Values,
    merged,
)

#: Methods of an operation that take its arguments.
METHODS = frozenset({"send", "request", "validate", "map", "pages", "items", "stream"})

#: What a client has beside operations.
_OF_CLIENT = frozenset({"aclose", "close", "document", "find"})

#: Of them, those that lead to operations.
_PARTS = frozenset({"call", "operations", "tags", "with_options"})

#: What objects, arrays and texts have, so that it is no name of an operation.
OF_ANSWERS = frozenset(name for kind in (dict, list, str) for name in dir(kind))

_KNOWN = {
    "dynclient": frozenset({"Client", "AsyncClient", "Call"}),
    "functools": frozenset({"partial"}),
    "typing": frozenset({"Optional", "Union", "Annotated"}),
}


class Expressions:
    """Evaluates the expressions of a source: `peek` follows where a value goes, `value` says that nobody does."""

    def __init__(self, source: Source, scope: Scope, tables: Tables, notes: Notes) -> None:
        self.source = source
        self.scope = scope
        self.tables = tables
        self.notes = notes
        self._ways: dict[type[ast.expr], Callable[..., Values]] = {
            ast.Name: lambda node: self.scope.look(node.id),
            ast.Constant: lambda node: frozenset({ALiteral(node)}),
            ast.Attribute: self._attribute,
            ast.Subscript: self._subscript,
            ast.Call: self.call,
            ast.Await: lambda node: self.peek(node.value),
            ast.NamedExpr: self._walrus,
            ast.IfExp: self._choice,
            ast.BoolOp: lambda node: merged(*[self.peek(inner) for inner in node.values]),
            ast.Compare: self._compare,
            ast.Lambda: self._lambda,
            **dict.fromkeys(
                (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp), self._comprehension
            ),
        }

    # --- the two ways to look at an expression

    def value(self, node: ast.expr | None) -> Values:
        """Evaluate an expression whose value goes where nobody follows it."""
        found = self.peek(node)
        self.notes.consume(found)
        return found

    def peek(self, node: ast.expr | None) -> Values:
        """Return what an expression may stand for."""
        if node is None:
            return UNKNOWN
        way = self._ways.get(type(node))
        return way(node) if way else self._parts(node)

    def _parts(self, node: ast.AST) -> Values:
        """Evaluate the parts of an expression that is itself of no matter."""
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.expr):
                self.value(inner)
            else:  # the slice of a slice, the format of a text
                self._parts(inner)
        return (
            frozenset({ALiteral(node)})
            if isinstance(node, ast.expr) and is_literal(node)
            else UNKNOWN
        )

    def call(self, node: ast.Call) -> Values:
        """Evaluate a call."""
        raise NotImplementedError

    def bind(self, target: ast.expr, values: Values, node: ast.expr | None = None) -> None:
        """Give a target a value."""
        raise NotImplementedError

    def spot(self, node: ast.expr) -> Spot:
        """Return where an expression begins; of an attribute, where its name does."""
        if (
            isinstance(node, ast.Attribute)
            and node.end_lineno is not None
            and node.end_col_offset is not None
        ):
            return self.source.at(node.end_lineno, node.end_col_offset - len(node.attr.encode()))
        return self.source.spot(node)

    # --- naming an operation

    def operation(
        self, node: ast.expr, name: str, how: How, client: AClient, at: ast.expr | None = None
    ) -> Values:
        """Return an operation of a client, which an expression names.

        Args:
            node: the expression.
            name: the operation, as written.
            how: how it is named.
            client: whose it is.
            at: where the name stands.

        """
        end = (node.end_lineno or 0, node.end_col_offset or 0)
        site = Site(self.source.file, (node.lineno, node.col_offset), end, name, client.certain)
        made = AnOperation(client, name, how, site)
        self.notes.named[site] = Draft(made, self.source.file, self.spot(at or node))
        return frozenset({made}) if client.certain else frozenset({made, OTHER})

    def named(self, client: AClient, node: ast.expr, name: ast.expr | None, how: How) -> Values:
        """Return the operation that a client has under a name which is itself an expression."""
        if isinstance(name, ast.Name):
            found = self.scope.look(name.id)
            if len(found) == 1 and isinstance(literal := next(iter(found)), ALiteral):
                name = literal.node
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            return self.operation(node, name.value, how, client, name)
        if client.certain:
            self.notes.leave_nameless(self.source.file, self.spot(node))
        return UNKNOWN

    # --- attributes

    def _attribute(self, node: ast.Attribute) -> Values:
        found = [self._member(receiver, node) for receiver in self.peek(node.value)]
        return merged(*found) or UNKNOWN

    def _member(self, receiver: Value, node: ast.Attribute) -> Values:
        found = UNKNOWN
        if isinstance(receiver, AClient):
            found = self._of_client(receiver, node)
        elif isinstance(receiver, Part):
            found = self._of_part(receiver, node)
        elif isinstance(receiver, AnOperation):
            found = self._of_operation(receiver, node)
        elif isinstance(receiver, Sent | Answer):
            found = self._of_answer(receiver, node)
        elif isinstance(receiver, Module):
            found = self.of_module(receiver.name, node.attr)
        elif isinstance(receiver, Instance | Class):
            found = self._of_class(receiver, node)
        elif receiver == OTHER:
            found = self._perhaps(node)
        return found

    def _perhaps(self, node: ast.Attribute) -> Values:
        """Return what an attribute is if its receiver should be a client."""
        if node.attr in ("call", "with_options"):
            return self._of_client(PERHAPS, node) | UNKNOWN
        return (
            UNKNOWN
            if node.attr.startswith("__")
            else self.operation(node, node.attr, "attribute", PERHAPS)
        )

    def _of_client(self, client: AClient, node: ast.Attribute) -> Values:
        name = node.attr
        if name in _PARTS:
            return frozenset({Part(client, name)})
        if name in _OF_CLIENT or name.startswith("__"):
            return UNKNOWN
        return self.operation(node, name, "attribute", client)

    def _of_part(self, part: Part, node: ast.Attribute) -> Values:
        if part.name == "operations" and node.attr == "get":
            return frozenset({Part(part.client, "get")})
        if part.name != "operations" or node.attr in OF_ANSWERS:
            return UNKNOWN
        return self.operation(node, node.attr, "attribute", part.client)

    def _of_operation(self, operation: AnOperation, node: ast.Attribute) -> Values:
        found: Values = frozenset()
        if node.attr in METHODS:
            found = frozenset({replace(operation, method=node.attr)})
        if operation.client.certain:
            return found or UNKNOWN
        return found | self._perhaps(node)

    def _of_answer(self, receiver: Sent | Answer, node: ast.Attribute) -> Values:
        if isinstance(receiver, Sent):
            return frozenset({Answer(receiver.site)}) if node.attr == "data" else UNKNOWN
        found: Values = frozenset({AnswerMethod(receiver, node.attr)})
        is_sure = receiver.site.certain or node.attr in OF_ANSWERS
        return found if is_sure else found | self._perhaps(node)

    def _of_class(self, receiver: Instance | Class, node: ast.Attribute) -> Values:
        """Return an attribute of an object or class of the sources; what it lacks may be a client's."""
        found = self.tables.member(receiver.node, node.attr)
        if found is None:
            if isinstance(receiver, Instance) and self.tables.is_client(receiver.node):
                return self._of_client(AClient(), node)
            return UNKNOWN
        if isinstance(receiver, Class):
            return found
        return merged(*[self._of_object(value) for value in found])

    def _of_object(self, value: Value) -> Values:
        """Return what an attribute of a class is when it is looked up in an object."""
        if not isinstance(value, Function):
            return frozenset({value})
        decorators = {
            ast.unparse(decorator).rpartition(".")[2] for decorator in value.node.decorator_list
        }
        if decorators & {"property", "cached_property"}:
            return self.tables.returns.get(value.node, UNKNOWN)
        return frozenset({Function(value.node, is_bound="staticmethod" not in decorators)})

    def of_module(self, module: str, name: str) -> Values:
        """Return what a name of a module stands for."""
        for library, known in _KNOWN.items():
            if module == library or module.startswith(library + "."):
                return frozenset({Known(name) if name in known else Module(f"{module}.{name}")})
        tree = self.tables.module(module)
        found = self.tables.names.get((tree, name)) if tree else None
        if found is None and self.tables.module(f"{module}.{name}"):
            return frozenset({Module(f"{module}.{name}")})
        return found or UNKNOWN

    # --- items

    def _subscript(self, node: ast.Subscript) -> Values:
        receivers = self.peek(node.value)
        self.value(node.slice)
        return merged(*[self._item(receiver, node, is_only(receivers)) for receiver in receivers])

    def _item(self, receiver: Value, node: ast.Subscript, certain: bool) -> Values:
        if isinstance(receiver, AClient) or (
            isinstance(receiver, Part) and receiver.name == "operations"
        ):
            client = receiver if isinstance(receiver, AClient) else receiver.client
            return self.named(client, node, node.slice, "item")
        if isinstance(receiver, Part) and receiver.name == "tags":
            return frozenset({Part(receiver.client, "operations")})
        if isinstance(receiver, Answer):
            return frozenset({self.part(receiver, node.slice, node, certain=certain)})
        self.notes.consume(frozenset({receiver}))  # one of a pair, which nobody follows
        return self.named(PERHAPS, node, node.slice, "item") if receiver == OTHER else UNKNOWN

    def part(self, answer: Answer, key: ast.expr, node: ast.expr, *, certain: bool) -> Answer:
        """Return the part of an answer that a key leads to, and note that it is read."""
        if isinstance(key, ast.Slice):
            return answer
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
                self.notes.alter(answer, key.value)
                return Answer(answer.site, (*answer.path, key.value))
            return self.notes.read(
                answer, key.value, self.source.file, self.source.spot(key), certain=certain
            )
        return self.notes.read(answer, ANY, self.source.file, self.source.spot(key), certain=False)

    # --- the rest

    def _walrus(self, node: ast.NamedExpr) -> Values:
        found = self.peek(node.value)
        self.bind(node.target, found)
        return found

    def _choice(self, node: ast.IfExp) -> Values:
        self.peek(node.test)
        return merged(self.peek(node.body), self.peek(node.orelse))

    def _compare(self, node: ast.Compare) -> Values:
        right = node.comparators[0]
        if (
            isinstance(node.ops[0], ast.In | ast.NotIn)
            and len(node.ops) == 1
            and isinstance(node.left, ast.Constant)
        ):
            for value in self.peek(right):
                if isinstance(value, Answer) and isinstance(
                    node.left.value, str
                ):  # a question, which cannot be wrong
                    self.notes.read(
                        value,
                        node.left.value,
                        self.source.file,
                        self.spot(node.left),
                        certain=False,
                    )
            return UNKNOWN
        return self._parts(node)

    def _lambda(self, node: ast.Lambda) -> Values:
        kept = self.scope.kept()
        arguments = node.args
        for default in (*arguments.defaults, *arguments.kw_defaults):
            self.value(default)
        for name in parameters(arguments):
            self.scope.now[name.arg] = UNKNOWN
        self.value(node.body)
        self.scope.now = kept
        return UNKNOWN

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> Values:
        kept = self.scope.kept()
        for generator in node.generators:
            for name, values in unpacked(generator.target, elements(self.peek(generator.iter))):
                self.scope.now[name] = values
            for condition in generator.ifs:
                self.peek(condition)
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.value(part)
        self.scope.now = kept
        return frozenset({ALiteral(node)}) if is_literal(node) else UNKNOWN


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """Return the parameters of a function, `*args` and `**kwargs` among them."""
    extra = [arg for arg in (arguments.vararg, arguments.kwarg) if arg is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]


def is_only(values: Values) -> bool:
    """Tell whether values are one answer, whatever empty thing it may be instead."""
    answers = [value for value in values if isinstance(value, Answer)]
    return len(answers) == 1 and all(value in answers or _is_empty(value) for value in values)


def _is_empty(value: Value) -> bool:
    node = value.node if isinstance(value, ALiteral) else None
    if isinstance(node, ast.Constant):
        return node.value is None
    return isinstance(node, ast.Dict | ast.List | ast.Tuple) and not any(ast.iter_child_nodes(node))


def elements(values: Values) -> Values:
    """Return what the members of something are."""
    return frozenset(_element(value) for value in values) or UNKNOWN


def _element(value: Value) -> Value:
    if isinstance(value, Answer):
        return Answer(value.site, (*value.path, ANY))
    if isinstance(value, Members):
        return value.member
    return Pair(value.member) if isinstance(value, Pairs) else OTHER


def unpacked(target: ast.expr, values: Values) -> list[tuple[str, Values]]:
    """Return the names of a target, each with what it stands for."""
    if isinstance(target, ast.Name):
        return [(target.id, values)]
    if not isinstance(target, ast.Tuple | ast.List):
        return []
    pairs = frozenset[Value](value.member for value in values if isinstance(value, Pair))
    found: list[tuple[str, Values]] = []
    for i, inner in enumerate(target.elts):
        own = pairs if pairs and i == 1 else UNKNOWN if pairs else elements(values)
        if isinstance(inner, ast.Starred):
            own = frozenset(Members(value) for value in own if isinstance(value, Answer)) or UNKNOWN
        found += unpacked(inner.value if isinstance(inner, ast.Starred) else inner, own)
    return found
