"""Options of a client: apart from the arguments of operations, which may have any name."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypedDict

from dynclient.client.conditional_requests import (
    CONDITION_HINT,
    Condition,
    find_entity_tag,
    is_condition,
)
from dynclient.client.load import FORMATS_HINT, is_format_mapping
from dynclient.client.polling import DEFAULT_POLLING, Polling
from dynclient.client.transfer_progress import ProgressOption, is_progress_option
from dynclient.errors import UsageError
from dynclient.masking import mask_url
from dynclient.model import Scalar, is_framing_header
from dynclient.names import suggest
from dynclient.plan.checked_call import RequestChecks
from dynclient.plan.results import ResponseValidation
from dynclient.schema.formats import FormatCheck
from dynclient.transport.observing.call_events import (
    DriftHook,
    RequestHook,
    ResponseHook,
    RetryHook,
)
from dynclient.transport.observing.telemetry_setting import (
    TELEMETRY_HINT,
    check_telemetry,
    is_telemetry_setting,
)
from dynclient.transport.rate_limit import RATE_HINT, parse_rate
from dynclient.transport.response_body import MAX_RESPONSE_BYTES, MAX_RESPONSE_VALUES
from dynclient.transport.retry_policy import Retry, is_seconds
from dynclient.transport.signing import SignFunction
from dynclient.violations import shorten_repr
from dynclient.wire.message import is_valid_header

#: No timeout was given: 5 s to connect and 30 s to read, or whatever the user's own HTTP client
#: has.
_UNSET: Any = "default"

#: What a tuple of timeouts has one for each of.
_TIMEOUT_PHASES = ("connect", "read")


def _is_seconds(value: Any) -> bool:
    return is_seconds(value) and value > 0


def _is_timeout(value: Any) -> bool:
    if isinstance(value, tuple):
        given = [seconds for seconds in value if seconds is not None]
        return len(value) == len(_TIMEOUT_PHASES) and all(map(_is_seconds, given))
    return value is None or value is _UNSET or _is_seconds(value)


def _is_text_mapping(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    texts = [*value.keys(), *value.values()]
    return all(isinstance(text, str) for text in texts)


def _is_scalar_mapping(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    has_text_keys = all(isinstance(key, str) for key in value)
    return has_text_keys and all(isinstance(member, Scalar) for member in value.values())


def _is_text_or_none(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _is_hook(value: Any) -> bool:
    return value is None or (callable(value) and not inspect.iscoroutinefunction(value))


def _is_text_list(value: Any) -> bool:
    is_list = isinstance(value, list | tuple)
    return is_list and all(isinstance(text, str) for text in value)


def _is_table_mapping(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    has_text_keys = all(isinstance(key, str) for key in value)
    return has_text_keys and all(isinstance(table, Mapping) for table in value.values())


def _is_media_type(value: Any) -> bool:
    return value is None or (isinstance(value, str) and is_valid_header("Accept", value))


#: For each option what its value may be: a predicate, and the words of the hint.
_OPTION_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "timeout": (_is_timeout, "seconds, a pair (connect, read), or None for no limit"),
    "headers": (_is_text_mapping, "a mapping of names to texts"),
    "server": (_is_text_or_none, "a URL"),
    "server_variables": (_is_scalar_mapping, "a mapping of names to texts or numbers"),
    "media_type": (_is_media_type, "a media type"),
    "accept": (_is_media_type, "a media type"),
    "validate_requests": (lambda value: isinstance(value, bool), "True or False"),
    "unknown_properties": (lambda value: value in ("refuse", "allow"), "'refuse' or 'allow'"),
    "one_of": (lambda value: value in ("exactly", "any"), "'exactly' or 'any'"),
    "open_enums": (lambda value: isinstance(value, bool), "True or False"),
    "formats": (is_format_mapping, FORMATS_HINT),
    "validate_responses": (
        lambda value: value in ("raise", "warn", "off"),
        "'raise', 'warn' or 'off'",
    ),
    "deadline": (lambda value: value is None or _is_seconds(value), "seconds, or None"),
    "retries": (lambda value: type(value) is int and value >= 0, "how often, 0 or more"),
    "reconnect": (lambda value: type(value) is int and value >= 0, "how often, 0 or more"),
    "retry": (
        lambda value: value is None or isinstance(value, Retry),
        "a dynclient.Retry, such as Retry(attempts=3), or None",
    ),
    "progress": (is_progress_option, "True, False, or a function of done and total bytes"),
    "polling": (lambda value: isinstance(value, Polling), "a dynclient.Polling(…)"),
    "if_match": (is_condition, CONDITION_HINT),
    "if_none_match": (is_condition, CONDITION_HINT),
    "rate": (lambda value: value is None or parse_rate(value) is not None, RATE_HINT),
    **dict.fromkeys(
        ("on_request", "on_response", "on_retry", "on_drift"),
        (_is_hook, "a function that takes an event; it is not awaited"),
    ),
    "telemetry": (is_telemetry_setting, TELEMETRY_HINT),
    "excuse": (_is_text_list, "a list of texts such as 'getOrder: body.items[].price'"),
    "pagination": (
        _is_table_mapping,
        "a mapping such as {'listPets': {'style': 'offset', 'parameter': 'skip'}}",
    ),
    "max_response_bytes": (
        lambda value: value is None or (type(value) is int and value >= 0),
        "a number of bytes, or None for no limit",
    ),
    "max_response_values": (
        lambda value: value is None or (type(value) is int and value >= 0),
        "a number of values, or None for no limit",
    ),
    "follow_redirects": (
        lambda value: value is None or isinstance(value, bool),
        "None, True or False",
    ),
    "sign": (
        lambda value: value is None or callable(value),
        "a function of the ready request that returns more headers, or None",
    ),
}


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
        polling: how often `wait_until` calls, and for how long. Default: `Polling()`.
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
    polling: Polling
    if_match: Condition
    if_none_match: Condition
    excuse: Sequence[str]
    pagination: Mapping[str, Mapping[str, Any]]
    sign: SignFunction | None


@dataclass(frozen=True, repr=False)
class Options:
    """The options of a client with their defaults, checked; `ClientOptions` describes each."""

    timeout: Any = _UNSET
    headers: Mapping[str, str] = field(default_factory=dict)
    server: str | None = None
    server_variables: Mapping[str, Scalar] = field(default_factory=dict)
    media_type: str | None = None
    accept: str | None = None
    validate_requests: bool = True
    unknown_properties: Literal["refuse", "allow"] = "refuse"
    one_of: Literal["exactly", "any"] = "exactly"
    open_enums: bool = False
    formats: Mapping[str, FormatCheck] = field(default_factory=dict)
    validate_responses: ResponseValidation = "raise"
    deadline: float | None = None
    retries: int = 0
    retry: Retry | None = None
    rate: str | None = None
    on_request: RequestHook | None = None
    on_response: ResponseHook | None = None
    on_retry: RetryHook | None = None
    on_drift: DriftHook | None = None
    telemetry: Any = False
    follow_redirects: bool | None = None
    max_response_bytes: int | None = MAX_RESPONSE_BYTES
    max_response_values: int | None = MAX_RESPONSE_VALUES
    reconnect: int = 0
    progress: ProgressOption = False
    polling: Polling = DEFAULT_POLLING
    if_match: Condition = None
    if_none_match: Condition = None
    excuse: Sequence[str] = ()
    pagination: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sign: SignFunction | None = None

    def __post_init__(self) -> None:
        for name, (is_valid, hint) in _OPTION_RULES.items():
            value = getattr(self, name)
            if not is_valid(value):
                raise UsageError(f"{name} cannot be {shorten_repr(value)}", hint=f"give {hint}")
        check_telemetry(self.telemetry)
        if self.retries and self.retry is not None:
            text = "retries= and retry= are given together"
            raise UsageError(text, hint=f"give retry=Retry(attempts={self.retries + 1}) alone")
        for name, value in self.headers.items():
            if not is_valid_header(name, value):
                text = f"the header {shorten_repr(name)} holds a character that no header can carry"
                raise UsageError(text)
            if is_framing_header(name):
                text = f"the header {name} frames the message, which is the transport's business"
                raise UsageError(text, hint="leave it out of headers=")
        if self.pagination:
            from dynclient.pagination.pagination_table import check_tables  # Few clients have any.

            check_tables(self.pagination)

    def __repr__(self) -> str:
        """Return the options that were given; no value of a header is in it."""
        shown = []
        for each in dataclasses.fields(self):
            value = getattr(self, each.name)
            if value != getattr(_DEFAULTS, each.name):
                text = mask_url(value) if each.name == "server" else shorten_repr(value)
                shown.append(f"{each.name}={text}")
        return f"Options({', '.join(shown)})"

    @cached_property
    def checks(self) -> RequestChecks:
        """How strictly calls are checked."""
        return RequestChecks(self.validate_requests, self.unknown_properties)

    @cached_property
    def conditions(self) -> Mapping[str, str]:
        """The header fields of the conditions that requests have; most have none."""
        fields = {
            "If-Match": find_entity_tag(self.if_match),
            "If-None-Match": find_entity_tag(self.if_none_match),
        }
        return {name: tag for name, tag in fields.items() if tag}

    @cached_property
    def extra_headers(self) -> Mapping[str, str]:
        """The header fields that every request gets."""
        return {**self.headers, **self.conditions} if self.conditions else self.headers

    @property
    def retry_policy(self) -> Retry:
        """What is tried again: by `retry`, or by `retries`, which is short for it."""
        return self.retry or Retry(attempts=self.retries + 1)

    @property
    def has_timeout(self) -> bool:
        """Whether a timeout was given."""
        return self.timeout is not _UNSET

    def replace(self, **changes: Any) -> Options:
        """Return these options with some of them changed.

        Headers, server variables, formats and paginations are added to those that are there.
        `retry` takes the place of `retries`, and the other way round.

        Raises:
            UsageError: an option does not exist or cannot have that value.

        """
        names = [field.name for field in dataclasses.fields(self)]
        for name in changes:
            if name not in names:
                raise _build_unknown_option(name, names)
        for name in ("headers", "server_variables", "formats", "pagination"):
            if isinstance(changes.get(name), Mapping):
                changes[name] = {**getattr(self, name), **changes[name]}
        if changes.get("retry") is not None:
            changes.setdefault("retries", 0)
        elif changes.get("retries"):
            changes.setdefault("retry", None)
        return dataclasses.replace(self, **changes)


_DEFAULTS = Options()


#: What other clients call an option → what it is here.
_FOREIGN_OPTIONS = {
    "allow_redirects": "follow_redirects=",
    "base_url": "server=",
    "host": "server=",
    "max_retries": "retries=",
    "rate_limit": "rate=",
    "request_timeout": "timeout=",
    "total_timeout": "deadline=",
    "url": "server=",
    **dict.fromkeys(
        ("api_key", "auth", "bearer_token", "credentials", "password", "token", "username"),
        'Client(…, credentials={"scheme name": "…"})',
    ),
    **dict.fromkeys(
        ("cert", "mounts", "proxies", "proxy", "session", "transport", "trust_env", "verify"),
        "Client(…, transport=…) with an HTTP client of yours",
    ),
}


#: What a client takes besides its options.
_CLIENT_ARGUMENTS = frozenset(
    {"allow_references", "base", "http", "http2", "limits", "max_connections", "overlay"}
)


def _build_unknown_option(name: str, names: list[str]) -> UsageError:
    if name in _CLIENT_ARGUMENTS:
        text = f"{name} is of the whole client, and cannot differ in a view"
        return UsageError(text, hint="give it to Client(…) or AsyncClient(…)")
    suggestions = suggest(name, names, 1)
    hint = f"options are {', '.join(names)}"
    if name in _FOREIGN_OPTIONS:
        hint = f"use {_FOREIGN_OPTIONS[name]}"
    elif suggestions:
        hint = f"did you mean {suggestions[0]}?"
    return UsageError(f"there is no option {name!r}", hint=hint)
