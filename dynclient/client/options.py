"""Options of a client: apart from the arguments of operations, which may have any name."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dynclient.errors import UsageError
from dynclient.names import near
from dynclient.plan.plan import Checks
from dynclient.plan.results import Validation

#: No timeout was given: 5 s to connect and 30 s to read, or whatever the user's own HTTP client has.
_UNSET: Any = "default"

_CHOICES = {"unknown_properties": ("refuse", "allow"), "validate_responses": ("raise", "warn", "off")}


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

    """

    timeout: Any = _UNSET
    headers: Mapping[str, str] = field(default_factory=dict)
    server: str | None = None
    server_variables: Mapping[str, str] = field(default_factory=dict)
    media_type: str | None = None
    accept: str | None = None
    validate_requests: bool = True
    unknown_properties: Literal["refuse", "allow"] = "refuse"
    validate_responses: Validation = "raise"
    retries: int = 0
    follow_redirects: bool | None = None

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise UsageError(f"{name} cannot be {getattr(self, name)!r}", hint=f"one of {', '.join(choices)}")
        if not isinstance(self.retries, int) or self.retries < 0:
            raise UsageError(f"retries cannot be {self.retries!r}", hint="0 or more")

    @property
    def checks(self) -> Checks:
        """How strictly calls are checked."""
        return Checks(self.validate_requests, self.unknown_properties)

    @property
    def has_timeout(self) -> bool:
        """Whether a timeout was given."""
        return self.timeout is not _UNSET

    def changed(self, **changes: Any) -> Options:
        """Return these options with some of them changed; headers and server variables are added to.

        Raises:
            UsageError: an option does not exist or cannot have that value.

        """
        known = [f.name for f in dataclasses.fields(self)]
        for name in changes:
            if name not in known:
                meant = near(name, known, 1)
                hint = f"did you mean {meant[0]}?" if meant else f"options are {', '.join(known)}"
                raise UsageError(f"there is no option {name!r}", hint=hint)
        for name in ("headers", "server_variables"):
            if name in changes:
                changes[name] = {**getattr(self, name), **changes[name]}
        return dataclasses.replace(self, **changes)
