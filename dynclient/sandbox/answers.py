"""The response of one operation: which status, which media type, and what stands in the body."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dynclient.model import MediaType
from dynclient.model import Response as DeclaredResponse
from dynclient.plan.plan import Plan
from dynclient.plan.results import FAILURE, NO_CONTENT
from dynclient.sandbox.bodies import Bodies, Body
from dynclient.sandbox.incoming import Incoming
from dynclient.sandbox.prefer import Prefer
from dynclient.sandbox.refusals import problem, worded
from dynclient.schema.samples import Unsampled, echo
from dynclient.wire import media
from dynclient.wire.message import Headers, Response

_STATUS = re.compile(r"[1-5][0-9][0-9]")
MULTIPLE_CHOICES = 300
BAD_REQUEST = 400
UNSUPPORTED = 415
UNPROCESSABLE = 422

#: What a range stands for when one media type of it has to be named.
_OF_RANGE = {
    "*": "application/json",
    "application": "application/json",
    "text": "text/plain",
    "image": "image/png",
}


@dataclass(frozen=True)
class Answer:
    """A response that is not yet bytes.

    Attributes:
        status: of the response.
        headers: those that the document asks for.
        body: what was sampled for it; None where there is none.
        value: what is said instead of the sample; always valid.

    """

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: Body | None = None
    value: Any = None

    @property
    def is_json(self) -> bool:
        """Whether there is a body that items can stand in."""
        return self.body is not None and media.is_json(self.body.media_type)


class Answers:
    """What one operation answers; the same for the same request.

    Args:
        plan: of the operation.
        seed: of everything that is sampled.

    """

    def __init__(self, plan: Plan, seed: int) -> None:
        self._plan = plan
        self._bodies = Bodies(plan, seed)

    def success(self, incoming: Incoming, call: Mapping[str, Any], *statuses: int) -> Answer:
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
        status, declared = (status, responses[str(status)]) if status is not None else self._success
        return Answer(status) if declared is None else self._said(status, declared, incoming, call)

    def _said(
        self, status: int, declared: DeclaredResponse, incoming: Incoming, call: Mapping[str, Any]
    ) -> Answer:
        headers = self._bodies.headers(declared)
        body = self._body(declared, incoming)
        if status in NO_CONTENT or body is None:
            return Answer(status, headers)
        value = body.value
        if media.is_json(body.media_type):
            value = echo(value, call.get("body"), body.valid)
            value = echo(value, call.get("path"), body.valid)
        return Answer(status, headers, body, value)

    def whole(self, answer: Answer, incoming: Incoming) -> Any:
        """Return a sample of an answer's body with everything in it that its schema declares; None where none is."""
        declared = self._plan.results.declared(answer.status)
        chosen = (
            negotiated(incoming.headers.get("accept", ""), declared.content)
            if declared is not None
            else None
        )
        try:
            return self._bodies.complete(*chosen) if chosen else None
        except Unsampled:
            return None

    def preferred(
        self, prefer: Prefer, incoming: Incoming, call: Mapping[str, Any], turn: int
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
        status, declared = self._success
        if prefer.code is not None:
            status, declared = prefer.code, self._plan.results.declared(prefer.code)
        if declared is None:
            return None
        chosen = negotiated(incoming.headers.get("accept", ""), declared.content)
        if chosen is not None and (prefer.example or prefer.dynamic):
            body = self._bodies.preferred(*chosen, prefer.example, turn if prefer.dynamic else None)
            if body is not None:
                return self.encoded(
                    Answer(status, self._bodies.headers(declared), body, body.value), incoming
                )
        if prefer.code is None:
            return None
        if prefer.code >= FAILURE:
            return self.refusal(prefer.code, [f"the request asked for {prefer.code}"], incoming)
        return self.encoded(self._said(prefer.code, declared, incoming, call), incoming)

    def encoded(self, answer: Answer, incoming: Incoming) -> Response:
        """Return an answer as a response."""
        if answer.body is None:
            return Response(answer.status, Headers(answer.headers))
        return self._response(answer.status, answer.headers, answer.body, answer.value, incoming)

    def declares(self, status: int) -> bool:
        """Tell whether the document knows an error status here, as such, as a range or as `default`."""
        responses = self._plan.operation.responses
        own = {str(status), f"{status // 100}XX"}
        return not own.isdisjoint(responses) or ("default" in responses and len(responses) > 1)

    @property
    def _success(self) -> tuple[int, DeclaredResponse | None]:
        """The lowest declared success; a redirect only where nothing else is declared."""
        responses = self._plan.operation.responses
        exact = sorted(int(key) for key in responses if _STATUS.fullmatch(key))
        own = [status for status in exact if status // 100 == 2]  # noqa: PLR2004 (2xx)
        if own:
            return own[0], responses[str(own[0])]
        for key in ("2XX", "default"):
            if key in responses:
                return 200, responses[key]
        redirects = [status for status in exact if MULTIPLE_CHOICES <= status < FAILURE]
        return (redirects[0], responses[str(redirects[0])]) if redirects else (200, None)

    def refusal(
        self, status: int, lines: Sequence[str], incoming: Incoming, *headers: tuple[str, str]
    ) -> Response:
        """Return the response that refuses a request: in the declared error schema of its status, if there is one.

        Args:
            status: of the response.
            lines: what is wrong.
            incoming: the request.
            headers: beside those that the document asks for.

        """
        declared = self._plan.results.declared(status)
        try:
            if declared is not None:
                required = (*self._bodies.headers(declared), *headers)
                body = self._body(declared, incoming, full=True)
                if body is None:
                    return Response(status, Headers(required))
                return self._response(status, required, body, worded(body, status, lines), incoming)
        except Unsampled:
            pass  # an error schema that nothing fits: a problem document says more than a 500
        return problem(status, "; ".join(lines), headers)

    def invalid_status(self, *, is_media_type_unknown: bool) -> int:
        """Return the status that refuses an invalid request: 400 unless the document only knows 422."""
        responses = self._plan.operation.responses
        if is_media_type_unknown and str(UNSUPPORTED) in responses:
            return UNSUPPORTED
        only_422 = str(BAD_REQUEST) not in responses and str(UNPROCESSABLE) in responses
        return UNPROCESSABLE if only_422 else BAD_REQUEST

    def _body(
        self, declared: DeclaredResponse, incoming: Incoming, *, full: bool = False
    ) -> Body | None:
        chosen = negotiated(incoming.headers.get("accept", ""), declared.content)
        return self._bodies.body(declared, *chosen, full=full) if chosen else None

    def _response(
        self,
        status: int,
        headers: Sequence[tuple[str, str]],
        body: Body,
        value: Any,
        incoming: Incoming,
    ) -> Response:
        content = b"" if incoming.method == "HEAD" else body.encoded(value)
        return Response(status, Headers([("Content-Type", body.media_type), *headers]), content)


def negotiated(accept: str, content: Mapping[str, MediaType]) -> tuple[MediaType, str] | None:
    """Return the media type to answer in and its name: what is accepted most, JSON before others, then their order.

    Where nothing declared is accepted, the document's own choice is answered. Source: RFC 9110 §12.5.1.
    """
    if not content:
        return None
    wanted = list(_accepted(accept)) or [("*/*", 1.0)]

    def rank(item: tuple[int, str]) -> tuple[float, bool, int]:
        position, name = item
        return -_quality(name, wanted), not media.is_json(_named(name, wanted)), position

    _, name = min(enumerate(content), key=rank)
    return content[name], _named(name, wanted)


def _accepted(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(",")[:64]:
        name, *parameters = (text.strip().lower() for text in part.split(";"))
        if "/" in name:
            quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
            yield name, float(quality) if re.fullmatch(r"[01](\.[0-9]{0,3})?", quality) else 1.0


def _quality(name: str, wanted: Sequence[tuple[str, float]]) -> float:
    """Return how much a declared media type (or range) is accepted: by the most specific part of Accept."""
    kind, _, sub = media.essence(name).partition("/")
    best = (-1, 0.0)
    for accepted, quality in wanted:
        main, _, rest = accepted.partition("/")
        fits = (main in (kind, "*") or kind == "*") and (rest in (sub, "*") or sub == "*")
        best = max(best, ((main != "*") + (rest != "*"), quality)) if fits else best
    return best[1]


def _named(name: str, wanted: Sequence[tuple[str, float]]) -> str:
    """Return the media type that a declared one is answered as; of a range, one that is accepted."""
    if "*" not in name:
        return name
    kind = media.essence(name).partition("/")[0]
    concrete = [accepted for accepted, quality in wanted if quality and "*" not in accepted]
    fitting = [accepted for accepted in concrete if kind in ("*", accepted.partition("/")[0])]
    named = next((accepted for accepted in fitting if media.is_json(accepted)), None)
    return named or next(iter(fitting), _OF_RANGE.get(kind, "application/octet-stream"))
