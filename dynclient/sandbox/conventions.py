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
SKIP = ("skip", "offset")
PAGE = ("page", "pagenumber")
#: Names in an answer that tell whether there is more, and how many there are in all.
MORE = ("hasmore", "hasnext", "more")
TOTAL = ("totalresultsize", "total", "totalcount", "totalresults", "totalitems", "totalelements")
#: Names that hold the items of a list, or one item, whatever they are.
ITEMS = ("data", "items", "results", "values", "content", "entries", "records")
ITEM = ("data", "item", "result")


def folded(name: str) -> str:
    """Return a name as names are compared: lower case, without `_`, `-` and `.`."""
    return name.lower().replace("_", "").replace("-", "").replace(".", "")


@dataclass(frozen=True)
class Extra:
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
class Convention:
    """What a value in the query does: `store=False` keeps nothing, `answer` is a status."""

    query: Mapping[str, Any]
    store: bool = True
    answer: int | None = None


class Conventions:
    """The extension of a document; what in it is not understood is left out.

    `parts` names the property of a request's body that lists which optional parts its answer has, "" for none.
    """

    def __init__(self, document: Document) -> None:
        top = document.top.value
        given = top.get(EXTENSION) if isinstance(top, dict) else None
        given = given if isinstance(given, dict) else {}
        found = given.get("operations")
        self._extras = {k: _extra(v) for k, v in found.items()} if isinstance(found, dict) else {}
        parts = given.get("parts")
        self.parts = parts if isinstance(parts, str) else ""
        listed = given.get("conventions")
        self._all = (
            [_convention(c) for c in listed if isinstance(c, dict)]
            if isinstance(listed, list)
            else []
        )

    def about(self, operation: Operation) -> Extra:
        """Return what is said of one operation."""
        return self._extras.get(operation.key, Extra())

    def of(self, operation: Operation, query: Mapping[str, Any]) -> list[Convention]:
        """Return the conventions that a query asks for; a parameter that is left out has its default."""
        if not self._all:
            return []
        declared = {p.name: p for p in operation.parameters if p.location == "query"}

        def value(name: str) -> Any:
            schema = declared[name].schema
            default = schema.resolved().child("default").value if schema is not None else None
            return query.get(name, default)

        return [
            c
            for c in self._all
            if c.query
            and all(name in declared and value(name) == wanted for name, wanted in c.query.items())
        ]


def _extra(given: Any) -> Extra:
    given = given if isinstance(given, dict) else {}
    names = ("collection", "role", "identity", "item", "update", "each")
    texts = {name: value for name in names if isinstance(value := given.get(name), str)}
    unique, values = given.get("unique"), given.get("set")
    return Extra(
        **texts,
        unique=tuple(n for n in unique if isinstance(n, str)) if isinstance(unique, list) else (),
        set=values if isinstance(values, dict) else {},
    )


def _convention(given: Mapping[str, Any]) -> Convention:
    query, answer = given.get("query"), given.get("answer")
    return Convention(
        query if isinstance(query, dict) else {},
        given.get("store") is not False,
        answer if isinstance(answer, int) else None,
    )
