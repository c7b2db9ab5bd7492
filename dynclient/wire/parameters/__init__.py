"""Parameter serialization: a value ↔ its text in path, query, header or cookie.

A writer and the reader are mirror images.

Source: OAS 3.0.4 and 3.1.1 Parameter Object, Style Values and Style Examples; RFC 6570 for what
those leave open. Where they are silent or disagree, docs/wire.md has the choices and their sources.
"""

from dynclient.wire.parameters.parameter_reader import (
    ParameterAbsent,
    is_declared_name,
    is_exploded_member,
    read_parameter,
)
from dynclient.wire.parameters.parameter_writer import (
    ParameterWriter,
    build_default_writer,
    build_writer,
)
from dynclient.wire.parameters.text_encoding import to_text

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
