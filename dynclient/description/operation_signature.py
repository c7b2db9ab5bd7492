"""The Python signature of an operation."""

from __future__ import annotations

import inspect

from dynclient.description.value_outline import find_required_names, get_location_types
from dynclient.names import to_snake_case
from dynclient.plan.plan import Plan
from dynclient.schema.dialect import Schema

INDENT_WIDTH = 4


class _OmittedArgument:
    """The default of an optional argument in a signature: it is not sent."""

    def __repr__(self) -> str:
        return "…"


OMITTED = _OmittedArgument()


def build_signature(plan: Plan) -> inspect.Signature:
    """Return the Python signature of an operation.

    Path parameters are positional, all other arguments are keywords, the required ones first.
    """
    path_names = dict.fromkeys(map(to_snake_case, plan.binder.positional))
    positional = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        for name in path_names
        if name.isidentifier()
    ]
    required_places = find_required_places(plan.get_call_schema())
    required: list[inspect.Parameter] = []
    optional: list[inspect.Parameter] = []
    seen = set(path_names)
    for name in plan.argument_names:
        python_name = to_snake_case(name)
        is_whole_body = name == "body" and bool(plan.body_property_names)
        if python_name in seen or not python_name.isidentifier() or is_whole_body:
            continue
        seen.add(python_name)
        if _is_required(plan, name, required_places):
            parameter = inspect.Parameter(python_name, inspect.Parameter.KEYWORD_ONLY)
            required.append(parameter)
        else:
            parameter = inspect.Parameter(
                python_name, inspect.Parameter.KEYWORD_ONLY, default=OMITTED
            )
            optional.append(parameter)
    return inspect.Signature([*positional, *required, *optional])


def _is_required(plan: Plan, name: str, required_places: set[tuple[str, str]]) -> bool:
    if name == "body" and ("body", "") in required_places:
        return True
    return plan.binder.targets.get(name) in required_places


def find_required_places(call_schema: Schema) -> set[tuple[str, str]]:
    """Return the places that a call must give: (location, wire name), ("body", "") for the body."""
    places: set[tuple[str, str]] = set()
    for location in call_schema["properties"]:
        if location == "body":
            if "body" not in call_schema["required"]:
                continue
            places.add(("body", ""))
        names = find_required_names(get_location_types(call_schema, location))
        places.update((location, name) for name in names)
    return places


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
