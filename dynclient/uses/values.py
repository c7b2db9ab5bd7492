"""What an expression may stand for, as far as it matters: clients, their operations, results, and the way to them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import NamedTuple

from dynclient.uses.found import How, Keys

#: All that an expression may be; what nobody knows is OTHER.
Values = frozenset["Value"]


class Site(NamedTuple):
    """A place where an operation is called or named, and which: it tells one use from all others."""

    file: str
    begin: tuple[int, int]
    end: tuple[int, int]
    operation: str
    certain: bool


#: Beyond that many, nobody knows.
MAX_VALUES = 64
MAX_DEPTH = 16


@dataclass(frozen=True)
class Other:
    """Something that does not matter, or that nobody knows."""


@dataclass(frozen=True)
class Builtin:
    """A name that nothing in the sources binds."""

    name: str


@dataclass(frozen=True)
class Module:
    """A module, by its absolute name."""

    name: str


@dataclass(frozen=True)
class Known:
    """A name of a library that is understood: `Client`, `AsyncClient`, `Call`, `partial`."""

    name: str


@dataclass(frozen=True)
class AClient:
    """A client.

    Attributes:
        certain: whether it is one for sure.
        lenient: it was told to check less than usual, or something else.

    """

    certain: bool = True
    lenient: bool = False


#: Something that may be a client: nobody knows what it is.
PERHAPS = AClient(certain=False)


@dataclass(frozen=True)
class Part:
    """A part of a client that leads to operations.

    Attributes:
        client: whose.
        name: `call` and `with_options` are called, so is `get`, of a mapping; `operations` (all, or those of a tag) and
            `tags` are mappings.

    """

    client: AClient
    name: str


@dataclass(frozen=True)
class AnOperation:
    """An operation of a client, or a method of it that calls.

    Attributes:
        client: whose.
        name: as written.
        how: how it is named.
        site: where it is named.
        method: `call`, or the method's name.
        given: the calls of `functools.partial` that gave it arguments, and how many of theirs are none.

    """

    client: AClient
    name: str
    how: How
    site: Site
    method: str = "call"
    given: tuple[tuple[ast.Call, int], ...] = ()


@dataclass(frozen=True)
class Answer:
    """The data of a result, or a part of it."""

    site: Site
    path: Keys = ()


@dataclass(frozen=True)
class Sent:
    """What `send` returns: its `data` are the answer."""

    site: Site


@dataclass(frozen=True)
class AnswerMethod:
    """A method of an answer: `get`, `items`, …."""

    answer: Answer
    name: str


@dataclass(frozen=True)
class Members:
    """Members of an answer: `values()`."""

    member: Answer


@dataclass(frozen=True)
class Pairs:
    """Pairs of something and a member of an answer: `items()`, `enumerate(…)`."""

    member: Answer


@dataclass(frozen=True)
class Pair:
    """One of such pairs."""

    member: Answer


@dataclass(frozen=True)
class Function:
    """A function of the sources; of a method that is bound, the first parameter is given."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    is_bound: bool = False


@dataclass(frozen=True)
class Class:
    """A class of the sources."""

    node: ast.ClassDef


@dataclass(frozen=True)
class Instance:
    """An object of a class of the sources."""

    node: ast.ClassDef


@dataclass(frozen=True)
class ALiteral:
    """A literal that was given a name."""

    node: ast.expr


@dataclass(frozen=True)
class ACall:
    """A `dynclient.Call(…)`: a whole call as one value."""

    node: ast.Call


Value = (
    Other
    | Builtin
    | Module
    | Known
    | AClient
    | Part
    | AnOperation
    | Answer
    | Sent
    | AnswerMethod
    | Members
    | Pairs
    | Pair
    | Function
    | Class
    | Instance
    | ALiteral
    | ACall
)

OTHER = Other()
UNKNOWN: Values = frozenset({OTHER})


def merged(*several: Values) -> Values:
    """Return all that one of several may be."""
    found: Values = frozenset().union(*several)
    return found if len(found) <= MAX_VALUES else UNKNOWN
