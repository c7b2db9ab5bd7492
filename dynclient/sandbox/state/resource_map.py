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
from dynclient.sandbox.sandbox_extension import OperationExtension, SandboxExtension, fold_name
from dynclient.wire.media import encode_json

#: create: in a collection, identity in the body or by the server. upsert: one or several that the body names. write: an
#: item that the path names. act: on what is below an item. add, remove: the items that a request lists.
ResourceAction = Literal[
    "create", "list", "upsert", "read", "write", "delete", "act", "add", "remove", "none"
]

_CREATED_STATUSES = frozenset({"201", "204"})
_VARIABLE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class ResourceAddress:
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
    def item_name(self) -> str:
        """What one item is called, as names are compared: `customersession` of `/v2/customer_sessions`."""
        literals = [s for s in self.segments if "{" not in s]
        return singularize(fold_name(literals[-1])) if literals else ""

    def build_collection_key(self, values: Mapping[str, Any]) -> str:
        """Return the key of the collection, given the path's values: `/users/7/pets`."""
        return "".join(f"/{_fill_segment(segment, values)}" for segment in self.segments)

    def get_identity(self, values: Mapping[str, Any]) -> str:
        """Return the identity of the item, "" where there is no variable."""
        return format_identity(values.get(self.variable, "")) if self.variable else ""


@dataclass(frozen=True)
class ResourceRole:
    """What an operation does, and where.

    Attributes:
        kind: what it does.
        address: the collection or item it is about.
        above: the items that its path goes through.
        can_make: whether the document has a way to make items there.
        variable: the path variable that names one item, on whatever path it stands; "" where there is none.

    """

    action: ResourceAction
    address: ResourceAddress
    ancestors: tuple[ResourceAddress, ...] = ()
    can_create: bool = False
    variable: str = ""


def format_identity(value: Any) -> str:
    """Return an identity as text, as it keys items: 7 and "7" are the same."""
    return value if isinstance(value, str) else encode_json(value).decode()


def singularize(name: str) -> str:
    """Return the singular of an English noun, roughly."""
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    if name.endswith(("sses", "xes", "ches", "shes")):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _fill_segment(segment: str, values: Mapping[str, Any]) -> str:
    match = _VARIABLE.fullmatch(segment)
    return quote(format_identity(values.get(match[1], "")), safe="") if match else segment


def _split_path(path: str) -> tuple[str, ...]:
    return tuple(path.partition("#")[0].partition("?")[0].strip("/").split("/"))


def _get_last_variable(segments: tuple[str, ...]) -> str:
    match = _VARIABLE.fullmatch(segments[-1]) if segments else None
    return match[1] if match else ""


class ResourceMap:
    """The resources of a document, told by its path templates and methods.

    Args:
        operations: all of them.
        conventions: what the document's extension adds.

    """

    def __init__(self, operations: Iterable[Operation], conventions: SandboxExtension) -> None:
        self._sandbox_extension = conventions
        self._methods_by_template: dict[tuple[str, ...], set[str]] = {}
        #: Templates of collections → the variable that names an item.
        self._item_variables: dict[tuple[str, ...], str] = {}
        #: What has a POST that says that something was made: without paths of items, the mark of a collection.
        self._creating_templates: set[tuple[str, ...]] = set()
        self._creatable_templates: set[tuple[str, ...]] = set()
        all_operations = tuple(operations)
        for operation in all_operations:
            segments = _split_path(operation.path)
            self._methods_by_template.setdefault(ResourceAddress(segments).template, set()).add(
                operation.method
            )
            if operation.method == "POST" and not _CREATED_STATUSES.isdisjoint(operation.responses):
                self._creating_templates.add(ResourceAddress(segments).template)
            if variable := _get_last_variable(segments):
                self._item_variables.setdefault(ResourceAddress(segments[:-1]).template, variable)
        for operation in all_operations:
            kind, address = self._find_action(operation)
            if kind in ("create", "upsert", "write", "add"):
                self._creatable_templates.add(address.template)

    def find_role(self, operation: Operation) -> ResourceRole:
        """Return what an operation does."""
        kind, address = self._find_action(operation)
        segments = _split_path(operation.path)
        above = [
            ResourceAddress(segments[:i], v)
            for i in range(1, len(segments) - 1)
            if (v := _get_last_variable(segments[: i + 1]))
        ]
        known = tuple(a for a in above if a.template in self._creatable_templates)
        variable = address.variable or self._item_variables.get(address.template, "")
        return ResourceRole(
            kind, address, known, address.template in self._creatable_templates, variable
        )

    def _find_action(self, operation: Operation) -> tuple[ResourceAction, ResourceAddress]:
        """Return kind and address: the extension's word, else what path and method say."""
        extra = self._sandbox_extension.get_operation_extension(operation)
        kind, address = self._derive_action(operation)
        if extra.collection:
            segments = _split_path(extra.collection)
            variable = _get_last_variable(segments)
            address = ResourceAddress(segments[:-1] if variable else segments, variable)
        if extra.role in get_args(ResourceAction):
            kind = cast("ResourceAction", extra.role)
        return kind, address

    def _derive_action(self, operation: Operation) -> tuple[ResourceAction, ResourceAddress]:
        segments, method = _split_path(operation.path), operation.method
        variable = _get_last_variable(segments)
        if variable:
            return _ITEM_ACTIONS.get(method, "none"), ResourceAddress(segments[:-1], variable)
        template = ResourceAddress(segments).template
        methods = self._methods_by_template[template]
        if template in self._item_variables or (
            template in self._creating_templates and not methods & {"PUT", "PATCH"}
        ):
            return _COLLECTION_ACTIONS.get(method, "none"), ResourceAddress(segments)
        if "GET" in methods and methods & {"PUT", "PATCH"}:
            return _ITEM_ACTIONS.get(method, "none"), ResourceAddress(segments)
        if method == "GET":
            return "list", ResourceAddress(segments)
        item = _find_parent_item(segments)
        return ("act", item) if item else ("none", ResourceAddress(segments))


_ITEM_ACTIONS: Mapping[str, ResourceAction] = {
    "GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "POST": "write", "DELETE": "delete",
}  # fmt: skip
_COLLECTION_ACTIONS: Mapping[str, ResourceAction] = {
    "GET": "list",
    "HEAD": "list",
    "POST": "create",
    "PUT": "upsert",
    "PATCH": "upsert",
}


def _find_parent_item(segments: tuple[str, ...]) -> ResourceAddress | None:
    """Return the item that an action is on: `/orders/{id}` of `/orders/{id}/cancel`."""
    variable = _get_last_variable(segments[:-1])
    return ResourceAddress(segments[:-2], variable) if variable else None


def find_identity_property(
    names: Iterable[str], role: ResourceRole, extra: OperationExtension
) -> str:
    """Return the property, of those of an item, that holds its identity; "" where none is recognised.

    `petId` in `/pets/{petId}` is `petId`, `id`, or what the variable ends in: `petName` → `name`.
    """
    given = {fold_name(name): name for name in names}
    if extra.identity:
        return extra.identity
    variable, thing = fold_name(role.variable), role.address.item_name
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
