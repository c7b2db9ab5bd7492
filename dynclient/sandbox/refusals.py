"""What the sandbox says when it refuses: in the document's own error schema, else as a problem document.

Source: RFC 9457 Problem Details for HTTP APIs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from dynclient.sandbox.bodies import Body
from dynclient.violations import MAX_LINES
from dynclient.wire.media import encode_json
from dynclient.wire.message import Headers, Response

PROBLEM = "application/problem+json"

#: Names of properties that say what happened, lower case without `_` and `-`; the longer text first.
_TEXT = (
    "message",
    "detail",
    "details",
    "description",
    "errordescription",
    "errormessage",
    "msg",
    "reason",
)
_TITLE = ("title", "error")
_STATUS = ("status", "statuscode", "code")


def title(status: int) -> str:
    """Return the words that HTTP has for a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def problem(status: int, detail: str, headers: Sequence[tuple[str, str]] = ()) -> Response:
    """Return a problem document, for what the document has no schema of its own."""
    content = encode_json({"title": title(status), "status": status, "detail": detail})
    return Response(status, Headers([("Content-Type", PROBLEM), *headers]), content)


def worded(body: Body, status: int, lines: Sequence[str]) -> Any:
    """Return an error body that says what is wrong, in whatever properties its schema has for that; always valid.

    What says nothing of it is left out where it may be: a made-up detail would only mislead.

    Args:
        body: a valid error body with all of its properties.
        status: of the response.
        lines: what is wrong, one thing in each; the first is the most important.

    """
    if isinstance(body.value, str):
        return next(filter(body.valid, _texts(status, lines)), body.value)
    if not isinstance(body.value, dict):
        return body.value
    names = list(dict.fromkeys([*(body.names or ["message"]), *body.value]))
    return _Wording(body, status, tuple(lines[:MAX_LINES])).run(names)


@dataclass
class _Wording:
    """Words one error body, step by step; each step keeps it valid."""

    body: Body
    status: int
    lines: tuple[str, ...]

    def run(self, names: Sequence[str]) -> Any:
        value: dict[str, Any] = self.body.value
        for name, options in _wanted(names, self.status, self.lines):
            value = self._first(({**value, name: option} for option in options), value)
        for name, member in list(value.items()):
            if isinstance(member, dict):
                value = self._object(value, name)
            elif isinstance(member, list) and member:
                value = self._list(value, name)
        return self._without_silence(value)

    def _first(
        self, options: Iterable[dict[str, Any]], otherwise: dict[str, Any]
    ) -> dict[str, Any]:
        return next(filter(self.body.valid, options), otherwise)

    def _object(self, value: dict[str, Any], name: str) -> dict[str, Any]:
        """Word a member object: `{"error": {"code": …, "message": …}}`."""
        sampled = value[name]
        for inner, options in _wanted(list(sampled), self.status, self.lines):
            value = self._first(
                ({**value, name: {**value[name], inner: option}} for option in options), value
            )
        for inner in (
            [n for n in sampled if value[name][n] == sampled[n]] if value[name] != sampled else ()
        ):
            value = self._first([{**value, name: _less(value[name], inner)}], value)
        return value

    def _list(self, value: dict[str, Any], name: str) -> dict[str, Any]:
        """Make a member list one of what is wrong: its first item is the mould."""
        mould = value[name][0]
        if isinstance(mould, str) and name.lower() in ("errors", "messages", "details"):
            return self._first(
                [{**value, name: list(self.lines)}, {**value, name: list(self.lines[:1])}], value
            )
        if not isinstance(mould, dict):
            return value
        items = [_moulded(mould, self.status, line) for line in self.lines]
        worded = self._first([{**value, name: items}, {**value, name: items[:1]}], value)
        for inner in (
            [n for n in mould if worded[name][0][n] == mould[n]] if worded is not value else ()
        ):
            bare: list[Any] = [{}] if isinstance(mould[inner], dict) else []
            options = [
                [_less(i, inner) for i in worded[name]],
                *([{**i, inner: b} for i in worded[name]] for b in bare),
            ]
            worded = self._first(({**worded, name: option} for option in options), worded)
        return worded

    def _without_silence(self, value: dict[str, Any]) -> dict[str, Any]:
        """Leave out what was only sampled, if something is said elsewhere."""
        silent = [
            name for name, member in value.items() if self.body.value.get(name, ...) == member
        ]
        for name in silent if len(silent) < len(value) else ():
            value = self._first([_less(value, name)], value)
        return value


def _less(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {k: v for k, v in value.items() if k != name}


def _texts(status: int, lines: Sequence[str]) -> Iterator[str]:
    """Yield what may be said, the fullest first."""
    yield "; ".join(lines)
    yield lines[0] if lines else title(status)
    yield title(status)


def _wanted(
    names: Sequence[str], status: int, lines: Sequence[str]
) -> Iterator[tuple[str, list[Any]]]:
    """Yield the properties to fill, and for each what may be put into it, the best first."""
    plain = {name: name.lower().replace("_", "").replace("-", "") for name in names}
    has_text = any(folded in _TEXT for folded in plain.values())
    texts = list(_texts(status, lines))
    for name, folded in plain.items():
        if folded in _TEXT:
            yield name, texts
        elif folded in _TITLE:
            yield name, [title(status), *texts] if has_text else texts
        elif folded in _STATUS:
            yield name, [status, str(status)]


def _moulded(mould: dict[str, Any], status: int, line: str) -> dict[str, Any]:
    filled = {name: options[0] for name, options in _wanted(list(mould), status, [line])}
    return {
        **mould,
        **{name: option for name, option in filled.items() if type(option) is type(mould[name])},
    }
