"""The resources of a document: the collection of each operation, and its action there.

Nothing is written per API: `POST /pets` creates an item in `/pets` where the document has a
`/pets/{id}`, and `PUT /pets/{id}` is about one item.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args
from urllib.parse import quote

from dynclient.model import TEMPLATE_VARIABLE, Operation, Parameter
from dynclient.sandbox.sandbox_extension import OperationExtension, SandboxExtension, fold_name
from dynclient.wire.media import encode_json

#: create: an item whose identity is in the body, or that the server assigns. upsert: the item, or
#: the items, that the body names. write: the item that the path names. act: an action below an
#: item. add, remove: the items that a request lists.
ResourceAction = Literal[
    "create", "list", "upsert", "read", "write", "delete", "act", "add", "remove", "none"
]

_CREATED_STATUSES = frozenset({"201", "204"})


@dataclass(frozen=True)
class ResourceAddress:
    """A collection, or one item in it, as a path template names it.

    Attributes:
        segments: of the collection's path, variables in braces.
        variable: the path variable that names the item; "" for the collection, or a single item.

    """

    segments: tuple[str, ...]
    variable: str = ""

    @property
    def template(self) -> tuple[str, ...]:
        """The segments without the names of variables, which differ between operations."""
        return tuple("{}" if TEMPLATE_VARIABLE.fullmatch(s) else s for s in self.segments)

    @property
    def item_name(self) -> str:
        """The folded name of one item: `customersession` of `/v2/customer_sessions`."""
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
    """The action of an operation, and its resource.

    Attributes:
        action: what it does.
        address: the collection or item it is about.
        ancestors: the items that its path goes through.
        can_create: whether the document has an operation that creates items there.
        variable: the path variable that names one item, on any path; "" where there is none.
        item_parameter: the parameter of that variable; None where there is none.

    """

    action: ResourceAction
    address: ResourceAddress
    ancestors: tuple[ResourceAddress, ...] = ()
    can_create: bool = False
    variable: str = ""
    item_parameter: Parameter | None = None


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
    match = TEMPLATE_VARIABLE.fullmatch(segment)
    return quote(format_identity(values.get(match[1], "")), safe="") if match else segment


def _split_path(path: str) -> tuple[str, ...]:
    return tuple(path.partition("#")[0].partition("?")[0].strip("/").split("/"))


def _get_last_variable(segments: tuple[str, ...]) -> str:
    match = TEMPLATE_VARIABLE.fullmatch(segments[-1]) if segments else None
    return match[1] if match else ""


def _find_path_parameter(operation: Operation | None, name: str) -> Parameter | None:
    for parameter in operation.parameters if operation is not None else ():
        if (parameter.location, parameter.name) == ("path", name):
            return parameter
    return None


class ResourceMap:
    """The resources of a document, by its path templates and methods.

    Args:
        operations: all of them.
        extension: of the document.

    """

    def __init__(self, operations: Iterable[Operation], extension: SandboxExtension) -> None:
        self._sandbox_extension = extension
        self._methods_by_template: dict[tuple[str, ...], set[str]] = {}
        #: Template of a collection → the first operation whose path names an item of it.
        self._item_operations: dict[tuple[str, ...], Operation] = {}
        #: Paths whose POST declares 201 or 204: collections, even without paths of items.
        self._creating_templates: set[tuple[str, ...]] = set()
        self._creatable_templates: set[tuple[str, ...]] = set()

        all_operations = tuple(operations)
        for operation in all_operations:
            self._add_operation(operation)
        for operation in all_operations:
            action, address = self._find_action(operation)
            if action in ("create", "upsert", "write", "add"):
                self._creatable_templates.add(address.template)

    def _add_operation(self, operation: Operation) -> None:
        segments = _split_path(operation.path)
        template = ResourceAddress(segments).template
        self._methods_by_template.setdefault(template, set()).add(operation.method)
        if operation.method == "POST" and not _CREATED_STATUSES.isdisjoint(operation.responses):
            self._creating_templates.add(template)
        if _get_last_variable(segments):
            self._item_operations.setdefault(template[:-1], operation)

    def find_role(self, operation: Operation) -> ResourceRole:
        """Return what an operation does, and to which resource."""
        action, address = self._find_action(operation)
        ancestors = [
            ancestor
            for ancestor in _list_ancestors(_split_path(operation.path))
            if ancestor.template in self._creatable_templates
        ]
        item_operation = operation if address.variable else None
        item_operation = item_operation or self._item_operations.get(address.template)
        item_variable = address.variable
        if item_operation is not None:
            item_variable = item_variable or _get_last_variable(_split_path(item_operation.path))
        return ResourceRole(
            action=action,
            address=address,
            ancestors=tuple(ancestors),
            can_create=address.template in self._creatable_templates,
            variable=item_variable,
            item_parameter=_find_path_parameter(item_operation, item_variable),
        )

    def _find_action(self, operation: Operation) -> tuple[ResourceAction, ResourceAddress]:
        """Return action and address: those of the extension, else those of path and method."""
        extension = self._sandbox_extension.get_operation_extension(operation)
        action, address = self._derive_action(operation)
        if extension.collection:
            segments = _split_path(extension.collection)
            address = _find_item(segments) or ResourceAddress(segments)
        if extension.role in get_args(ResourceAction):
            action = cast("ResourceAction", extension.role)
        return action, address

    def _derive_action(self, operation: Operation) -> tuple[ResourceAction, ResourceAddress]:
        segments, method = _split_path(operation.path), operation.method
        item = _find_item(segments)
        if item is not None:
            return _ITEM_ACTIONS.get(method, "none"), item

        address = ResourceAddress(segments)
        methods = self._methods_by_template[address.template]
        has_update = bool(methods & {"PUT", "PATCH"})
        is_creating = address.template in self._creating_templates
        if address.template in self._item_operations or (is_creating and not has_update):
            return _COLLECTION_ACTIONS.get(method, "none"), address
        if "GET" in methods and has_update:
            return _ITEM_ACTIONS.get(method, "none"), address
        if method == "GET":
            return "list", address
        # `/orders/{id}/cancel` is an action on `/orders/{id}`.
        parent = _find_item(segments[:-1])
        return ("act", parent) if parent else ("none", address)


_ITEM_ACTIONS: Mapping[str, ResourceAction] = {
    "GET": "read",
    "HEAD": "read",
    "PUT": "write",
    "PATCH": "write",
    "POST": "write",
    "DELETE": "delete",
}
_COLLECTION_ACTIONS: Mapping[str, ResourceAction] = {
    "GET": "list",
    "HEAD": "list",
    "POST": "create",
    "PUT": "upsert",
    "PATCH": "upsert",
}


def _find_item(segments: tuple[str, ...]) -> ResourceAddress | None:
    """Return the item that a path names; None where it does not end in a variable."""
    variable = _get_last_variable(segments)
    return ResourceAddress(segments[:-1], variable) if variable else None


def _list_ancestors(segments: tuple[str, ...]) -> list[ResourceAddress]:
    """Return the items that a path goes through before its last segment, the outermost first."""
    items = [_find_item(segments[:end]) for end in range(2, len(segments))]
    return [item for item in items if item is not None]


def find_identity_property(
    names: Iterable[str], role: ResourceRole, extension: OperationExtension
) -> str:
    """Return the property of an item that holds its identity; "" where none is recognised.

    Of `/pets/{petId}` it is `petId`, `id`, or the end of the variable: `petName` → `name`.

    Args:
        names: of the item's properties.
        role: of the operation.
        extension: of the operation.

    """
    if extension.identity:
        return extension.identity
    names_by_folded = {fold_name(name): name for name in names}
    variable, item_name = fold_name(role.variable), role.address.item_name
    item_id = f"{item_name}id"
    candidates = ["id", item_id, "uuid", "key"]
    if variable:
        endings = [name for name in names_by_folded if variable.endswith(name)]
        full = [name for name in endings if variable.removesuffix(name) in (item_name, "")]
        longest_first = sorted(endings, key=len, reverse=True)
        candidates = [variable, item_id, *full, "id", *longest_first, "uuid", "key"]
    for name in candidates:
        if name and name in names_by_folded:
            return names_by_folded[name]
    return ""
