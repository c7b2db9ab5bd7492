"""Parameter serialization: a value ↔ its text in path, query, header or cookie.

A writer and the reader are mirror images. The reader is loaded at first use: a call needs it for
the headers of some responses only.

Source: OAS 3.0.4 and 3.1.1 Parameter Object, Style Values and Style Examples; RFC 6570 for what
those leave open. Where they are silent or disagree, docs/wire.md has the choices and their sources.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from dynclient.wire.parameters.parameter_writer import (
    ParameterWriter,
    build_default_writer,
    build_writer,
)
from dynclient.wire.parameters.text_encoding import to_text

if TYPE_CHECKING:
    from dynclient.wire.parameters.parameter_reader import (
        ParameterAbsent,
        is_declared_name,
        is_exploded_member,
        read_parameter,
    )

__all__ = [
    "ParameterAbsent",
    "ParameterWriter",
    "build_default_writer",
    "build_writer",
    "is_declared_name",
    "is_exploded_member",
    "read_parameter",
    "to_text",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.parameter_reader"), name)
    globals()[name] = value
    return value
