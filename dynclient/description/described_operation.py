"""What the package reads of an operation beside its public attributes, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dynclient.client.options import Options
    from dynclient.plan.plan import Plan
    from dynclient.transport.authorization import CredentialStore


def get_plan(operation: Any) -> Plan:
    """Return the plan of an operation of a client: its arguments, schemas and results."""
    plan: Plan = operation._plan  # noqa: SLF001 (an operation shows its plan to the package alone)
    return plan


def get_accepted_media_type(operation: Any) -> str | None:
    """Return the media type that the options of an operation ask for; None: the first declared."""
    media_type: str | None = operation._accepted_media_type  # noqa: SLF001 (as above)
    return media_type


def get_options(operation: Any) -> Options:
    """Return the options of an operation: those of its client, changed by `with_options`."""
    options: Options = operation._options  # noqa: SLF001 (as above)
    return options


def get_base_url(operation: Any) -> str:
    """Return the base URL that the requests of an operation go to."""
    base_url: str = operation._base_url  # noqa: SLF001 (as above)
    return base_url


def get_credential_store(operation: Any) -> CredentialStore:
    """Return the credentials that an operation sends."""
    store: CredentialStore = operation._credential_store  # noqa: SLF001 (as above)
    return store


def get_runner(operation: Any) -> Any:
    """Return what sends the requests of an operation: a SyncRunner or an AsyncRunner."""
    return operation._runner  # noqa: SLF001 (as above)
