"""The steps of a session: which values of a call came from earlier results."""

from __future__ import annotations

import builtins
import keyword
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dynclient.display_text import format_count
from dynclient.masking import ANY_MEMBER, SecretNames
from dynclient.names import to_snake_case
from dynclient.plan.call_document import Call
from dynclient.repl.history import History, RecordedExchange
from dynclient.repl.seen_values import (
    find_collection,
    is_identity,
    iterate_scalars,
    name_identities,
)

#: A text of this length that came in a result, and then stands in a call, was taken from it.
MIN_TEXT_CHARS = 8

#: The words with which the names of operations begin, which say nothing of their results.
_VERBS = frozenset(
    [
        "add",
        "change",
        "create",
        "delete",
        "enrol",
        "find",
        "fetch",
        "get",
        "list",
        "patch",
        "post",
        "put",
        "read",
        "register",
        "remove",
        "retrieve",
        "search",
        "set",
        "update",
    ]
)
_VERSION = re.compile(r"v[0-9]+")
_TAKEN_NAMES = frozenset(
    [
        "client",
        "contextlib",
        "document",
        "dynclient",
        "itertools",
        "os",
        "pathlib",
        "pytest",
        "result",
        "streamed_item",
    ]
)

_LOCATIONS = ("path", "query", "header", "cookie", "querystring", "body")


class PythonExpression:
    """Code that stands in the place of a value; its repr is the code."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __repr__(self) -> str:
        return self.code


class ResultReference(PythonExpression):
    """A value that came from the result of an earlier step."""

    def __init__(self, step: SessionStep, path: tuple[str | int, ...], value: Any) -> None:
        keys = "".join(f"[{_write_key(key)}]" for key in path)
        super().__init__(f"{step.variable}{keys}")
        self.step = step
        self.path = path
        self.value = value


def _write_key(key: str | int) -> str:
    text = repr(key)
    return f'"{text[1:-1]}"' if text[0] == "'" and '"' not in text else text


@dataclass
class SessionStep:
    """An exchange in a script.

    Attributes:
        exchange: what was sent, and what came.
        variable: what its data are called.
        call: the call document, with references and expressions in place of values.
        is_used: whether a later step takes a value from its result.

    """

    exchange: RecordedExchange
    variable: str
    call: Call = field(default_factory=Call)
    is_used: bool = False


class _ResultValue(NamedTuple):
    """A scalar of a result: where it stands, and what it identifies."""

    step: SessionStep
    path: tuple[str | int, ...]
    identities: frozenset[str]
    is_identity: bool


def build_steps(history: History) -> list[SessionStep]:
    """Return the steps of a session: its exchanges with a response, except those left out."""
    builder = _StepBuilder()
    for exchange in history:
        is_of_session = exchange.operation.operation.document is history.document
        if exchange.call is not None and exchange.result is not None and is_of_session:
            builder.add(exchange, exchange.call)
    return builder.steps


def describe_left_out(history: History, steps: Sequence[SessionStep]) -> list[str]:
    """Return what a script says of the exchanges that are not in it, a line each."""
    lines = []
    if history.left_out:
        lines.append(f"The first {history.left_out} exchanges are not kept any more.")
    rest = len(history) - len(steps)
    if rest:
        count = format_count(rest, "exchange")
        lines.append(
            f"Left out: {count} without a response, of another document, or of a ready Request."
        )
    return lines


class _StepBuilder:
    """Makes steps one after the other, and remembers where values came from."""

    def __init__(self) -> None:
        self.steps: list[SessionStep] = []
        self._sources: dict[tuple[type, Any], list[_ResultValue]] = {}
        self._given: set[tuple[type, Any]] = set()
        self._variables: set[str] = set(_TAKEN_NAMES)

    def add(self, exchange: RecordedExchange, call: Call) -> None:
        """Add the step of an exchange."""
        step = SessionStep(exchange, self._choose_variable(exchange))
        secrets = exchange.request.secret_names
        for location in call:
            is_location = location in _LOCATIONS
            value = call[location]
            step.call[location] = (
                self._replace(step, location, "", value, secrets) if is_location else value
            )
        self.steps.append(step)
        if exchange.result is not None:
            self._add_result(step, exchange.result.data)

    def _choose_variable(self, exchange: RecordedExchange) -> str:
        words = exchange.operation.operation.python_name.strip("_").split("_")
        if words[0] in _VERBS:
            words = words[1:]
        name = "_".join(word for word in words if not _VERSION.fullmatch(word)) or "data"
        is_free = name.isidentifier() and not keyword.iskeyword(name) and name not in dir(builtins)
        base = name if is_free else f"{name}_data" if name.isidentifier() else "data"
        candidate, number = base, 1
        while candidate in self._variables:
            number += 1
            candidate = f"{base}_{number}"
        self._variables.add(candidate)
        return candidate

    def _replace(
        self, step: SessionStep, location: str, name: str, value: Any, secrets: SecretNames
    ) -> Any:
        """Return a part of a call with references in place of what came from results."""
        if isinstance(value, dict):
            is_secret = location == "body" and secrets.are_members_secret
            return {
                key: self._replace(
                    step, location, ANY_MEMBER if is_secret else key, member, secrets
                )
                for key, member in value.items()
            }
        if isinstance(value, list):
            return [self._replace(step, location, name, item, secrets) for item in value]
        if value is not None and is_secret_value(location, name, secrets):
            shown_name = location if name in ("", ANY_MEMBER) else name
            return PythonExpression(f'os.environ["{build_secret_variable(shown_name)}"]')
        if isinstance(value, str | int) and not isinstance(value, bool):
            return self._find_reference(step, location, name, value) or value
        return write_special_value(value)

    def _find_reference(
        self, step: SessionStep, location: str, name: str, value: str | int
    ) -> ResultReference | None:
        key = (type(value), value)
        is_in_path = location == "path"
        is_identifying = is_in_path or is_identity(name)
        if key in self._given:
            return None
        path = step.exchange.operation.path
        identities = set(name_identities(name, find_collection(path, name)))
        source = self._choose_source(key, identities, is_identifying=is_identifying)
        if source is None:
            if isinstance(value, str) or is_identifying:
                self._given.add(key)
            return None
        source.step.is_used = True
        return ResultReference(source.step, source.path, value)

    def _choose_source(
        self, key: tuple[type, Any], identities: set[str], *, is_identifying: bool
    ) -> _ResultValue | None:
        """Return where a value came from: a place that means the same, else one that may.

        Of several it is the one that lies least deep, and of those the first.
        """
        sources = self._sources.get(key, [])
        if is_identifying:
            same = [source for source in sources if source.identities & identities]
            sources = same or [source for source in sources if source.is_identity]
        elif not isinstance(key[1], str) or len(key[1]) < MIN_TEXT_CHARS:
            return None
        return min(sources, key=lambda source: len(source.path), default=None)

    def _add_result(self, step: SessionStep, data: Any) -> None:
        collection = find_collection(step.exchange.operation.path)
        for owner, path, value in iterate_scalars(data, collection):
            names = [part for part in path if isinstance(part, str)]
            if not names:
                continue
            identities = frozenset(name_identities(names[-1], owner))
            source = _ResultValue(step, path, identities, is_identity(names[-1]))
            self._sources.setdefault((type(value), value), []).append(source)


def is_secret_value(location: str, name: str, secrets: SecretNames) -> bool:
    """Tell whether a value at a place of a call is a secret."""
    checks = {
        "query": secrets.has_query,
        "header": secrets.has_header,
        "cookie": secrets.has_cookie,
        "path": secrets.has_path_variable,
    }
    return checks.get(location, secrets.has_property)(name)


def build_secret_variable(name: str) -> str:
    """Return the environment variable from which a script takes a secret."""
    return re.sub(r"[^A-Z0-9_]", "_", to_snake_case(name).upper())


def write_special_value(value: Any) -> Any:
    """Return a value as it can be written: a file by its path."""
    path = value if isinstance(value, os.PathLike) else getattr(value, "name", None)
    if isinstance(path, str | os.PathLike) and not isinstance(value, bytes):
        return PythonExpression(f"pathlib.Path({str(os.fspath(path))!r})")
    return value
