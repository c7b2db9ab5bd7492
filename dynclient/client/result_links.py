"""The links of a result: calls that the document proposes, with values of the result.

Source: OAS 3.2.0 Link Object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dynclient.description.described_operation import get_plan
from dynclient.document.references import Node
from dynclient.errors import UsageError
from dynclient.model import LOCATIONS
from dynclient.names import suggest
from dynclient.plan.call_document import Call
from dynclient.plan.runtime_expressions import (
    ExpressionSource,
    MissingExpressionValue,
    read_operation_reference,
)
from dynclient.violations import shorten

FindOperation = Callable[[str], Any]


class ResultLink:
    """A call that a result proposes; calling it makes the call.

    Args:
        name: of the link.
        node: the Link Object.
        source: what its expressions are evaluated on.
        find_operation: name → operation of the client.

    """

    def __init__(
        self, name: str, node: Node, source: ExpressionSource, find_operation: FindOperation
    ) -> None:
        self.name = name
        self._node = node
        self._source = source
        self._find_operation = find_operation

    @property
    def description(self) -> str:
        """The description in the document."""
        return self._node.get_text("description")

    @property
    def operation(self) -> Any:
        """The operation that it leads to.

        Raises:
            UsageError: the document does not say which, or has no such operation.

        """
        operation_id = self._node.get_text("operationId")
        if operation_id:
            return self._find_operation(operation_id)
        reference = self._node.get_text("operationRef")
        if reference:
            return self._find_operation(read_operation_reference(reference))
        raise UsageError(f"the link {self.name} names no operation")

    @property
    def call(self) -> Call:
        """The call that it proposes.

        Raises:
            UsageError: the result does not have what the call needs.

        """
        return self._build_call({})

    def __call__(self, /, **arguments: Any) -> Any:
        """Make the call and return what its operation returns; an asynchronous one is awaited.

        Args:
            **arguments: more arguments of the operation; they win over those of the link.

        Raises:
            UsageError: the result does not have what the call needs; nothing was sent.
            DynclientError: just as calling the operation does.

        """
        return self.operation(self._build_call(arguments))

    def send(self, /, **arguments: Any) -> Any:
        """Make the call, and return all that came back, as `send` of the operation does."""
        return self.operation.send(self._build_call(arguments))

    def request(self, /, **arguments: Any) -> Any:
        """Return the request of the call; nothing is sent."""
        return self.operation.request(self._build_call(arguments))

    def _build_call(self, arguments: Mapping[str, Any]) -> Call:
        operation = self.operation
        call: dict[str, Any] = {}
        for name, value in self._read_parameters():
            location, own_name = _place_parameter(operation.operation.parameters, name, self.name)
            call.setdefault(location, {})[own_name] = self._evaluate(value)
        body = self._node.get_child("requestBody").value
        if body is not None:
            call["body"] = self._evaluate(body)
        return Call(_merge_arguments(operation, call, arguments) if arguments else call)

    def _read_parameters(self) -> Iterator[tuple[str, Any]]:
        parameters = self._node.get_child("parameters")
        for name in parameters.member_keys():
            yield name, parameters.get_child(name).value

    def _evaluate(self, value: Any) -> Any:
        try:
            return self._source.evaluate(value)
        except MissingExpressionValue as error:
            raise UsageError(
                f"the link {self.name} needs {error}, which is not there; nothing was sent"
            ) from None

    def __repr__(self) -> str:
        target = self._node.get_text("operationId") or self._node.get_text("operationRef")
        return f"<ResultLink {self.name} → {shorten(target) or 'no operation'}>"


class ResultLinks(Mapping[str, ResultLink]):
    """The links of a result by their names, in document order."""

    def __init__(self, links: Mapping[str, ResultLink]) -> None:
        self._links = links

    def __getitem__(self, name: str) -> ResultLink:
        """Return a link.

        Raises:
            KeyError: the result has no link of that name; the message says which it has.

        """
        link = self._links.get(name)
        if link is None:
            near = suggest(str(name), list(self._links), 1)
            known = ", ".join(self._links) or "none"
            text = f"did you mean {near[0]}?" if near else f"links of this result: {known}"
            raise KeyError(f"no link {shorten(str(name))!r}; {text}")
        return link

    def __iter__(self) -> Iterator[str]:
        return iter(self._links)

    def __len__(self) -> int:
        return len(self._links)

    def __repr__(self) -> str:
        return f"<ResultLinks {', '.join(self._links) or 'none'}>"


def build_links(source: ExpressionSource, find_operation: FindOperation) -> ResultLinks:
    """Return the links that the document declares for a result."""
    declared = source.plan.operation.find_response(source.result.status)
    links: dict[str, ResultLink] = {}
    if declared is not None:
        for name, node in declared.node.iterate_resolved_members("links"):
            if isinstance(node.value, dict):
                links[name] = ResultLink(name, node, source, find_operation)
    return ResultLinks(links)


def _merge_arguments(
    operation: Any, call: dict[str, Any], arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a call with more arguments, which win.

    Raises:
        InvalidCall: an argument is none of the operation.

    """
    plan = get_plan(operation)
    binding = plan.get_binder().bind((), arguments)
    if binding.violations:
        raise plan.build_invalid_call(binding.violations)
    merged = dict(call)
    for place, value in binding.call.items():
        is_added = isinstance(value, dict) and isinstance(merged.get(place), dict)
        is_replaced = place == "body" and not binding.is_body_gathered
        merged[place] = {**merged[place], **value} if is_added and not is_replaced else value
    return merged


def _place_parameter(parameters: Any, name: str, link: str) -> tuple[str, str]:
    """Return location and name of a parameter that a link names, possibly as `path.id`."""
    location, _, own_name = name.partition(".")
    for parameter in parameters:
        if location in LOCATIONS and (parameter.location, parameter.name) == (location, own_name):
            return location, own_name
    for parameter in parameters:
        if parameter.name == name:
            return parameter.location, name
    raise UsageError(
        f"the link {link} gives a parameter {shorten(name)} that its operation does not have"
    )
