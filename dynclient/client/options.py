"""Options of a client: apart from the arguments of operations, which may have any name."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dynclient.errors import UsageError
from dynclient.names import suggest
from dynclient.plan.plan import RequestChecks
from dynclient.plan.results import ResponseValidation
from dynclient.transport.response_body import MAX_RESPONSE_BYTES
from dynclient.violations import shorten_repr
from dynclient.wire.message import is_valid_header

#: No timeout was given: 5 s to connect and 30 s to read, or whatever the user's own HTTP client has.
_UNSET: Any = "default"


def _is_seconds(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _is_timeout(value: Any) -> bool:
    pair = isinstance(value, tuple) and len(value) == 2 and all(map(_is_seconds, value))  # noqa: PLR2004 (a pair)
    return value is None or value is _UNSET or _is_seconds(value) or pair


def _is_text_mapping(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(t, str) for pair in value.items() for t in pair
    )


def _is_text_or_none(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _is_media_type(value: Any) -> bool:
    return value is None or (isinstance(value, str) and is_valid_header("Accept", value))


#: What each option may be, and how that is said.
_OPTION_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "timeout": (_is_timeout, "seconds, a pair (connect, read), or None for no limit"),
    "headers": (_is_text_mapping, "a mapping of names to texts"),
    "server": (_is_text_or_none, "a URL"),
    "server_variables": (_is_text_mapping, "a mapping of names to texts"),
    "media_type": (_is_media_type, "a media type"),
    "accept": (_is_media_type, "a media type"),
    "validate_requests": (lambda value: isinstance(value, bool), "True or False"),
    "unknown_properties": (lambda value: value in ("refuse", "allow"), "'refuse' or 'allow'"),
    "validate_responses": (
        lambda value: value in ("raise", "warn", "off"),
        "'raise', 'warn' or 'off'",
    ),
    "retries": (lambda value: type(value) is int and value >= 0, "how often, 0 or more"),
    "max_response_bytes": (
        lambda value: value is None or (type(value) is int and value >= 0),
        "a number of bytes, or None for no limit",
    ),
    "follow_redirects": (
        lambda value: value is None or isinstance(value, bool),
        "None, True or False",
    ),
}


@dataclass(frozen=True)
class Options:
    """How calls are made.

    Attributes:
        timeout: seconds for each phase, a pair (connect, read), or None for no limit.
        headers: sent with every request; they win over those of the operation.
        server: the URL that wins over the document's servers; it may be a template.
        server_variables: values of the server template's variables.
        media_type: of the request body, where the document offers several.
        accept: the Accept header.
        validate_requests: False writes whatever can be written.
        unknown_properties: `refuse` what the document does not declare, or `allow` it.
        validate_responses: `raise`, `warn` (keep the data, tell once per place) or `off`.
        retries: how often a call is tried again that is safe to repeat.
        follow_redirects: None: GET and HEAD, at most 5; True: every method; False: none.
        max_response_bytes: how large the body of a response may be, content coding undone; None: as large as it likes.
            A larger one is a BrokenResponse, and never held. 256 MiB where nothing is given.

    """

    timeout: Any = _UNSET
    headers: Mapping[str, str] = field(default_factory=dict)
    server: str | None = None
    server_variables: Mapping[str, str] = field(default_factory=dict)
    media_type: str | None = None
    accept: str | None = None
    validate_requests: bool = True
    unknown_properties: Literal["refuse", "allow"] = "refuse"
    validate_responses: ResponseValidation = "raise"
    retries: int = 0
    follow_redirects: bool | None = None
    max_response_bytes: int | None = MAX_RESPONSE_BYTES

    def __post_init__(self) -> None:
        for name, (fits, hint) in _OPTION_RULES.items():
            if not fits(getattr(self, name)):
                raise UsageError(
                    f"{name} cannot be {shorten_repr(getattr(self, name))}", hint=f"give {hint}"
                )
        for name, value in self.headers.items():
            if not is_valid_header(name, value):
                raise UsageError(
                    f"the header {shorten_repr(name)} holds a character that no header can carry"
                )

    @property
    def checks(self) -> RequestChecks:
        """How strictly calls are checked."""
        return RequestChecks(self.validate_requests, self.unknown_properties)

    @property
    def has_timeout(self) -> bool:
        """Whether a timeout was given."""
        return self.timeout is not _UNSET

    def replace(self, **changes: Any) -> Options:
        """Return these options with some of them changed; headers and server variables are added to.

        Raises:
            UsageError: an option does not exist or cannot have that value.

        """
        known = [f.name for f in dataclasses.fields(self)]
        for name in changes:
            if name not in known:
                meant = suggest(name, known, 1)
                hint = f"did you mean {meant[0]}?" if meant else f"options are {', '.join(known)}"
                raise UsageError(f"there is no option {name!r}", hint=hint)
        for name in ("headers", "server_variables"):
            if isinstance(changes.get(name), Mapping):
                changes[name] = {**getattr(self, name), **changes[name]}
        return dataclasses.replace(self, **changes)
