"""Which parameter of the new operation is which of the old one."""

from __future__ import annotations

from dataclasses import dataclass

from dynclient.diffing.compare.request_urls import has_same_path
from dynclient.model import QUERYSTRING, TEMPLATE_VARIABLE, Operation, Parameter
from dynclient.plan.schemas import is_ignored_header


@dataclass(frozen=True)
class ParameterPair:
    """A parameter of both revisions; None on one side where the other alone has it."""

    old: Parameter | None
    new: Parameter | None


def pair_parameters(old: Operation, new: Operation) -> list[ParameterPair]:
    """Return the parameters of both operations in pairs: those of the old one first.

    Path parameters are paired by position, the others by location and name. A parameter that moved
    to another location is still the same one, since callers give it by its name. Headers that the
    standard ignores are left out.
    """
    unpaired = _list_call_parameters(new)
    is_other_template = not has_same_path(old, new)
    pairs: list[ParameterPair] = []
    for parameter in _list_call_parameters(old):
        counterpart = _find_counterpart(parameter, old, new, unpaired, by_name=is_other_template)
        pairs.append(ParameterPair(parameter, counterpart))
        unpaired = [other for other in unpaired if other is not counterpart]
    _pair_moved(pairs, unpaired)
    paired = [pair.new for pair in pairs]
    pairs += [ParameterPair(None, other) for other in unpaired if other not in paired]
    return pairs


def _pair_moved(pairs: list[ParameterPair], unpaired: list[Parameter]) -> None:
    """Give old parameters without a counterpart the one of the same name in another location."""
    by_name = {parameter.name.lower(): parameter for parameter in unpaired}
    for i, pair in enumerate(pairs):
        if pair.old is None or pair.new is not None:
            continue
        moved = by_name.pop(pair.old.name.lower(), None)
        if moved is not None:
            pairs[i] = ParameterPair(pair.old, moved)


def _list_call_parameters(operation: Operation) -> list[Parameter]:
    """Return the parameters that a call can give.

    A variable of the template that nobody declares stands at the operation itself. It promises
    nothing, so it is left out.
    """
    parameters = [
        parameter
        for parameter in operation.parameters
        if not is_ignored_header(parameter) and parameter.node.pointer != operation.node.pointer
    ]
    return parameters if operation.querystring is None else [*parameters, operation.querystring]


def find_template_variables(operation: Operation) -> list[str]:
    """Return the names in a path template, in order."""
    return TEMPLATE_VARIABLE.findall(operation.path)


def _find_counterpart(
    parameter: Parameter,
    old: Operation,
    new: Operation,
    candidates: list[Parameter],
    *,
    by_name: bool,
) -> Parameter | None:
    same_name = _find_namesake(parameter, candidates)
    if parameter.location != "path" or (by_name and same_name is not None):
        return same_name
    old_names, new_names = find_template_variables(old), find_template_variables(new)
    if len(old_names) != len(new_names) or parameter.name not in old_names:
        return same_name
    new_name = new_names[old_names.index(parameter.name)]
    for candidate in candidates:
        if candidate.location == "path" and candidate.name == new_name:
            return candidate
    return None


def _find_namesake(parameter: Parameter, candidates: list[Parameter]) -> Parameter | None:
    """Return the parameter of the same location and name; the names of headers have no case."""
    fold = str.lower if parameter.location == "header" else str
    for candidate in candidates:
        # The name of the whole query is not on the wire.
        is_same_name = parameter.location == QUERYSTRING or fold(candidate.name) == fold(
            parameter.name
        )
        if is_same_name and candidate.location == parameter.location:
            return candidate
    return None
