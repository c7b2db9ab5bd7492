"""The response of one operation: its status, media type, headers and body."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dynclient.generate import NoExample, copy_request_values
from dynclient.model import MediaType, Parameter
from dynclient.model import Response as DeclaredResponse
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.plan.plan import Plan
from dynclient.plan.result_table import BODILESS_STATUSES, FIRST_ERROR_STATUS
from dynclient.sandbox.content_negotiation import negotiate_media_type
from dynclient.sandbox.error_bodies import build_problem_response, fill_error_body
from dynclient.sandbox.preferences import Preferences
from dynclient.sandbox.response_sampler import ResponseSampler, SampledBody, SampledParameter
from dynclient.wire import media
from dynclient.wire.message import Headers, Response

_STATUS = re.compile(r"[1-5][0-9][0-9]")
OK = 200
MULTIPLE_CHOICES = 300
BAD_REQUEST = 400
UNSUPPORTED_MEDIA_TYPE = 415
UNPROCESSABLE_CONTENT = 422


@dataclass(frozen=True)
class UnencodedResponse:
    """A response whose body is not yet bytes.

    Attributes:
        status: of the response.
        headers: those that the document requires.
        body: the sampled body; None where there is none.
        value: the value to send in place of the sample; always valid.

    """

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: SampledBody | None = None
    value: Any = None

    @property
    def is_json(self) -> bool:
        """Whether there is a JSON body."""
        return self.body is not None and media.is_json(self.body.media_type)


class ResponseBuilder:
    """Builds the responses of one operation; the same request gets the same response.

    Args:
        plan: of the operation.
        seed: of all samples.

    """

    def __init__(self, plan: Plan, seed: int) -> None:
        self._plan = plan
        self._sampler = ResponseSampler(plan, seed)

    def build_success(
        self, request: ParsedRequest, call: Mapping[str, Any], *statuses: int
    ) -> UnencodedResponse:
        """Return the response to a valid call.

        Properties of the body that have the name of a property of the request's body, or of a path
        parameter, take its value where the body stays valid.

        Args:
            request: the request.
            call: its call document.
            *statuses: the first that is declared is taken; the lowest success where none is.

        Raises:
            NoExample: no valid body or header was found.

        """
        responses = self._plan.operation.responses
        for status in statuses:
            if str(status) in responses:
                return self._build_declared(status, responses[str(status)], request, call)
        status, declared = self._lowest_success
        if declared is None:
            return UnencodedResponse(status)
        return self._build_declared(status, declared, request, call)

    def _build_declared(
        self,
        status: int,
        declared: DeclaredResponse,
        request: ParsedRequest,
        call: Mapping[str, Any],
    ) -> UnencodedResponse:
        headers = self._sampler.sample_headers(declared)
        body = self._sample_body(declared, request)
        if status in BODILESS_STATUSES or body is None:
            return UnencodedResponse(status, headers)
        value = body.value
        if media.is_json(body.media_type):
            value = copy_request_values(value, call.get("body"), body.is_valid)
            value = copy_request_values(value, call.get("path"), body.is_valid)
        return UnencodedResponse(status, headers, body, value)

    def sample_complete_body(self, response: UnencodedResponse, request: ParsedRequest) -> Any:
        """Return a sample of a response's body with every declared property, if any is found."""
        declared = self._plan.operation.find_response(response.status)
        if declared is None:
            return None
        media_type = _negotiate(request, declared)
        if media_type is None:
            return None
        try:
            return self._sampler.sample_complete(*media_type)
        except NoExample:
            return None

    def sample_parameter(self, parameter: Parameter) -> SampledParameter | None:
        """Return a value of a parameter, if any is found."""
        return self._sampler.sample_parameter(parameter)

    def build_preferred(
        self,
        preferences: Preferences,
        request: ParsedRequest,
        call: Mapping[str, Any],
        number: int,
    ) -> Response | None:
        """Return the response that a request prefers; None where the document has no such response.

        Args:
            preferences: of the request.
            request: the request.
            call: its call document.
            number: of the operation's request; a dynamic response is another each time.

        Raises:
            NoExample: no valid body or header was found.

        """
        code = preferences.code
        status, declared = self._lowest_success
        if code is not None:
            status, declared = code, self._plan.operation.find_response(code)
        if declared is None:
            return None

        body = self._sample_preferred(preferences, request, declared, number)
        if body is not None:
            headers = self._sampler.sample_headers(declared)
            return self.encode(UnencodedResponse(status, headers, body, body.value), request)
        if code is None:
            return None
        if code >= FIRST_ERROR_STATUS:
            return self.build_refusal(code, [f"the request asked for {code}"], request)
        return self.encode(self._build_declared(code, declared, request, call), request)

    def _sample_preferred(
        self,
        preferences: Preferences,
        request: ParsedRequest,
        declared: DeclaredResponse,
        number: int,
    ) -> SampledBody | None:
        if not (preferences.example or preferences.is_dynamic):
            return None
        media_type = _negotiate(request, declared)
        if media_type is None:
            return None
        sample_number = number if preferences.is_dynamic else None
        return self._sampler.sample_preferred(*media_type, preferences.example, sample_number)

    def encode(self, response: UnencodedResponse, request: ParsedRequest) -> Response:
        """Return a response with its body as bytes."""
        if response.body is None:
            return Response(response.status, Headers(response.headers))
        return _encode_body(response, response.body, request)

    def build_for_status(
        self, status: int, request: ParsedRequest, call: Mapping[str, Any]
    ) -> UnencodedResponse:
        """Return the response to a valid call with one status, declared or not.

        Raises:
            NoExample: no valid body or header was found.

        """
        declared = self._plan.operation.find_response(status)
        if declared is None:
            return UnencodedResponse(status)
        return self._build_declared(status, declared, request, call)

    def sample_headers(self, declared: DeclaredResponse) -> Sequence[tuple[str, str]]:
        """Return the headers that the document requires of a response.

        Raises:
            NoExample: no valid value was found for one of them.

        """
        return self._sampler.sample_headers(declared)

    @property
    def success_status(self) -> int:
        """The lowest declared success status."""
        return self._lowest_success[0]

    def has_error_response(self, status: int) -> bool:
        """Tell whether an error status is declared, as such, as a range or as `default`."""
        responses = self._plan.operation.responses
        if str(status) in responses or f"{status // 100}XX" in responses:
            return True
        return "default" in responses and len(responses) > 1

    @property
    def _lowest_success(self) -> tuple[int, DeclaredResponse | None]:
        """The lowest declared success; a redirect only where nothing else is declared."""
        responses = self._plan.operation.responses
        statuses = sorted(int(key) for key in responses if _STATUS.fullmatch(key))
        for status in statuses:
            if OK <= status < MULTIPLE_CHOICES:
                return status, responses[str(status)]
        for key in ("2XX", "default"):
            if key in responses:
                return OK, responses[key]
        for status in statuses:
            if MULTIPLE_CHOICES <= status < FIRST_ERROR_STATUS:
                return status, responses[str(status)]
        return OK, None

    def build_refusal(
        self,
        status: int,
        reasons: Sequence[str],
        request: ParsedRequest,
        *headers: tuple[str, str],
    ) -> Response:
        """Return the response that refuses a request.

        Its body fits the declared schema of the status; it is a problem document where there is
        none.

        Args:
            status: of the response.
            reasons: what is wrong.
            request: the request.
            headers: beside those that the document requires.

        """
        declared = self._plan.operation.find_response(status)
        if declared is not None:
            try:
                return self._build_declared_refusal(status, declared, reasons, request, headers)
            except NoExample:
                pass  # A problem document says more than a 500 does.
        return build_problem_response(status, "; ".join(reasons), headers)

    def _build_declared_refusal(
        self,
        status: int,
        declared: DeclaredResponse,
        reasons: Sequence[str],
        request: ParsedRequest,
        headers: Sequence[tuple[str, str]],
    ) -> Response:
        all_headers = (*self._sampler.sample_headers(declared), *headers)
        body = self._sample_body(declared, request, full=True)
        if body is None:
            return Response(status, Headers(all_headers))
        value = fill_error_body(body, status, reasons)
        return _encode_body(UnencodedResponse(status, all_headers, body, value), body, request)

    def choose_refusal_status(self, *, is_media_type_unknown: bool) -> int:
        """Return the status for an invalid request: 400, or 422 where only that is declared."""
        responses = self._plan.operation.responses
        if is_media_type_unknown and str(UNSUPPORTED_MEDIA_TYPE) in responses:
            return UNSUPPORTED_MEDIA_TYPE
        declares_only_422 = (
            str(BAD_REQUEST) not in responses and str(UNPROCESSABLE_CONTENT) in responses
        )
        return UNPROCESSABLE_CONTENT if declares_only_422 else BAD_REQUEST

    def _sample_body(
        self, declared: DeclaredResponse, request: ParsedRequest, *, full: bool = False
    ) -> SampledBody | None:
        media_type = _negotiate(request, declared)
        if media_type is None:
            return None
        return self._sampler.sample_body(declared, *media_type, full=full)


def _negotiate(request: ParsedRequest, declared: DeclaredResponse) -> tuple[MediaType, str] | None:
    return negotiate_media_type(request.headers.get("accept", ""), declared.content)


def _encode_body(
    response: UnencodedResponse, body: SampledBody, request: ParsedRequest
) -> Response:
    content_type, content = body.encode(response.value)
    content = b"" if request.method == "HEAD" else content
    headers = Headers([("Content-Type", content_type), *response.headers])
    return Response(response.status, headers, content)
