"""What the sandbox says when it refuses: in the document's own error schema, else as a problem document.

Source: RFC 9457 Problem Details for HTTP APIs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from dynclient.sandbox.response_sampler import SampledBody
from dynclient.violations import MAX_LINES
from dynclient.wire.media import encode_json
from dynclient.wire.message import Headers, Response

PROBLEM_MEDIA_TYPE = "application/problem+json"

#: Names of properties that say what happened, lower case without `_` and `-`; the longer text first.
_TEXT_NAMES = (
    "message",
    "detail",
    "details",
    "description",
    "errordescription",
    "errormessage",
    "msg",
    "reason",
)
_TITLE_NAMES = ("title", "error")
_STATUS_NAMES = ("status", "statuscode", "code")


def get_reason_phrase(status: int) -> str:
    """Return the words that HTTP has for a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def build_problem_response(
    status: int, detail: str, headers: Sequence[tuple[str, str]] = ()
) -> Response:
    """Return a problem document, for what the document has no schema of its own."""
    content = encode_json({"title": get_reason_phrase(status), "status": status, "detail": detail})
    return Response(status, Headers([("Content-Type", PROBLEM_MEDIA_TYPE), *headers]), content)


def fill_error_body(body: SampledBody, status: int, lines: Sequence[str]) -> Any:
    """Return an error body that says what is wrong, in whatever properties its schema has for that; always valid.

    What says nothing of it is left out where it may be: a made-up detail would only mislead.

    Args:
        body: a valid error body with all of its properties.
        status: of the response.
        lines: what is wrong, one thing in each; the first is the most important.

    """
    if isinstance(body.value, str):
        return next(filter(body.is_valid, _generate_texts(status, lines)), body.value)
    if not isinstance(body.value, dict):
        return body.value
    names = list(dict.fromkeys([*(body.property_names or ["message"]), *body.value]))
    return _ErrorBodyFiller(body, status, tuple(lines[:MAX_LINES])).fill(names)


@dataclass
class _ErrorBodyFiller:
    """Words one error body, step by step; each step keeps it valid."""

    body: SampledBody
    status: int
    lines: tuple[str, ...]

    def fill(self, names: Sequence[str]) -> Any:
        value: dict[str, Any] = self.body.value
        for name, options in _propose_values(names, self.status, self.lines):
            value = self._choose_valid(({**value, name: option} for option in options), value)
        for name, member in list(value.items()):
            if isinstance(member, dict):
                value = self._fill_object(value, name)
            elif isinstance(member, list) and member:
                value = self._fill_list(value, name)
        return self._remove_sampled(value)

    def _choose_valid(
        self, options: Iterable[dict[str, Any]], otherwise: dict[str, Any]
    ) -> dict[str, Any]:
        return next(filter(self.body.is_valid, options), otherwise)

    def _fill_object(self, value: dict[str, Any], name: str) -> dict[str, Any]:
        """Word a member object: `{"error": {"code": …, "message": …}}`."""
        sampled = value[name]
        for inner, options in _propose_values(list(sampled), self.status, self.lines):
            value = self._choose_valid(
                ({**value, name: {**value[name], inner: option}} for option in options), value
            )
        for inner in (
            [n for n in sampled if value[name][n] == sampled[n]] if value[name] != sampled else ()
        ):
            value = self._choose_valid([{**value, name: _omit(value[name], inner)}], value)
        return value

    def _fill_list(self, value: dict[str, Any], name: str) -> dict[str, Any]:
        """Make a member list one of what is wrong: its first item is the mould."""
        mould = value[name][0]
        if isinstance(mould, str) and name.lower() in ("errors", "messages", "details"):
            return self._choose_valid(
                [{**value, name: list(self.lines)}, {**value, name: list(self.lines[:1])}], value
            )
        if not isinstance(mould, dict):
            return value
        items = [_fill_list_item(mould, self.status, line) for line in self.lines]
        worded = self._choose_valid([{**value, name: items}, {**value, name: items[:1]}], value)
        for inner in (
            [n for n in mould if worded[name][0][n] == mould[n]] if worded is not value else ()
        ):
            bare: list[Any] = [{}] if isinstance(mould[inner], dict) else []
            options = [
                [_omit(i, inner) for i in worded[name]],
                *([{**i, inner: b} for i in worded[name]] for b in bare),
            ]
            worded = self._choose_valid(({**worded, name: option} for option in options), worded)
        return worded

    def _remove_sampled(self, value: dict[str, Any]) -> dict[str, Any]:
        """Leave out what was only sampled, if something is said elsewhere."""
        silent = [
            name for name, member in value.items() if self.body.value.get(name, ...) == member
        ]
        for name in silent if len(silent) < len(value) else ():
            value = self._choose_valid([_omit(value, name)], value)
        return value


def _omit(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {k: v for k, v in value.items() if k != name}


def _generate_texts(status: int, lines: Sequence[str]) -> Iterator[str]:
    """Yield what may be said, the fullest first."""
    yield "; ".join(lines)
    yield lines[0] if lines else get_reason_phrase(status)
    yield get_reason_phrase(status)


def _propose_values(
    names: Sequence[str], status: int, lines: Sequence[str]
) -> Iterator[tuple[str, list[Any]]]:
    """Yield the properties to fill, and for each what may be put into it, the best first."""
    plain = {name: name.lower().replace("_", "").replace("-", "") for name in names}
    has_text = any(folded in _TEXT_NAMES for folded in plain.values())
    texts = list(_generate_texts(status, lines))
    for name, folded in plain.items():
        if folded in _TEXT_NAMES:
            yield name, texts
        elif folded in _TITLE_NAMES:
            yield name, [get_reason_phrase(status), *texts] if has_text else texts
        elif folded in _STATUS_NAMES:
            yield name, [status, str(status)]


def _fill_list_item(mould: dict[str, Any], status: int, line: str) -> dict[str, Any]:
    filled = {name: options[0] for name, options in _propose_values(list(mould), status, [line])}
    return {
        **mould,
        **{name: option for name, option in filled.items() if type(option) is type(mould[name])},
    }
