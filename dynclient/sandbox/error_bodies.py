"""Bodies of error responses: in the document's own error schema, else a problem document.

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

#: Folded names of properties that say what is wrong, those of longer texts first.
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
    """Return the reason phrase of an HTTP status. Source: RFC 9110 §15."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def build_problem_response(
    status: int, detail: str, headers: Sequence[tuple[str, str]] = ()
) -> Response:
    """Return a problem document, for an error that the document has no schema for."""
    content = encode_json({"title": get_reason_phrase(status), "status": status, "detail": detail})
    return Response(status, Headers([("Content-Type", PROBLEM_MEDIA_TYPE), *headers]), content)


def fill_error_body(body: SampledBody, status: int, reasons: Sequence[str]) -> Any:
    """Return a valid error body that says what is wrong, in the properties for that.

    A property that holds only a sample is left out where it may be: it would mislead.

    Args:
        body: a valid error body with all of its properties.
        status: of the response.
        reasons: what is wrong, one reason each; the first is the most important.

    """
    if isinstance(body.value, str):
        return next(filter(body.is_valid, _generate_texts(status, reasons)), body.value)
    if not isinstance(body.value, dict):
        return body.value
    declared_names = body.property_names or ["message"]
    names = list(dict.fromkeys([*declared_names, *body.value]))
    return _ErrorBodyFiller(body, status, tuple(reasons[:MAX_LINES])).fill(names)


@dataclass
class _ErrorBodyFiller:
    """Fills one error body, property by property; each step keeps it valid."""

    body: SampledBody
    status: int
    reasons: tuple[str, ...]

    def fill(self, names: Sequence[str]) -> Any:
        value: dict[str, Any] = self.body.value
        for name, options in _propose_values(names, self.status, self.reasons):
            value = self._set_first_valid(value, name, options)
        for name, member in list(value.items()):
            if isinstance(member, dict):
                value = self._fill_object(value, name)
            elif isinstance(member, list) and member:
                value = self._fill_list(value, name)
        return self._remove_sampled(value)

    def _set_first_valid(
        self, value: dict[str, Any], name: str, options: Iterable[Any]
    ) -> dict[str, Any]:
        """Return a body with the first valid option for a property, else the same."""
        for option in options:
            candidate = {**value, name: option}
            if self.body.is_valid(candidate):
                return candidate
        return value

    def _fill_object(self, value: dict[str, Any], name: str) -> dict[str, Any]:
        """Fill a property that is an object: `{"error": {"code": …, "message": …}}`."""
        sample = value[name]
        for inner, options in _propose_values(list(sample), self.status, self.reasons):
            members = value[name]
            filled = [{**members, inner: option} for option in options]
            value = self._set_first_valid(value, name, filled)
        if value[name] == sample:
            return value
        for inner in [key for key in sample if value[name][key] == sample[key]]:
            value = self._set_first_valid(value, name, [_omit(value[name], inner)])
        return value

    def _fill_list(self, value: dict[str, Any], name: str) -> dict[str, Any]:
        """Fill a property that is a list with one item for each reason."""
        sample = value[name][0]
        if isinstance(sample, str) and name.lower() in ("errors", "messages", "details"):
            options = [list(self.reasons), list(self.reasons[:1])]
            return self._set_first_valid(value, name, options)
        if not isinstance(sample, dict):
            return value

        items = [_fill_list_item(sample, self.status, reason) for reason in self.reasons]
        filled = self._set_first_valid(value, name, [items, items[:1]])
        if filled is value:
            return value
        first_item = filled[name][0]
        for inner in [key for key in sample if first_item[key] == sample[key]]:
            filled = self._remove_from_items(filled, name, inner, sample[inner])
        return filled

    def _remove_from_items(
        self, value: dict[str, Any], name: str, inner: str, sample: Any
    ) -> dict[str, Any]:
        """Remove a sampled property from the items of a list, or empty it."""
        items = value[name]
        options = [[_omit(item, inner) for item in items]]
        if isinstance(sample, dict):
            options.append([{**item, inner: {}} for item in items])
        return self._set_first_valid(value, name, options)

    def _remove_sampled(self, value: dict[str, Any]) -> dict[str, Any]:
        """Remove what was only sampled, if another property says what is wrong."""
        sample = self.body.value
        sampled = [name for name in value if name in sample and sample[name] == value[name]]
        if len(sampled) == len(value):
            return value
        for name in sampled:
            smaller = _omit(value, name)
            value = smaller if self.body.is_valid(smaller) else value
        return value


def _omit(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: member for key, member in value.items() if key != name}


def _generate_texts(status: int, reasons: Sequence[str]) -> Iterator[str]:
    """Yield texts that say what is wrong, the fullest first."""
    yield "; ".join(reasons)
    yield reasons[0] if reasons else get_reason_phrase(status)
    yield get_reason_phrase(status)


def _propose_values(
    names: Sequence[str], status: int, reasons: Sequence[str]
) -> Iterator[tuple[str, list[Any]]]:
    """Yield each property that can say what is wrong, with the values for it, the best first."""
    folded_names = {name: name.lower().replace("_", "").replace("-", "") for name in names}
    has_text = not set(_TEXT_NAMES).isdisjoint(folded_names.values())
    texts = list(_generate_texts(status, reasons))
    titles = [get_reason_phrase(status), *texts] if has_text else texts
    for name, folded_name in folded_names.items():
        if folded_name in _TEXT_NAMES:
            yield name, texts
        elif folded_name in _TITLE_NAMES:
            yield name, titles
        elif folded_name in _STATUS_NAMES:
            yield name, [status, str(status)]


def _fill_list_item(sample: dict[str, Any], status: int, reason: str) -> dict[str, Any]:
    item = dict(sample)
    for name, options in _propose_values(list(sample), status, [reason]):
        if type(options[0]) is type(sample[name]):
            item[name] = options[0]
    return item
