"""What an expression may stand for, as far as it matters: clients, their operations, results, and the way to them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import NamedTuple

from dynclient.usages.operation_usage import KeyPath, NamingForm

#: All that an expression may be; what nobody knows is OTHER.
AbstractValues = frozenset["AbstractValue"]


class UsageSite(NamedTuple):
    """A place where an operation is called or named, and which: it tells one use from all others."""

    file: str
    begin: tuple[int, int]
    end: tuple[int, int]
    operation: str
    is_certain: bool


#: Beyond that many, nobody knows.
MAX_VALUES = 64
MAX_PATH_LENGTH = 16


@dataclass(frozen=True)
class UnknownValue:
    """Something that does not matter, or that nobody knows."""


@dataclass(frozen=True)
class BuiltinValue:
    """A name that nothing in the sources binds."""

    name: str


@dataclass(frozen=True)
class ModuleValue:
    """A module, by its absolute name."""

    name: str


@dataclass(frozen=True)
class LibraryValue:
    """A name of a library that is understood: `Client`, `AsyncClient`, `Call`, `partial`."""

    name: str


@dataclass(frozen=True)
class ClientValue:
    """A client.

    Attributes:
        certain: whether it is one for sure.
        lenient: it was told to check less than usual, or something else.

    """

    is_certain: bool = True
    is_lenient: bool = False


#: Something that may be a client: nobody knows what it is.
MAYBE_CLIENT = ClientValue(is_certain=False)


@dataclass(frozen=True)
class ClientMemberValue:
    """A part of a client that leads to operations.

    Attributes:
        client: whose.
        name: `call` and `with_options` are called, so is `get`, of a mapping; `operations` (all, or those of a tag) and
            `tags` are mappings.

    """

    client: ClientValue
    name: str


@dataclass(frozen=True)
class OperationValue:
    """An operation of a client, or a method of it that calls.

    Attributes:
        client: whose.
        name: as written.
        how: how it is named.
        site: where it is named.
        method: `call`, or the method's name.
        given: the calls of `functools.partial` that gave it arguments, and how many of theirs are none.

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
    """What `send` returns: its `data` are the answer."""

    site: UsageSite


@dataclass(frozen=True)
class ResultMethodValue:
    """A method of an answer: `get`, `items`, …."""

    result: ResultValue
    name: str


@dataclass(frozen=True)
class ResultMembersValue:
    """Members of an answer: `values()`."""

    member: ResultValue


@dataclass(frozen=True)
class ResultPairsValue:
    """Pairs of something and a member of an answer: `items()`, `enumerate(…)`."""

    member: ResultValue


@dataclass(frozen=True)
class ResultPairValue:
    """One of such pairs."""

    member: ResultValue


@dataclass(frozen=True)
class FunctionValue:
    """A function of the sources; of a method that is bound, the first parameter is given."""

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
    """A literal that was given a name."""

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
    """Return all that one of several may be."""
    found: AbstractValues = frozenset().union(*several)
    return found if len(found) <= MAX_VALUES else UNKNOWN_VALUES
