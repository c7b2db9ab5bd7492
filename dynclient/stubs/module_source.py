"""`NAME.py`: the few lines that bind clients to a document."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dynclient.display_text import escape_unprintable
from dynclient.model import Document
from dynclient.stubs.docstring_text import format_docstring
from dynclient.stubs.type_expressions import format_literal

_SOURCE = '''# pyright: standard
{docstring}
{imports}from typing import Any

import dynclient

{folder}DOCUMENT = {document}
OVERLAYS: list[Any] = [{overlays}]


class Client(dynclient.Client):
    """A client of this document."""

    def __init__(self, source: Any = DOCUMENT, *, overlay: Any = OVERLAYS, **options: Any) -> None:
        super().__init__(source, overlay=overlay, **options)


class AsyncClient(dynclient.AsyncClient):
    """A client of this document that is awaited."""

    def __init__(self, source: Any = DOCUMENT, *, overlay: Any = OVERLAYS, **options: Any) -> None:
        super().__init__(source, overlay=overlay, **options)


def __getattr__(name: str) -> Any:
    """Return what a model is at run time: a dict."""
    if name[:1].isupper():
        return dict
    raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
'''


def build_source(document: Document, location: str, overlays: Sequence[str] = ()) -> str:
    """Return the text of the module.

    Args:
        document: the document.
        location: where the module finds it: a URL, `git:REV:path`, or a path relative to its
            folder.
        overlays: what changes the document; in the same form.

    """
    locations = [_format_location(each) for each in overlays]
    own = _format_location(location)
    needs_folder = any("_FOLDER" in text for text in [own, *locations])
    return _SOURCE.format(
        docstring=build_module_docstring(document),
        imports="from pathlib import Path\n" if needs_folder else "",
        folder="_FOLDER = Path(__file__).parent\n\n" if needs_folder else "",
        document=own,
        overlays=", ".join(locations),
    )


def is_path(location: str) -> bool:
    """Tell whether the location of a document is a path, and neither a URL nor a git revision."""
    return re.match(r"(?i)https?://|git:", location) is None


def _format_location(location: str) -> str:
    text = format_literal(location)
    return f"_FOLDER / {text}" if is_path(location) else str(text)


def build_module_docstring(document: Document) -> str:
    """Return what both files of a stub begin with."""
    title = escape_unprintable(document.title)
    version = escape_unprintable(str(document.info.get("version", "")))
    count = len(document.operations)
    text = f"{title} {version}".strip() + (
        f": clients of its {count} operations.\n\n"
        "Written by `dynclient stubs`; write it again when the document changes."
    )
    return format_docstring(text, "")
