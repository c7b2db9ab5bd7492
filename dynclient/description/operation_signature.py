"""The Python signature of an operation."""

from __future__ import annotations

import inspect

from dynclient.description.value_outline import get_location_types
from dynclient.model import QUERYSTRING
from dynclient.names import to_snake_case
from dynclient.plan.binder import Binder
from dynclient.plan.plan import Plan
from dynclient.schema.dialect import Schema

INDENT_WIDTH = 4


class _OmittedArgument:
    """The default of an optional argument in a signature: it is not sent."""

    def __repr__(self) -> str:
        return "…"


OMITTED = _OmittedArgument()


def build_signature(plan: Plan, media_type: str | None = None) -> inspect.Signature:
    """Return the Python signature of an operation.

    Path parameters are positional, all other arguments are keywords, the required ones first.

    Args:
        plan: of the operation.
        media_type: of the body; None: the preferred one.

    """
    binder = plan.get_binder(media_type)
    path_names = dict.fromkeys(map(to_snake_case, binder.positional))
    positional = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        for name in path_names
        if name.isidentifier()
    ]
    required_places = find_required_places(plan, plan.get_call_schema(media_type))
    has_body_arguments = bool(plan.list_body_properties(media_type))
    required: list[inspect.Parameter] = []
    optional: list[inspect.Parameter] = []
    seen = set(path_names)
    for name in plan.list_argument_names(media_type):
        python_name = to_snake_case(name)
        is_whole_body = name == "body" and name not in binder.targets and has_body_arguments
        if python_name in seen or not python_name.isidentifier() or is_whole_body:
            continue
        seen.add(python_name)
        if _is_required(binder, name, required_places) and not has_members(binder, name):
            parameter = inspect.Parameter(python_name, inspect.Parameter.KEYWORD_ONLY)
            required.append(parameter)
        else:
            parameter = inspect.Parameter(
                python_name, inspect.Parameter.KEYWORD_ONLY, default=OMITTED
            )
            optional.append(parameter)
    return inspect.Signature([*positional, *required, *optional])


def _is_required(binder: Binder, name: str, required_places: set[tuple[str, str]]) -> bool:
    target = binder.targets.get(name)
    if target is None and name == "body":
        target = ("body", "")
    return target in required_places


def has_members(binder: Binder, name: str) -> bool:
    """Tell whether an argument is an object whose members may be given instead."""
    place = binder.targets.get(name)
    return any(place == target[0][:2] for target in binder.members.values())


def find_required_places(plan: Plan, call_schema: Schema) -> set[tuple[str, str]]:
    """Return the places that a call must give: (location, wire name), ("body", "") for the body.

    What the client fills in is not among them.
    """
    places: set[tuple[str, str]] = set()
    querystring = plan.operation.querystring
    if querystring is not None and querystring.required:
        places.add((querystring.location, querystring.name))
    for location in call_schema["properties"]:
        if location == QUERYSTRING:
            continue
        if location == "body":
            if "body" not in call_schema["required"]:
                continue
            places.add(("body", ""))
        names = get_location_types(call_schema, location).required_names
        places.update((location, name) for name in names)
    return places - plan.filled_places


def format_signature(name: str, signature: inspect.Signature, width: int = 80) -> str:
    """Return a signature under a name: on one line if it fits, else one argument per line.

    Args:
        name: what is called, such as `client.create_audience_v2`.
        signature: the signature.
        width: the columns that a line may take.

    """
    parameters = signature.parameters.values()
    flat = f"{name}{signature}"
    if len(flat) <= width or not parameters:
        return flat
    indent = " " * INDENT_WIDTH
    lines = [f"{name}("]
    has_star = False
    for parameter in parameters:
        if parameter.kind is parameter.KEYWORD_ONLY and not has_star:
            lines.append(f"{indent}*,")
            has_star = True
        lines.append(f"{indent}{parameter},")
    return "\n".join([*lines, ")"])
