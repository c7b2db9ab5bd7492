"""What the text of a file may hold, found by a quick search before anybody walks its tree.

Few documents have any of this, and the others do without the work that it takes.
"""

from __future__ import annotations

import re
from typing import NamedTuple

#: These patterns begin with characters that are searched for fast.
_EXTERNAL_REFERENCE = rb"""\$(?:ref|dynamicRef)["']?\s*:\s*["']?[^#"'\s]"""
_MAPPING = rb"""mapping(?<=\bmapping)["']?\s*:"""
_IDENTIFIER = rb"\$(?:id|anchor|dynamicAnchor|recursiveAnchor|schema)\b"

#: JSON and YAML may write `$` and the letters of a keyword as escapes.
_ESCAPED_CHARACTER = rb"\\(?:u00|x|U000000)(?:24|[46][1-9a-fA-F]|[57][0-9aA])"

_WORDS = (b"discriminator", b"jsonSchemaDialect", b"readOnly", b"writeOnly")


class TextFeatures(NamedTuple):
    """What the text of a file may hold. What was not searched may hold everything.

    Attributes:
        may_refer_to_files: a reference in it may name another file.
        may_have_resources: a schema in it may have an identifier, such as an `$id`.
        may_have_discriminators: a schema in it may have a discriminator.
        may_have_read_only: a schema in it may say `readOnly`.
        may_have_write_only: a schema in it may say `writeOnly`.

    """

    may_refer_to_files: bool = True
    may_have_resources: bool = True
    may_have_discriminators: bool = True
    may_have_read_only: bool = True
    may_have_write_only: bool = True

    def unite(self, other: TextFeatures) -> TextFeatures:
        """Return what one of two texts may hold."""
        return TextFeatures(*(ours or theirs for ours, theirs in zip(self, other, strict=True)))


ANY_FEATURES = TextFeatures()


def find_features(data: bytes) -> TextFeatures:
    """Return what the text of a file may hold."""
    refers_to_files = re.search(_EXTERNAL_REFERENCE, data) is not None
    names_files = b"mapping" in data and re.search(_MAPPING, data) is not None
    # Where characters are escaped, or take two or four bytes each, no word is found for sure.
    hides_words = b"\0" in data or re.search(_ESCAPED_CHARACTER, data) is not None
    words = {word for word in _WORDS if hides_words or word in data}
    has_identifier = b"jsonSchemaDialect" in words or re.search(_IDENTIFIER, data) is not None
    return TextFeatures(
        may_refer_to_files=refers_to_files or names_files,
        may_have_resources=has_identifier,
        may_have_discriminators=b"discriminator" in words,
        may_have_read_only=b"readOnly" in words,
        may_have_write_only=b"writeOnly" in words,
    )
