"""Spans and metrics of OpenTelemetry, one for each request that is sent.

Source: OpenTelemetry semantic conventions 1.38, HTTP client spans and HTTP client metrics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from opentelemetry import context, metrics, propagate, trace

from dynclient import __version__
from dynclient.errors import TransportError
from dynclient.wire.message import Response

if TYPE_CHECKING:
    from dynclient.transport.observing.call_observer import ObservedOperation, SentRequest

_KNOWN_METHODS = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_DURATION_BOUNDARIES = (
    *(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75),
    *(1.0, 2.5, 5.0, 7.5, 10.0),
)
_FIRST_ERROR_STATUS = 400


class Telemetry:
    """Begins a span for each request, and measures how long it takes and how large it is.

    Args:
        providers: a TracerProvider, a MeterProvider or both; what is missing is the global one.

    """

    def __init__(self, providers: tuple[Any, ...] = ()) -> None:
        tracers = [each for each in providers if hasattr(each, "get_tracer")]
        meters = [each for each in providers if hasattr(each, "get_meter")]
        self._tracer = trace.get_tracer("dynclient", __version__, next(iter(tracers), None))
        meter = metrics.get_meter("dynclient", __version__, next(iter(meters), None))
        self._duration = meter.create_histogram(
            "http.client.request.duration",
            unit="s",
            description="Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=_DURATION_BOUNDARIES,
        )
        self._request_size = meter.create_histogram(
            "http.client.request.body.size",
            unit="By",
            description="Size of HTTP client request bodies.",
        )
        self._response_size = meter.create_histogram(
            "http.client.response.body.size",
            unit="By",
            description="Size of HTTP client response bodies, content coding undone.",
        )

    def begin(self, operation: ObservedOperation, sent: SentRequest, url: str) -> SpanRecorder:
        """Begin the span of a request, and make it the current one."""
        common = _build_attributes(operation, sent)
        attributes = {
            **common,
            "url.full": url,
            "openapi.operation_id": operation.operation_id,
        }
        if sent.outgoing.method not in _KNOWN_METHODS:
            attributes["http.request.method_original"] = sent.outgoing.method
        if sent.resend_count:
            attributes["http.request.resend_count"] = sent.resend_count
        method = sent.outgoing.method if sent.outgoing.method in _KNOWN_METHODS else "HTTP"
        span = self._tracer.start_span(
            f"{method} {operation.path}", kind=trace.SpanKind.CLIENT, attributes=attributes
        )
        return SpanRecorder(self, span, common, sent)

    def record(
        self,
        attributes: dict[str, Any],
        elapsed_s: float,
        request_bytes: int | None,
        response_bytes: int | None,
    ) -> None:
        """Record the metrics of a request."""
        self._duration.record(elapsed_s, attributes)
        if request_bytes is not None:
            self._request_size.record(request_bytes, attributes)
        if response_bytes is not None:
            self._response_size.record(response_bytes, attributes)


class SpanRecorder:
    """The span of one request; it is the current one until it ends.

    Args:
        telemetry: takes the metrics.
        span: the span.
        attributes: what span and metrics have in common.
        sent: the request.

    """

    def __init__(
        self, telemetry: Telemetry, span: Any, attributes: dict[str, Any], sent: SentRequest
    ) -> None:
        self._telemetry = telemetry
        self._span = span
        self._attributes = attributes
        self._request_bytes = sent.size_bytes
        self._token = context.attach(trace.set_span_in_context(span))
        carrier: dict[str, str] = {}
        if not sent.outgoing.is_cross_origin:
            propagate.inject(carrier)
        given = {name.lower() for name, _ in sent.outgoing.headers}
        #: The fields by which the server can continue the trace; those of the caller stay.
        self.headers = tuple(
            (name, value) for name, value in carrier.items() if name.lower() not in given
        )

    def end(
        self, outcome: Response | BaseException, elapsed_s: float, response_bytes: int | None
    ) -> None:
        """End the span with a response, or with what came instead."""
        found: dict[str, Any] = {}
        status = outcome.status if isinstance(outcome, Response | TransportError) else None
        if status is not None:
            found["http.response.status_code"] = status
        if not isinstance(outcome, Response):
            found["error.type"] = type(outcome).__name__
        elif outcome.status >= _FIRST_ERROR_STATUS:
            found["error.type"] = str(outcome.status)
        version = getattr(getattr(outcome, "http", None), "http_version", "")
        if isinstance(version, str) and version.startswith("HTTP/"):
            found["network.protocol.version"] = version.removeprefix("HTTP/")
        if "error.type" in found:
            self._span.set_status(trace.Status(trace.StatusCode.ERROR))
        self._span.set_attributes(found)
        # Within the span, so that an exemplar of the metric can name it.
        attributes = {**self._attributes, **found}
        self._telemetry.record(attributes, elapsed_s, self._request_bytes, response_bytes)
        context.detach(self._token)
        self._span.end()


def _build_attributes(operation: ObservedOperation, sent: SentRequest) -> dict[str, Any]:
    """Return the attributes of a request that spans and metrics have in common."""
    method = sent.outgoing.method
    parts = urlsplit(sent.outgoing.url)
    attributes: dict[str, Any] = {
        "http.request.method": method if method in _KNOWN_METHODS else "_OTHER",
        "server.address": parts.hostname or "",
        "url.scheme": parts.scheme,
        "url.template": operation.path,
    }
    port = _read_port(parts) or _DEFAULT_PORTS.get(parts.scheme)
    if port is not None:
        attributes["server.port"] = port
    return attributes


def _read_port(parts: Any) -> int | None:
    try:
        port: int | None = parts.port
    except ValueError:  # a redirect may lead to a port that is none
        return None
    return port
