"""Parameter serialization: a value ↔ its text in path, query, header or cookie; write and read are mirror pairs.

Source: OAS 3.0.4 and 3.1.1 Parameter Object, Style Values and Style Examples; RFC 6570 for what those leave open. Where
they are silent or disagree, the choices and their sources are in docs/wire.md.
"""

from dynclient.wire.parameters.reading import Absent, claims, read
from dynclient.wire.parameters.text import as_text
from dynclient.wire.parameters.writing import Writer, default_writer, writer

__all__ = ["Absent", "Writer", "as_text", "claims", "default_writer", "read", "writer"]
