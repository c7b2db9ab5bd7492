"""Abstract values: what an expression may stand for, as far as the analysis follows it.

The analysis is a forward data-flow analysis: each name stands for a set of abstract values, and
where two branches meet, the sets are joined.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import NamedTuple

from dynclient.usages.operation_usage import ANY_INDEX, KeyPath, NamingForm

#: All that an expression may stand for; UNKNOWN_VALUE is among them where that is not known.
AbstractValues = frozenset["AbstractValue"]


class UsageSite(NamedTuple):
    """The place where an operation is called or named, and the operation: a key for one usage."""

    file: str
    begin: tuple[int, int]
    end: tuple[int, int]
    operation: str
    is_certain: bool


#: A larger set of values is taken for unknown.
MAX_VALUES = 64

#: The keys below this depth of a result are not told apart.
MAX_PATH_LENGTH = 16


@dataclass(frozen=True)
class UnknownValue:
    """A value that the analysis does not know, or does not need."""


@dataclass(frozen=True)
class BuiltinValue:
    """A builtin: a name that nothing in the sources binds."""

    name: str


@dataclass(frozen=True)
class ModuleValue:
    """A module, by its absolute name."""

    name: str


@dataclass(frozen=True)
class LibraryValue:
    """A name of a library that the analysis understands, such as `Client`, `Call` or `partial`."""

    name: str


@dataclass(frozen=True)
class ClientValue:
    """A client.

    Attributes:
        is_certain: whether it can be nothing else.
        is_lenient: whether an option makes it check less, or check by another schema.

    """

    is_certain: bool = True
    is_lenient: bool = False


#: An unknown value, taken for a client.
MAYBE_CLIENT = ClientValue(is_certain=False)


@dataclass(frozen=True)
class ClientMemberValue:
    """A part of a client that leads to operations.

    Attributes:
        client: the client.
        name: `call`, `with_options` or `get` (of a mapping), which are called; `operations` (all,
            or those of a tag) or `tags`, which are mappings.

    """

    client: ClientValue
    name: str


@dataclass(frozen=True)
class OperationValue:
    """An operation of a client, or a method of it that calls.

    Attributes:
        client: the client.
        name: the operation's name, as written.
        naming_form: how the source names it.
        site: where the source names it.
        method: `call`, or the method's name.
        partial_calls: the calls of `functools.partial` that give it arguments, each with the
            number of its first positional arguments that are not the operation's.

    """

    client: ClientValue
    name: str
    naming_form: NamingForm
    site: UsageSite
    method: str = "call"
    partial_calls: tuple[tuple[ast.Call, int], ...] = ()


@dataclass(frozen=True)
class ResultValue:
    """The data of a result, or a part of it."""

    site: UsageSite
    path: KeyPath = ()


@dataclass(frozen=True)
class SentResultValue:
    """What `send` returns: a result whose `data` is a ResultValue."""

    site: UsageSite


@dataclass(frozen=True)
class ResultMethodValue:
    """A method of a result's data: `get`, `items`, …."""

    result: ResultValue
    name: str


@dataclass(frozen=True)
class ResultMembersValue:
    """The members of a part of a result: `values()`."""

    member: ResultValue


@dataclass(frozen=True)
class ResultPairsValue:
    """Pairs whose second element is a member of a result: `items()`, `enumerate(…)`."""

    member: ResultValue


@dataclass(frozen=True)
class ResultPairValue:
    """One pair of ResultPairsValue."""

    member: ResultValue


@dataclass(frozen=True)
class FunctionValue:
    """A function of the sources; a bound one is a method that has its first argument already."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    is_bound: bool = False


@dataclass(frozen=True)
class ClassValue:
    """A class of the sources."""

    node: ast.ClassDef


@dataclass(frozen=True)
class InstanceValue:
    """An object of a class of the sources."""

    node: ast.ClassDef


@dataclass(frozen=True)
class LiteralValue:
    """A literal."""

    node: ast.expr


@dataclass(frozen=True)
class CallValue:
    """A `dynclient.Call(…)`: a whole call as one value."""

    node: ast.Call


AbstractValue = (
    UnknownValue
    | BuiltinValue
    | ModuleValue
    | LibraryValue
    | ClientValue
    | ClientMemberValue
    | OperationValue
    | ResultValue
    | SentResultValue
    | ResultMethodValue
    | ResultMembersValue
    | ResultPairsValue
    | ResultPairValue
    | FunctionValue
    | ClassValue
    | InstanceValue
    | LiteralValue
    | CallValue
)

UNKNOWN_VALUE = UnknownValue()
UNKNOWN_VALUES: AbstractValues = frozenset({UNKNOWN_VALUE})


def join_values(*several: AbstractValues) -> AbstractValues:
    """Return the union of several sets of values; a union that is too large is unknown."""
    union: AbstractValues = frozenset().union(*several)
    return union if len(union) <= MAX_VALUES else UNKNOWN_VALUES


def get_elements(values: AbstractValues) -> AbstractValues:
    """Return what the elements of values may stand for."""
    return frozenset(map(_get_element, values)) or UNKNOWN_VALUES


def _get_element(value: AbstractValue) -> AbstractValue:
    if isinstance(value, ResultValue):
        return ResultValue(value.site, (*value.path, ANY_INDEX))
    if isinstance(value, ResultMembersValue):
        return value.member
    if isinstance(value, ResultPairsValue):
        return ResultPairValue(value.member)
    return UNKNOWN_VALUE


def is_single_result(values: AbstractValues) -> bool:
    """Tell whether values are one result, or an empty value in its place (`result or {}`)."""
    others = [value for value in values if not isinstance(value, ResultValue)]
    return len(values) - len(others) == 1 and all(map(_is_empty_literal, others))


def _is_empty_literal(value: AbstractValue) -> bool:
    if not isinstance(value, LiteralValue):
        return False
    if isinstance(value.node, ast.Constant):
        return value.node.value is None
    is_container = isinstance(value.node, ast.Dict | ast.List | ast.Tuple)
    return is_container and not any(ast.iter_child_nodes(value.node))
