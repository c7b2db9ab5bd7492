"""What a call of an operation takes, and what the body of its result has, as flat lists."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dynclient.model import MediaType
from dynclient.pagination.json_pointers import join_pointer
from dynclient.pagination.paging_names import fold_name
from dynclient.plan.plan import Plan
from dynclient.wire import media
from dynclient.wire.schema_types import SchemaTypes

MAX_FIELDS = 600
MAX_CALL_DEPTH = 2
MAX_RESULT_DEPTH = 3

_SUCCESS = re.compile(r"2[0-9X][0-9X]")


@dataclass(frozen=True, eq=False)
class SchemaField:
    """A place in a call or in the body of a result.

    Attributes:
        keys: the names on the way to it.
        types: what its schema allows.

    """

    keys: tuple[str, ...]
    types: SchemaTypes

    @property
    def pointer(self) -> str:
        """The JSON pointer to it."""
        return join_pointer(self.keys)

    @cached_property
    def name(self) -> str:
        """Its own name, folded."""
        return fold_name(self.keys[-1])

    @cached_property
    def parents(self) -> tuple[str, ...]:
        """The names of the objects that hold it, folded, the outermost first."""
        return tuple(fold_name(key) for key in self.keys[:-1])

    def can_be(self, *types: str) -> bool:
        """Tell whether it may have one of some JSON types; any where the schema says none."""
        return not self.types.types or bool(self.types.types & set(types))

    def is_only(self, *types: str) -> bool:
        """Tell whether it has one of some JSON types, or null, and no other."""
        own = self.types.types - {"null"}
        return bool(own) and own <= set(types)

    @property
    def is_number(self) -> bool:
        """Whether it counts something."""
        return self.is_only("integer", "number")

    def find_keyword(self, keyword: str) -> Any:
        """Return what the first of its schemas with a keyword says there; None without one."""
        for part in self.types.subschemas:
            if keyword in part:
                return part[keyword]
        return None


class OperationFields:
    """The fields of an operation's calls, and of the JSON body of its success.

    Args:
        plan: of the operation.

    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.operation = plan.operation

    @cached_property
    def call_fields(self) -> list[SchemaField]:
        """The parameters, the members of those that are objects, and those of a JSON body."""
        fields: list[SchemaField] = []
        defs = self._plan.schemas.get_dialect("request").defs
        for parameter in self.operation.parameters:
            if parameter.location not in ("query", "header"):
                continue
            schema = self._plan.schemas.translate(parameter.schema, "request")
            keys = (parameter.location, parameter.name)
            fields += _walk_members(keys, SchemaTypes(schema, defs), MAX_CALL_DEPTH)
        entry = self._find_json_body()
        if entry is not None:
            schema = self._plan.schemas.translate_body(entry, "request")
            fields += _walk_members(("body",), SchemaTypes(schema, defs), MAX_CALL_DEPTH)
        return fields[:MAX_FIELDS]

    def _find_json_body(self) -> MediaType | None:
        entry = self._plan.find_media_type(None)
        return entry if entry is not None and media.is_json(entry.name) else None

    @cached_property
    def result_media_type(self) -> MediaType | None:
        """The JSON body of the lowest success, or None."""
        responses = self.operation.responses
        statuses = sorted(status for status in responses if _SUCCESS.fullmatch(status))
        for status in [*statuses, "default"]:
            if status in responses:
                for name, entry in responses[status].content.items():
                    if media.is_json(name):
                        return entry
        return None

    @cached_property
    def result_types(self) -> SchemaTypes:
        """What the body of a success may be."""
        entry, schemas = self.result_media_type, self._plan.schemas
        schema = schemas.translate_body(entry, "response") if entry is not None else False
        return SchemaTypes(schema, schemas.get_dialect("response").defs)

    @cached_property
    def result_fields(self) -> list[SchemaField]:
        """The properties of the body of a success, those at the top first."""
        return list(_walk_members((), self.result_types, MAX_RESULT_DEPTH))[1:]

    @cached_property
    def result_headers(self) -> dict[str, str]:
        """The header fields of a success by folded name, as the document spells them."""
        names: dict[str, str] = {}
        for status, response in self.operation.responses.items():
            if _SUCCESS.fullmatch(status):
                names |= {fold_name(name): name for name in response.headers}
        return names


def _walk_members(keys: tuple[str, ...], types: SchemaTypes, depth: int) -> Iterator[SchemaField]:
    """Yield a place, then the members of the objects in it, level by level."""
    pending = deque([(SchemaField(keys, types), 0)])
    count = 0
    while pending and count < MAX_FIELDS:
        field, level = pending.popleft()
        count += 1
        yield field
        if level < depth and field.can_be("object"):
            for name in _list_member_names(field.types):
                member = SchemaField((*field.keys, name), field.types.find_member_types(name))
                pending.append((member, level + 1))


def _list_member_names(types: SchemaTypes) -> list[str]:
    names: dict[str, None] = {}
    for part in types.subschemas:
        names |= dict.fromkeys(part.get("properties", ()))
    return list(names)
