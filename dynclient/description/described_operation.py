"""What a description reads of an operation beside its public attributes, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dynclient.plan.plan import Plan


def get_plan(operation: Any) -> Plan:
    """Return the plan of an operation of a client: its arguments, schemas and results."""
    plan: Plan = operation._plan  # noqa: SLF001 (an operation shows its plan to the package alone)
    return plan


def get_accepted_media_type(operation: Any) -> str | None:
    """Return the media type that the options of an operation ask for; None: the first declared."""
    media_type: str | None = operation._accepted_media_type  # noqa: SLF001 (as above)
    return media_type
