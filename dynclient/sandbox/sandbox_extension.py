"""What no path, method or schema tells of an API, as data: the document's own `x-sandbox`, and common paging names.

The extension stands at the top of a document:

    x-sandbox:
      conventions:                      # what a value in the query does, on every operation that declares it
        - query: {dry: true}
          store: false                  # the answer is the same, nothing is kept
        - query: {silent: "yes"}
          answer: 204                   # where the operation declares it
      parts: responseContent            # the property of a request that lists the optional parts of its answer
      operations:
        updateCustomerSessionV2:
          identity: integrationId       # the property that holds what the path names
          update: merge                 # a PUT that keeps what it leaves out
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dynclient.model import Document, Operation

EXTENSION = "x-sandbox"

#: Names in a query that size a page, skip items, or number a page (lower case, without `_` and `-`).
PAGE_SIZE = ("pagesize", "limit", "perpage", "size", "maxresults", "top")
OFFSET = ("skip", "offset")
PAGE_NUMBER = ("page", "pagenumber")
#: Names in an answer that tell whether there is more, and how many there are in all.
HAS_MORE = ("hasmore", "hasnext", "more")
TOTAL_COUNT = (
    "totalresultsize",
    "total",
    "totalcount",
    "totalresults",
    "totalitems",
    "totalelements",
)
#: Names that hold the items of a list, or one item, whatever they are.
ITEMS = ("data", "items", "results", "values", "content", "entries", "records")
ITEM = ("data", "item", "result")


def fold_name(name: str) -> str:
    """Return a name as names are compared: lower case, without `_`, `-` and `.`."""
    return name.lower().replace("_", "").replace("-", "").replace(".", "")


@dataclass(frozen=True)
class OperationExtension:
    """What a document says of one operation in its extension.

    Attributes:
        collection: path template of the collection that it is about, where its own path does not tell.
        role: what it does there, where its method does not tell.
        identity: the property that holds the identity.
        item: the property of an answer that holds the item.
        unique: properties that together must not occur twice.
        update: `merge` keeps what an update leaves out; `replace` is what PUT does otherwise.
        set: property → value that the operation gives the item.
        each: the property of the request that lists identities, each of which is one item.

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
    """What a value in the query does: `store=False` keeps nothing, `answer` is a status."""

    query: Mapping[str, Any]
    store: bool = True
    answer: int | None = None


class SandboxExtension:
    """The extension of a document; what in it is not understood is left out.

    `parts` names the property of a request's body that lists which optional parts its answer has, "" for none.
    """

    def __init__(self, document: Document) -> None:
        top = document.top.value
        given = top.get(EXTENSION) if isinstance(top, dict) else None
        given = given if isinstance(given, dict) else {}
        found = given.get("operations")
        self._operation_extensions = (
            {k: _read_operation_extension(v) for k, v in found.items()}
            if isinstance(found, dict)
            else {}
        )
        parts = given.get("parts")
        self.parts_property = parts if isinstance(parts, str) else ""
        listed = given.get("conventions")
        self._conventions = (
            [_read_convention(c) for c in listed if isinstance(c, dict)]
            if isinstance(listed, list)
            else []
        )

    def get_operation_extension(self, operation: Operation) -> OperationExtension:
        """Return what is said of one operation."""
        return self._operation_extensions.get(operation.key, OperationExtension())

    def find_conventions(
        self, operation: Operation, query: Mapping[str, Any]
    ) -> list[QueryConvention]:
        """Return the conventions that a query asks for; a parameter that is left out has its default."""
        if not self._conventions:
            return []
        declared = {p.name: p for p in operation.parameters if p.location == "query"}

        def value(name: str) -> Any:
            schema = declared[name].schema
            default = schema.resolve().get_child("default").value if schema is not None else None
            return query.get(name, default)

        return [
            c
            for c in self._conventions
            if c.query
            and all(name in declared and value(name) == wanted for name, wanted in c.query.items())
        ]


def _read_operation_extension(given: Any) -> OperationExtension:
    given = given if isinstance(given, dict) else {}
    names = ("collection", "role", "identity", "item", "update", "each")
    texts = {name: value for name in names if isinstance(value := given.get(name), str)}
    unique, values = given.get("unique"), given.get("set")
    return OperationExtension(
        **texts,
        unique=tuple(n for n in unique if isinstance(n, str)) if isinstance(unique, list) else (),
        set=values if isinstance(values, dict) else {},
    )


def _read_convention(given: Mapping[str, Any]) -> QueryConvention:
    query, answer = given.get("query"), given.get("answer")
    return QueryConvention(
        query if isinstance(query, dict) else {},
        given.get("store") is not False,
        answer if isinstance(answer, int) else None,
    )
