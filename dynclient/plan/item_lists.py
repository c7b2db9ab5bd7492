"""A body of items that is given as an iterator: the list of its items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from dynclient.model import MediaType
from dynclient.plan.binder import Binding
from dynclient.plan.json_values import JSON_CONTAINERS
from dynclient.violations import Violation

#: How many items an iterator may give: one without an end must not fill the memory.
MAX_ITEMS = 1_000_000


def list_items(binding: Binding, entry: MediaType | None) -> None:
    """Turn an iterable into the list of its items, where a body is made of items."""
    body = binding.call.get("body")
    if type(body) in JSON_CONTAINERS or entry is None or not _has_item_list(entry):
        return
    if isinstance(body, str | Mapping | list | tuple) or not isinstance(body, Iterable):
        return
    if hasattr(body, "read") or isinstance(body, bytes | bytearray | memoryview):
        return
    items = list(islice(body, MAX_ITEMS + 1))
    if len(items) > MAX_ITEMS:
        text = f"has more than {MAX_ITEMS:,} items; send them in several calls"
        binding.violations.append(Violation("maxItems", ("body",), text))
        items = []
    binding.call["body"] = items


def _has_item_list(entry: MediaType) -> bool:
    return entry.sequence_format is not None or entry.item_schema is not None
