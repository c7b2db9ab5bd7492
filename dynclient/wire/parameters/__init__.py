"""Parameter serialization: a value ↔ its text in path, query, header or cookie; write and read are mirror pairs.

Source: OAS 3.0.4 and 3.1.1 Parameter Object, Style Values and Style Examples; RFC 6570 for what those leave open. Where
they are silent or disagree, the choices and their sources are in docs/wire.md.
"""

from dynclient.wire.parameters.reading import ParameterAbsent, is_declared_name, read_parameter
from dynclient.wire.parameters.text import to_text
from dynclient.wire.parameters.writing import ParameterWriter, build_default_writer, build_writer

__all__ = [
    "ParameterAbsent",
    "ParameterWriter",
    "build_default_writer",
    "build_writer",
    "is_declared_name",
    "read_parameter",
    "to_text",
]
