"""The resources of a document: which collection an operation is about, and what it does there.

Nothing is written per API: `POST /pets` makes an item in `/pets` where the document has a `/pets/{id}`, and
`PUT /pets/{id}` is about one item.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args
from urllib.parse import quote

from dynclient.model import Operation
from dynclient.sandbox.conventions import Conventions, Extra, folded
from dynclient.wire.media import encode_json

#: create: in a collection, identity in the body or by the server. upsert: one or several that the body names. write: an
#: item that the path names. act: on what is below an item. add, remove: the items that a request lists.
Kind = Literal[
    "create", "list", "upsert", "read", "write", "delete", "act", "add", "remove", "none"
]

_CREATED = frozenset({"201", "204"})
_VARIABLE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Address:
    """A collection, or one item in it, as a path template says it.

    Attributes:
        segments: of the collection's path, variables in braces.
        variable: the path variable that names the item; "" for the collection, or what is the only one of its kind.

    """

    segments: tuple[str, ...]
    variable: str = ""

    @property
    def template(self) -> tuple[str, ...]:
        """The segments without the names of variables: what operations have in common."""
        return tuple("{}" if _VARIABLE.fullmatch(s) else s for s in self.segments)

    @property
    def thing(self) -> str:
        """What one item is called, as names are compared: `customersession` of `/v2/customer_sessions`."""
        literals = [s for s in self.segments if "{" not in s]
        return singular(folded(literals[-1])) if literals else ""

    def collection(self, values: Mapping[str, Any]) -> str:
        """Return the key of the collection, given the path's values: `/users/7/pets`."""
        return "".join(f"/{_filled(segment, values)}" for segment in self.segments)

    def identity(self, values: Mapping[str, Any]) -> str:
        """Return the identity of the item, "" where there is no variable."""
        return as_identity(values.get(self.variable, "")) if self.variable else ""


@dataclass(frozen=True)
class Role:
    """What an operation does, and where.

    Attributes:
        kind: what it does.
        address: the collection or item it is about.
        above: the items that its path goes through.
        can_make: whether the document has a way to make items there.
        variable: the path variable that names one item, on whatever path it stands; "" where there is none.

    """

    kind: Kind
    address: Address
    above: tuple[Address, ...] = ()
    can_make: bool = False
    variable: str = ""


def as_identity(value: Any) -> str:
    """Return an identity as text, as it keys items: 7 and "7" are the same."""
    return value if isinstance(value, str) else encode_json(value).decode()


def singular(name: str) -> str:
    """Return the singular of an English noun, roughly."""
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    if name.endswith(("sses", "xes", "ches", "shes")):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _filled(segment: str, values: Mapping[str, Any]) -> str:
    match = _VARIABLE.fullmatch(segment)
    return quote(as_identity(values.get(match[1], "")), safe="") if match else segment


def _segments(path: str) -> tuple[str, ...]:
    return tuple(path.partition("#")[0].partition("?")[0].strip("/").split("/"))


def _variable(segments: tuple[str, ...]) -> str:
    match = _VARIABLE.fullmatch(segments[-1]) if segments else None
    return match[1] if match else ""


class Resources:
    """The resources of a document, told by its path templates and methods.

    Args:
        operations: all of them.
        conventions: what the document's extension adds.

    """

    def __init__(self, operations: Iterable[Operation], conventions: Conventions) -> None:
        self._conventions = conventions
        self._methods: dict[tuple[str, ...], set[str]] = {}
        #: Templates of collections → the variable that names an item.
        self._items: dict[tuple[str, ...], str] = {}
        #: What has a POST that says that something was made: without paths of items, the mark of a collection.
        self._creating: set[tuple[str, ...]] = set()
        self._makers: set[tuple[str, ...]] = set()
        all_operations = tuple(operations)
        for operation in all_operations:
            segments = _segments(operation.path)
            self._methods.setdefault(Address(segments).template, set()).add(operation.method)
            if operation.method == "POST" and not _CREATED.isdisjoint(operation.responses):
                self._creating.add(Address(segments).template)
            if variable := _variable(segments):
                self._items.setdefault(Address(segments[:-1]).template, variable)
        for operation in all_operations:
            kind, address = self._told(operation)
            if kind in ("create", "upsert", "write", "add"):
                self._makers.add(address.template)

    def role(self, operation: Operation) -> Role:
        """Return what an operation does."""
        kind, address = self._told(operation)
        segments = _segments(operation.path)
        above = [
            Address(segments[:i], v)
            for i in range(1, len(segments) - 1)
            if (v := _variable(segments[: i + 1]))
        ]
        known = tuple(a for a in above if a.template in self._makers)
        variable = address.variable or self._items.get(address.template, "")
        return Role(kind, address, known, address.template in self._makers, variable)

    def _told(self, operation: Operation) -> tuple[Kind, Address]:
        """Return kind and address: the extension's word, else what path and method say."""
        extra = self._conventions.about(operation)
        kind, address = self._derived(operation)
        if extra.collection:
            segments = _segments(extra.collection)
            variable = _variable(segments)
            address = Address(segments[:-1] if variable else segments, variable)
        if extra.role in get_args(Kind):
            kind = cast("Kind", extra.role)
        return kind, address

    def _derived(self, operation: Operation) -> tuple[Kind, Address]:
        segments, method = _segments(operation.path), operation.method
        variable = _variable(segments)
        if variable:
            return _ITEM.get(method, "none"), Address(segments[:-1], variable)
        template = Address(segments).template
        methods = self._methods[template]
        if template in self._items or (
            template in self._creating and not methods & {"PUT", "PATCH"}
        ):
            return _COLLECTION.get(method, "none"), Address(segments)
        if "GET" in methods and methods & {"PUT", "PATCH"}:
            return _ITEM.get(method, "none"), Address(segments)
        if method == "GET":
            return "list", Address(segments)
        item = _parent(segments)
        return ("act", item) if item else ("none", Address(segments))


_ITEM: Mapping[str, Kind] = {
    "GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "POST": "write", "DELETE": "delete",
}  # fmt: skip
_COLLECTION: Mapping[str, Kind] = {
    "GET": "list",
    "HEAD": "list",
    "POST": "create",
    "PUT": "upsert",
    "PATCH": "upsert",
}


def _parent(segments: tuple[str, ...]) -> Address | None:
    """Return the item that an action is on: `/orders/{id}` of `/orders/{id}/cancel`."""
    variable = _variable(segments[:-1])
    return Address(segments[:-2], variable) if variable else None


def identity_name(names: Iterable[str], role: Role, extra: Extra) -> str:
    """Return the property, of those of an item, that holds its identity; "" where none is recognised.

    `petId` in `/pets/{petId}` is `petId`, `id`, or what the variable ends in: `petName` → `name`.
    """
    given = {folded(name): name for name in names}
    if extra.identity:
        return extra.identity
    variable, thing = folded(role.variable), role.address.thing
    ends = [
        name
        for name in given
        if variable.endswith(name) and variable.removesuffix(name) in (thing, "")
    ]
    wanted = [variable, f"{thing}id", *ends] if variable else []
    loose = (
        sorted((name for name in given if variable.endswith(name)), key=len, reverse=True)
        if variable
        else []
    )
    for name in (*wanted, "id", *loose, f"{thing}id", "uuid", "key"):
        if name and name in given:
            return given[name]
    return ""
