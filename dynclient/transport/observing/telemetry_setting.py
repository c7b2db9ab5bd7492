"""The option `telemetry`: whether spans and metrics are wanted, and whose they are."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.transport.observing.telemetry import Telemetry


def is_telemetry_setting(value: object) -> bool:
    """Tell whether a value can be the option."""
    return isinstance(value, bool) or bool(_list_providers(value))


def check_telemetry() -> None:
    """Look whether what the option needs is installed.

    Raises:
        UsageError: it is not.

    """
    if importlib.util.find_spec("opentelemetry") is None:
        raise UsageError(
            "telemetry= needs the package opentelemetry-api, which is not installed",
            hint="pip install 'dynclient[telemetry]'",
        )


def build_telemetry(value: object) -> Telemetry:
    """Return what the option asks for."""
    from dynclient.transport.observing.telemetry import Telemetry

    return Telemetry(_list_providers(value))


def _list_providers(value: Any) -> tuple[Any, ...]:
    """Return the providers that a value is, or holds; () where something else is among them."""
    if isinstance(value, bool):
        return ()
    providers = value if isinstance(value, tuple) else (value,)
    are_providers = all(
        hasattr(each, "get_tracer") or hasattr(each, "get_meter") for each in providers
    )
    return providers if are_providers else ()
