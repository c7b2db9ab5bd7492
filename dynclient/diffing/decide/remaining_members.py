"""Whether a property that is no longer declared in one place may still come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from dynclient.containment import ANY_ITEM, ANY_PROPERTY
from dynclient.schema.readings import Definitions
from dynclient.wire.schema_types import SchemaTypes

#: In what way a property may still come: not at all (`gone`), as another alternative declares it
#: (`elsewhere`), with any value beside the declared ones (`free`), or bound to a schema there
#: (`bound`).
Remaining = Literal["gone", "elsewhere", "free", "bound"]

#: A name that nobody declares, to look at what stands beside the declared properties.
_UNDECLARED_NAME = "\0"


def find_remaining(schema: Any, defs: Definitions, path: Sequence[str]) -> Remaining:
    """Return in what way a property may still come.

    Args:
        schema: the new schema of the part.
        defs: the definitions that its references name.
        path: where the old document declares it, from the part.

    """
    types = SchemaTypes(schema, defs)
    for step in path[:-1]:
        if step == ANY_ITEM:
            types = types.item_types
        else:
            name = _UNDECLARED_NAME if step == ANY_PROPERTY else step
            types = types.find_member_types(name)
    if types.has_property(path[-1]):
        return "elsewhere"
    if not types.can_have_member(path[-1]):
        return "gone"
    rest = types.find_member_types(path[-1])
    is_bound = any(rest.types or part for part in rest.subschemas)
    return "bound" if is_bound else "free"
