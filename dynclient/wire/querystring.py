"""The whole query of a URL as one value: written and read by a media type; mirror pairs.

Source: OAS 3.2.0 Parameter Object, `in: querystring`.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_to_bytes

from dynclient.model import MediaType
from dynclient.wire import media
from dynclient.wire.media import FORM_MEDIA_TYPE
from dynclient.wire.parameters import ParameterAbsent
from dynclient.wire.parameters.text_encoding import percent_encode
from dynclient.wire.schema_types import SchemaTypes


def write_querystring(content: MediaType, value: Any) -> str:
    """Return the text of a query: a form as it is, all else percent-encoded.

    Raises:
        ValueError: the media type cannot carry the value.

    """
    _, body = media.write(content.name, value, content.encodings)
    if not isinstance(body, bytes):
        raise ValueError("a stream cannot stand in a URL")  # noqa: TRY004 (of the value)
    text = body.decode("utf-8")
    return text if _is_form(content) else percent_encode(text)


def read_querystring(content: MediaType, types: SchemaTypes, text: str) -> Any:
    """Return the value that a query was written from, as far as text can tell.

    Args:
        content: the media type of the query.
        types: what its schema allows.
        text: of the query, still encoded.

    Raises:
        ParameterAbsent: the query is empty.
        ValueError: it is not what the media type says.

    """
    if not text:
        raise ParameterAbsent
    if _is_form(content):
        return media.read(content.name, text.encode(), "", types, content.encodings)
    value = media.read(content.name, unquote_to_bytes(text), "", types, content.encodings)
    return value.decode("utf-8") if isinstance(value, bytes) else value


def _is_form(content: MediaType) -> bool:
    return media.get_essence(content.name) == FORM_MEDIA_TYPE
