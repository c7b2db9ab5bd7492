"""The extension `x-sandbox` of a document, and common names of paging parameters.

The extension says what no path, method or schema tells of an API. It stands at the top of a
document:

    x-sandbox:
      conventions:                      # what a query does, on every operation that declares it
        - query: {dry: true}
          store: false                  # the response is the same, nothing is stored
        - query: {silent: "yes"}
          answer: 204                   # where the operation declares it
      parts: responseContent            # the property of a request that lists optional parts
      operations:
        updateCustomerSessionV2:
          identity: integrationId       # the property that holds the identity in the path
          update: merge                 # a PUT keeps the properties that it leaves out
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dynclient.model import Document, Operation, Parameter

EXTENSION = "x-sandbox"

#: Folded names in a query: the size of a page, the items to skip, the number of a page.
PAGE_SIZE = ("pagesize", "limit", "perpage", "size", "maxresults", "top")
OFFSET = ("skip", "offset")
PAGE_NUMBER = ("page", "pagenumber")
#: Names in a response: whether there is another page, and how many items there are in all.
HAS_MORE = ("hasmore", "hasnext", "more")
TOTAL_COUNT = (
    "totalresultsize",
    "total",
    "totalcount",
    "totalresults",
    "totalitems",
    "totalelements",
)
#: Names that hold the items of a list, or one item, of any resource.
ITEMS = ("data", "items", "results", "values", "content", "entries", "records")
ITEM = ("data", "item", "result")


def fold_name(name: str) -> str:
    """Return a name for comparison: in lower case, without `_`, `-` and `.`."""
    return name.lower().replace("_", "").replace("-", "").replace(".", "")


@dataclass(frozen=True)
class OperationExtension:
    """What a document says of one operation in its extension.

    Attributes:
        collection: path template of the collection, where the operation's own path does not tell.
        role: what the operation does, where its method does not tell.
        identity: the property that holds the identity.
        item: the property of a response that holds the item.
        unique: properties that together are unique in a collection.
        update: `merge` keeps the properties that an update leaves out; `replace`, as PUT does
            otherwise, removes them.
        set: property → value that the operation gives the item.
        each: the property of a request that lists identities, each of one item.

    """

    collection: str = ""
    role: str = ""
    identity: str = ""
    item: str = ""
    unique: tuple[str, ...] = ()
    update: str = ""
    set: Mapping[str, Any] = field(default_factory=dict)
    each: str = ""


@dataclass(frozen=True)
class QueryConvention:
    """What a value in the query does.

    Attributes:
        query: the values that ask for it, by parameter.
        store: whether the operation changes the stored items.
        answer: the status of the response, where the operation declares it.

    """

    query: Mapping[str, Any]
    store: bool = True
    answer: int | None = None


class SandboxExtension:
    """The `x-sandbox` extension of a document; a value of the wrong type in it is ignored.

    Attributes:
        parts_property: the property of a request's body that lists the optional parts of its
            response; "" for none.

    """

    def __init__(self, document: Document) -> None:
        extension = _as_object(_as_object(document.top.value).get(EXTENSION))
        self._operation_extensions = {
            key: _read_operation_extension(_as_object(node))
            for key, node in _as_object(extension.get("operations")).items()
        }
        self.parts_property = _as_text(extension.get("parts"))
        self._conventions = [
            _read_convention(node)
            for node in _as_list(extension.get("conventions"))
            if isinstance(node, dict)
        ]

    def get_operation_extension(self, operation: Operation) -> OperationExtension:
        """Return what the extension says of one operation."""
        return self._operation_extensions.get(operation.key, OperationExtension())

    def find_conventions(
        self, operation: Operation, query: Mapping[str, Any]
    ) -> list[QueryConvention]:
        """Return the conventions that a query asks for; a missing parameter has its default."""
        if not self._conventions:
            return []
        declared = {p.name: p for p in operation.parameters if p.location == "query"}

        def is_asked_for(convention: QueryConvention) -> bool:
            for name, wanted in convention.query.items():
                if name not in declared:
                    return False
                if query.get(name, get_default(declared[name])) != wanted:
                    return False
            return True

        return [c for c in self._conventions if c.query and is_asked_for(c)]


def get_default(parameter: Parameter) -> Any:
    """Return the default of a parameter's schema; None where it has none."""
    if parameter.schema is None:
        return None
    return parameter.schema.resolve().get_child("default").value


def _read_operation_extension(node: Mapping[str, Any]) -> OperationExtension:
    return OperationExtension(
        collection=_as_text(node.get("collection")),
        role=_as_text(node.get("role")),
        identity=_as_text(node.get("identity")),
        item=_as_text(node.get("item")),
        unique=tuple(name for name in _as_list(node.get("unique")) if isinstance(name, str)),
        update=_as_text(node.get("update")),
        set=_as_object(node.get("set")),
        each=_as_text(node.get("each")),
    )


def _read_convention(node: Mapping[str, Any]) -> QueryConvention:
    status = node.get("answer")
    return QueryConvention(
        query=_as_object(node.get("query")),
        store=node.get("store") is not False,
        answer=status if isinstance(status, int) else None,
    )


def _as_object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else ""
