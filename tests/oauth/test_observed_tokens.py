"""What observes calls sees that a token was requested, and never the token, a secret or a signature."""

from __future__ import annotations

import logging

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from support.authlib_server import CLIENT_ID, CLIENT_SECRET
from support.oauth_documents import Browser, build_document

from dynclient import oauth

SIGNATURE = "s1gnature-s3cret"


def list_members(event):
    """Return an event and all that it holds, as texts."""
    members = list(event) if isinstance(event, tuple) else [event]
    pairs = [member.pairs() for member in members if hasattr(member, "pairs")]
    return [repr(event), *map(repr, members), repr(pairs)]


@pytest.mark.parametrize(
    "build",
    [
        lambda: oauth.ClientCredentials(client_id=CLIENT_ID, client_secret=CLIENT_SECRET),
        lambda: oauth.AuthorizationCode(
            client_id=CLIENT_ID, client_secret=CLIENT_SECRET, open_browser=Browser()
        ),
    ],
    ids=["client", "person"],
)
def test_no_log_line_hook_span_or_metric_holds_a_token_a_secret_or_a_signature(
    server, kind, caplog, build
):
    caplog.set_level(logging.DEBUG)
    spans, reader, events = InMemorySpanExporter(), InMemoryMetricReader(), []
    tracers = TracerProvider()
    meters = MeterProvider([reader])
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    provider, source = build(), build_document(server.url)
    for _ in range(2):  # the second time the token is refused and renewed
        kind.send(
            source,
            credentials={"oauth": provider},
            sign=lambda _request: {"X-Signed": SIGNATURE},
            telemetry=(tracers, meters),
            **dict.fromkeys(("on_request", "on_response", "on_retry"), events.append),
        )
        server.refused.update(server.tokens)
    # The authorization server stands in this process, and tells its own log what it gives.
    records = [record for record in caplog.records if not record.name.startswith("authlib")]
    told = [
        *(record.getMessage() for record in records),
        *(span.to_json() for span in spans.get_finished_spans()),
        reader.get_metrics_data().to_json(),
        *(text for event in events for text in list_members(event)),
    ]
    secrets = [*server.tokens, *server.refresh_tokens, CLIENT_SECRET, SIGNATURE]
    assert len(secrets) > 3
    assert len(events) >= 5
    assert spans.get_finished_spans()
    assert not [text for text in told if any(secret in text for secret in secrets)]
    assert "token for oauth: requested (first)" in caplog.text
    assert "token for oauth: requested (refused)" in caplog.text
