"""What the translation of schemas lets pass."""

from __future__ import annotations

from typing import Literal, NamedTuple

from dynclient.schema.formats import FormatCheck


class TranslationOptions(NamedTuple):
    """What the translation lets pass.

    Attributes:
        one_of: how many alternatives of `oneOf` a value may fit: `exactly` one, or `any` number.
        opens_enums: whether an enum that says that it is open accepts new values.
        reads_null_alternatives: whether an alternative that says only `nullable: true` allows null
            alone, as its authors mean it. By the standard it allows every value.
        formats: the names and checks of the user's own formats.

    """

    one_of: Literal["exactly", "any"] = "exactly"
    opens_enums: bool = True
    reads_null_alternatives: bool = False
    formats: tuple[tuple[str, FormatCheck], ...] = ()


DEFAULT_TRANSLATION = TranslationOptions()
