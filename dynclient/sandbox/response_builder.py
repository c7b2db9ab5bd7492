"""The response of one operation: which status, which media type, and what stands in the body."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dynclient.generate import NoExample, copy_request_values
from dynclient.model import MediaType
from dynclient.model import Response as DeclaredResponse
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.plan.plan import Plan
from dynclient.plan.results import BODILESS_STATUSES, FIRST_ERROR_STATUS
from dynclient.sandbox.error_bodies import build_problem_response, fill_error_body
from dynclient.sandbox.preferences import Preferences
from dynclient.sandbox.response_sampler import ResponseSampler, SampledBody
from dynclient.wire import media
from dynclient.wire.message import Headers, Response

_STATUS = re.compile(r"[1-5][0-9][0-9]")
MULTIPLE_CHOICES = 300
BAD_REQUEST = 400
UNSUPPORTED_MEDIA_TYPE = 415
UNPROCESSABLE_CONTENT = 422

#: What a range stands for when one media type of it has to be named.
_RANGE_DEFAULTS = {
    "*": "application/json",
    "application": "application/json",
    "text": "text/plain",
    "image": "image/png",
}


@dataclass(frozen=True)
class UnencodedResponse:
    """A response that is not yet bytes.

    Attributes:
        status: of the response.
        headers: those that the document asks for.
        body: what was sampled for it; None where there is none.
        value: what is said instead of the sample; always valid.

    """

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: SampledBody | None = None
    value: Any = None

    @property
    def is_json(self) -> bool:
        """Whether there is a body that items can stand in."""
        return self.body is not None and media.is_json(self.body.media_type)


class ResponseBuilder:
    """What one operation answers; the same for the same request.

    Args:
        plan: of the operation.
        seed: of everything that is sampled.

    """

    def __init__(self, plan: Plan, seed: int) -> None:
        self._plan = plan
        self._sampler = ResponseSampler(plan, seed)

    def build_success(
        self, incoming: ParsedRequest, call: Mapping[str, Any], *statuses: int
    ) -> UnencodedResponse:
        """Return the answer to a call that is in order.

        Properties of the body that are named like properties of the request's body, or like a path parameter, take
        their values where the body stays valid.

        Args:
            incoming: the request.
            call: what it says.
            *statuses: those to answer with, the first that is declared by its number; else the lowest success.

        Raises:
            Unsampled: no valid body or header was found.

        """
        responses = self._plan.operation.responses
        status = next((s for s in statuses if str(s) in responses), None)
        status, declared = (
            (status, responses[str(status)]) if status is not None else self._lowest_success
        )
        return (
            UnencodedResponse(status)
            if declared is None
            else self._build_declared(status, declared, incoming, call)
        )

    def _build_declared(
        self,
        status: int,
        declared: DeclaredResponse,
        incoming: ParsedRequest,
        call: Mapping[str, Any],
    ) -> UnencodedResponse:
        headers = self._sampler.sample_headers(declared)
        body = self._sample_body(declared, incoming)
        if status in BODILESS_STATUSES or body is None:
            return UnencodedResponse(status, headers)
        value = body.value
        if media.is_json(body.media_type):
            value = copy_request_values(value, call.get("body"), body.is_valid)
            value = copy_request_values(value, call.get("path"), body.is_valid)
        return UnencodedResponse(status, headers, body, value)

    def sample_complete_body(self, answer: UnencodedResponse, incoming: ParsedRequest) -> Any:
        """Return a sample of an answer's body with everything in it that its schema declares; None where none is."""
        declared = self._plan.result_table.find_response(answer.status)
        chosen = (
            negotiate_media_type(incoming.headers.get("accept", ""), declared.content)
            if declared is not None
            else None
        )
        try:
            return self._sampler.sample_complete(*chosen) if chosen else None
        except NoExample:
            return None

    def build_preferred(
        self, prefer: Preferences, incoming: ParsedRequest, call: Mapping[str, Any], turn: int
    ) -> Response | None:
        """Return the answer that a caller prefers; None where the document has no such thing.

        Args:
            prefer: what is preferred.
            incoming: the request.
            call: what it says.
            turn: which answer of the operation it is: a dynamic one is another each time.

        Raises:
            Unsampled: no valid body or header was found.

        """
        status, declared = self._lowest_success
        if prefer.code is not None:
            status, declared = prefer.code, self._plan.result_table.find_response(prefer.code)
        if declared is None:
            return None
        chosen = negotiate_media_type(incoming.headers.get("accept", ""), declared.content)
        if chosen is not None and (prefer.example or prefer.is_dynamic):
            body = self._sampler.sample_preferred(
                *chosen, prefer.example, turn if prefer.is_dynamic else None
            )
            if body is not None:
                return self.encode(
                    UnencodedResponse(
                        status, self._sampler.sample_headers(declared), body, body.value
                    ),
                    incoming,
                )
        if prefer.code is None:
            return None
        if prefer.code >= FIRST_ERROR_STATUS:
            return self.build_refusal(
                prefer.code, [f"the request asked for {prefer.code}"], incoming
            )
        return self.encode(self._build_declared(prefer.code, declared, incoming, call), incoming)

    def encode(self, answer: UnencodedResponse, incoming: ParsedRequest) -> Response:
        """Return an answer as a response."""
        if answer.body is None:
            return Response(answer.status, Headers(answer.headers))
        return self._encode_body(answer.status, answer.headers, answer.body, answer.value, incoming)

    def has_error_response(self, status: int) -> bool:
        """Tell whether the document knows an error status here, as such, as a range or as `default`."""
        responses = self._plan.operation.responses
        own = {str(status), f"{status // 100}XX"}
        return not own.isdisjoint(responses) or ("default" in responses and len(responses) > 1)

    @property
    def _lowest_success(self) -> tuple[int, DeclaredResponse | None]:
        """The lowest declared success; a redirect only where nothing else is declared."""
        responses = self._plan.operation.responses
        exact = sorted(int(key) for key in responses if _STATUS.fullmatch(key))
        own = [status for status in exact if status // 100 == 2]  # noqa: PLR2004 (2xx)
        if own:
            return own[0], responses[str(own[0])]
        for key in ("2XX", "default"):
            if key in responses:
                return 200, responses[key]
        redirects = [status for status in exact if MULTIPLE_CHOICES <= status < FIRST_ERROR_STATUS]
        return (redirects[0], responses[str(redirects[0])]) if redirects else (200, None)

    def build_refusal(
        self, status: int, lines: Sequence[str], incoming: ParsedRequest, *headers: tuple[str, str]
    ) -> Response:
        """Return the response that refuses a request: in the declared error schema of its status, if there is one.

        Args:
            status: of the response.
            lines: what is wrong.
            incoming: the request.
            headers: beside those that the document asks for.

        """
        declared = self._plan.result_table.find_response(status)
        try:
            if declared is not None:
                required = (*self._sampler.sample_headers(declared), *headers)
                body = self._sample_body(declared, incoming, full=True)
                if body is None:
                    return Response(status, Headers(required))
                return self._encode_body(
                    status, required, body, fill_error_body(body, status, lines), incoming
                )
        except NoExample:
            pass  # an error schema that nothing fits: a problem document says more than a 500
        return build_problem_response(status, "; ".join(lines), headers)

    def choose_refusal_status(self, *, is_media_type_unknown: bool) -> int:
        """Return the status that refuses an invalid request: 400 unless the document only knows 422."""
        responses = self._plan.operation.responses
        if is_media_type_unknown and str(UNSUPPORTED_MEDIA_TYPE) in responses:
            return UNSUPPORTED_MEDIA_TYPE
        only_422 = str(BAD_REQUEST) not in responses and str(UNPROCESSABLE_CONTENT) in responses
        return UNPROCESSABLE_CONTENT if only_422 else BAD_REQUEST

    def _sample_body(
        self, declared: DeclaredResponse, incoming: ParsedRequest, *, full: bool = False
    ) -> SampledBody | None:
        chosen = negotiate_media_type(incoming.headers.get("accept", ""), declared.content)
        return self._sampler.sample_body(declared, *chosen, full=full) if chosen else None

    def _encode_body(
        self,
        status: int,
        headers: Sequence[tuple[str, str]],
        body: SampledBody,
        value: Any,
        incoming: ParsedRequest,
    ) -> Response:
        content = b"" if incoming.method == "HEAD" else body.encode(value)
        return Response(status, Headers([("Content-Type", body.media_type), *headers]), content)


def negotiate_media_type(
    accept: str, content: Mapping[str, MediaType]
) -> tuple[MediaType, str] | None:
    """Return the media type to answer in and its name: what is accepted most, JSON before others, then their order.

    Where nothing declared is accepted, the document's own choice is answered. Source: RFC 9110 §12.5.1.
    """
    if not content:
        return None
    wanted = list(_parse_accept(accept)) or [("*/*", 1.0)]

    def rank(item: tuple[int, str]) -> tuple[float, bool, int]:
        position, name = item
        return (
            -_find_quality(name, wanted),
            not media.is_json(_choose_concrete_name(name, wanted)),
            position,
        )

    _, name = min(enumerate(content), key=rank)
    return content[name], _choose_concrete_name(name, wanted)


def _parse_accept(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(",")[:64]:
        name, *parameters = (text.strip().lower() for text in part.split(";"))
        if "/" in name:
            quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
            yield name, float(quality) if re.fullmatch(r"[01](\.[0-9]{0,3})?", quality) else 1.0


def _find_quality(name: str, wanted: Sequence[tuple[str, float]]) -> float:
    """Return how much a declared media type (or range) is accepted: by the most specific part of Accept."""
    kind, _, sub = media.get_essence(name).partition("/")
    best = (-1, 0.0)
    for accepted, quality in wanted:
        main, _, rest = accepted.partition("/")
        fits = (main in (kind, "*") or kind == "*") and (rest in (sub, "*") or sub == "*")
        best = max(best, ((main != "*") + (rest != "*"), quality)) if fits else best
    return best[1]


def _choose_concrete_name(name: str, wanted: Sequence[tuple[str, float]]) -> str:
    """Return the media type that a declared one is answered as; of a range, one that is accepted."""
    if "*" not in name:
        return name
    kind = media.get_essence(name).partition("/")[0]
    concrete = [accepted for accepted, quality in wanted if quality and "*" not in accepted]
    fitting = [accepted for accepted in concrete if kind in ("*", accepted.partition("/")[0])]
    named = next((accepted for accepted in fitting if media.is_json(accepted)), None)
    return named or next(iter(fitting), _RANGE_DEFAULTS.get(kind, "application/octet-stream"))
