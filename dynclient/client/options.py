"""Options of a client: apart from the arguments of operations, which may have any name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from dynclient.client.load import FORMATS_HINT, is_format_mapping
from dynclient.errors import UsageError
from dynclient.masking import mask_url
from dynclient.model import Scalar, is_framing_header
from dynclient.names import suggest
from dynclient.plan.checked_call import RequestChecks
from dynclient.transport.clock import is_seconds
from dynclient.transport.response_body import MAX_RESPONSE_BYTES, MAX_RESPONSE_VALUES
from dynclient.violations import shorten_repr
from dynclient.wire.message import is_valid_header

if TYPE_CHECKING:
    from dynclient.client.conditional_requests import Condition
    from dynclient.client.polling import Polling
    from dynclient.client.transfer_progress import ProgressOption
    from dynclient.plan.results import ResponseValidation
    from dynclient.schema.formats import FormatCheck
    from dynclient.transport.observing.call_events import (
        DriftHook,
        RequestHook,
        ResponseHook,
        RetryHook,
    )
    from dynclient.transport.rate_limit import Rate
    from dynclient.transport.retry_policy import Retry
    from dynclient.transport.signing import SignFunction

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


def _is_retry(value: Any) -> bool:
    if value is None:
        return True
    from dynclient.transport.retry_policy import Retry  # Few clients have one.

    return isinstance(value, Retry)


def _is_rate(value: Any) -> bool:
    return value is None or _parse_rate(value) is not None


def _parse_rate(value: Any) -> Rate | None:
    from dynclient.transport.rate_limit import parse_rate  # Few clients have one.

    return parse_rate(value)


def _is_telemetry(value: Any) -> bool:
    if value is False:
        return True
    # Few clients have any.
    from dynclient.transport.observing.telemetry_setting import is_telemetry_setting

    return is_telemetry_setting(value)


def _is_progress(value: Any) -> bool:
    return isinstance(value, bool) or callable(value)


def _is_condition(value: Any) -> bool:
    if value is None:
        return True
    from dynclient.client.conditional_requests import is_condition  # Few clients have one.

    return is_condition(value)


def _is_polling(value: Any) -> bool:
    if value is None:
        return True
    from dynclient.client.polling import Polling  # Few clients have one.

    return isinstance(value, Polling)


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
    "retry": (_is_retry, "a dynclient.Retry, such as Retry(attempts=3), or None"),
    "rate": (
        _is_rate,
        'a number of requests per s, min or h, such as "10/s", "100/min" or "1000/h"',
    ),
    **dict.fromkeys(
        ("on_request", "on_response", "on_retry", "on_drift"),
        (_is_hook, "a function that takes an event; it is not awaited"),
    ),
    "telemetry": (_is_telemetry, "True, a TracerProvider, a MeterProvider, or a pair of both"),
    "follow_redirects": (
        lambda value: value is None or isinstance(value, bool),
        "None, True or False",
    ),
    "max_response_bytes": (
        lambda value: value is None or (type(value) is int and value >= 0),
        "a number of bytes, or None for no limit",
    ),
    "max_response_values": (
        lambda value: value is None or (type(value) is int and value >= 0),
        "a number of values, or None for no limit",
    ),
    "reconnect": (lambda value: type(value) is int and value >= 0, "how often, 0 or more"),
    "progress": (_is_progress, "True, False, or a function of done and total bytes"),
    "polling": (_is_polling, "a dynclient.Polling(…), or None"),
    **dict.fromkeys(
        ("if_match", "if_none_match"),
        (_is_condition, 'a result that has an ETag, or an entity tag such as \'"v1"\' or "*"'),
    ),
    "excuse": (_is_text_list, "a list of texts such as 'getOrder: body.items[].price'"),
    "pagination": (
        _is_table_mapping,
        "a mapping such as {'listPets': {'style': 'offset', 'parameter': 'skip'}}",
    ),
    "sign": (
        lambda value: value is None or callable(value),
        "a function of the ready request that returns more headers, or None",
    ),
}

#: The names of all options.
OPTION_NAMES = tuple(_OPTION_RULES)

_EMPTY: Mapping[str, Any] = MappingProxyType({})


class Options:
    """The options of a client, checked; `ClientOptions` describes each.

    The attributes of the class are the defaults.

    Args:
        **given: the options that are given, by name.

    Raises:
        UsageError: an option cannot have that value.

    """

    timeout: Any = _UNSET
    headers: Mapping[str, str] = _EMPTY
    server: str | None = None
    server_variables: Mapping[str, Scalar] = _EMPTY
    media_type: str | None = None
    accept: str | None = None
    validate_requests: bool = True
    unknown_properties: Literal["refuse", "allow"] = "refuse"
    one_of: Literal["exactly", "any"] = "exactly"
    open_enums: bool = False
    formats: Mapping[str, FormatCheck] = _EMPTY
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
    polling: Polling | None = None
    if_match: Condition = None
    if_none_match: Condition = None
    excuse: Sequence[str] = ()
    pagination: Mapping[str, Mapping[str, Any]] = _EMPTY
    sign: SignFunction | None = None

    def __init__(self, **given: Any) -> None:
        for name, value in given.items():
            is_valid, hint = _OPTION_RULES[name]
            if not is_valid(value):
                raise UsageError(f"{name} cannot be {shorten_repr(value)}", hint=f"give {hint}")
        self._given = given
        vars(self).update(given)
        if self.telemetry is not False:
            from dynclient.transport.observing.telemetry_setting import check_telemetry  # as above

            check_telemetry()
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
        for name, value in self.changes.items():
            text = mask_url(value) if name == "server" else shorten_repr(value)
            shown.append(f"{name}={text}")
        return f"Options({', '.join(shown)})"

    @property
    def changes(self) -> dict[str, Any]:
        """The options that differ from the defaults, by name."""
        given = self._given.items()
        return {name: value for name, value in given if value != getattr(Options, name)}

    @cached_property
    def checks(self) -> RequestChecks:
        """How strictly calls are checked."""
        return RequestChecks(self.validate_requests, self.unknown_properties)

    @cached_property
    def conditions(self) -> Mapping[str, str]:
        """The header fields of the conditions that requests have; most have none."""
        if self.if_match is None and self.if_none_match is None:
            return {}
        from dynclient.client.conditional_requests import find_entity_tag  # Few have one.

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
    def retry_policy(self) -> Retry | None:
        """What is tried again: by `retry`, or by `retries`, short for it; None: nothing."""
        if not self.retries:
            return self.retry
        from dynclient.transport.retry_policy import Retry  # Few clients try again.

        return Retry(attempts=self.retries + 1)

    @property
    def request_rate(self) -> Rate | None:
        """How many requests may be sent in a time; None: any number."""
        return None if self.rate is None else _parse_rate(self.rate)

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
        for name in changes:
            if name not in OPTION_NAMES:
                raise _build_unknown_option(name)
        for name in ("headers", "server_variables", "formats", "pagination"):
            if isinstance(changes.get(name), Mapping):
                changes[name] = {**getattr(self, name), **changes[name]}
        if changes.get("retry") is not None:
            changes.setdefault("retries", 0)
        elif changes.get("retries"):
            changes.setdefault("retry", None)
        return Options(**{**self._given, **changes})


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


def _build_unknown_option(name: str) -> UsageError:
    if name in _CLIENT_ARGUMENTS:
        text = f"{name} is of the whole client, and cannot differ in a view"
        return UsageError(text, hint="give it to Client(…) or AsyncClient(…)")
    suggestions = suggest(name, OPTION_NAMES, 1)
    hint = f"options are {', '.join(OPTION_NAMES)}"
    if name in _FOREIGN_OPTIONS:
        hint = f"use {_FOREIGN_OPTIONS[name]}"
    elif suggestions:
        hint = f"did you mean {suggestions[0]}?"
    return UsageError(f"there is no option {name!r}", hint=hint)
