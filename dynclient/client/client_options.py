"""The options of a client as a type: what editors and type checkers know of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

from dynclient.client.conditional_requests import Condition
from dynclient.client.polling import Polling
from dynclient.client.transfer_progress import ProgressOption
from dynclient.model import Scalar
from dynclient.plan.results import ResponseValidation
from dynclient.schema.formats import FormatCheck
from dynclient.transport.observing.call_events import (
    DriftHook,
    RequestHook,
    ResponseHook,
    RetryHook,
)
from dynclient.transport.retry_policy import Retry
from dynclient.transport.signing import SignFunction


class ClientOptions(TypedDict, total=False):
    """The options of `Client`, `AsyncClient` and `with_options`: how calls are made.

    Attributes:
        timeout: seconds for each phase, a pair (connect, read), or None for no limit, also in the
            pair. Default: 5 s to connect and 30 s to read.
        headers: header fields of every request; they win over those of the operation.
        server: the URL that wins over the document's servers; it may be a template.
        server_variables: values of the server template's variables.
        media_type: of the request body, where the document offers several.
        accept: the Accept header.
        validate_requests: False writes whatever can be written. Default: True.
        unknown_properties: `refuse` what the document does not declare (the default), or `allow`
            it.
        one_of: how many alternatives of `oneOf` a value may fit: `exactly` one (the default), or
            `any` number.
        open_enums: a new value of an enum in a response passes with a warning. Default: False.
        formats: name of a format → function that says whether a string fits it. They are added to
            the known formats, or replace them. Default: {}.
        validate_responses: `raise` (the default), `warn` (keep the data, warn once per place) or
            `off`.
        deadline: seconds that a whole call may take, retries, waits, redirects and the body
            included; None: any time. Default: None.
        retries: how often a call is tried again that is safe to repeat: short for
            `retry=Retry(attempts=retries + 1)`. Default: 0.
        retry: a `dynclient.Retry`: what is tried again, how often, and after how long a wait.
            Default: nothing.
        rate: how many requests are sent in a time, by all threads and tasks together: `10/s`,
            `100/min`, `1000/h`. A server that asks for a pause gets it. Default: any number.
        on_request: a function that is given a RequestEvent before each request.
        on_response: a function that is given a ResponseEvent after each response.
        on_retry: a function that is given a RetryEvent before a call is tried again.
        on_drift: a function that is given a DriftEvent for each violation that only warns.
        telemetry: whether spans and metrics of OpenTelemetry are made: True, or the providers that
            take them. Default: False.
        follow_redirects: None (the default): GET and HEAD, at most 5; True: every method; False:
            none.
        max_response_bytes: how large the body of a response may be, content coding undone; None:
            any size. A larger one is a BrokenResponse, and never held in memory. Default: 256 MiB.
        max_response_values: how many values the JSON, form or multipart body of a response may
            hold; None: any number. More are a BrokenResponse, counted before anything is made of
            them. Default: 3,000,000.
        reconnect: how often in a row a broken event stream is opened again, with the id of its last
            event, and a broken download, for the rest of it. Default: 0.
        progress: True shows a bar on terminals while a file or stream is sent, and while a result
            is saved; a function is told the bytes that are through and those that there are, or
            None. Default: False.
        polling: how often `wait_until` calls, and for how long; None: as `Polling()` says.
            Default: None.
        if_match: a result whose ETag, or an entity tag that, has to be the current one, else the
            server refuses with 412. Default: None.
        if_none_match: a result whose ETag, or an entity tag that, the server compares: where it is
            the current one, a 304 comes, with the data of that result. Default: None.
        excuse: where violations only warn: operations (`listOrders`), or places in their calls and
            results (`getOrder: body.items[].price`). Default: nowhere.
        pagination: operation (`*`: each that has the parameter) → how its pages follow one another,
            as `Pagination` describes it. Tables are added to those that are there. Default: {}.
        sign: a function of the request as it is about to be sent (`.method .url .headers .body`)
            that returns more headers. None (the default) signs nothing.

    """

    timeout: float | tuple[float | None, float | None] | None
    headers: Mapping[str, str]
    server: str | None
    server_variables: Mapping[str, Scalar]
    media_type: str | None
    accept: str | None
    validate_requests: bool
    unknown_properties: Literal["refuse", "allow"]
    one_of: Literal["exactly", "any"]
    open_enums: bool
    formats: Mapping[str, FormatCheck]
    validate_responses: ResponseValidation
    deadline: float | None
    retries: int
    retry: Retry | None
    rate: str | None
    on_request: RequestHook | None
    on_response: ResponseHook | None
    on_retry: RetryHook | None
    on_drift: DriftHook | None
    telemetry: Any
    follow_redirects: bool | None
    max_response_bytes: int | None
    max_response_values: int | None
    reconnect: int
    progress: ProgressOption
    polling: Polling | None
    if_match: Condition
    if_none_match: Condition
    excuse: Sequence[str]
    pagination: Mapping[str, Mapping[str, Any]]
    sign: SignFunction | None
