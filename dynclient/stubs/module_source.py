"""`NAME.py`: the few lines that bind clients to a document."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dynclient.display_text import escape_unprintable
from dynclient.model import Document
from dynclient.stubs.docstring_text import format_docstring

_SOURCE = '''{docstring}
{imports}import dynclient

{folder}DOCUMENT = {document}
OVERLAYS = {overlays}


class Client(dynclient.Client):
    """A client of this document."""

    def __init__(self, source=DOCUMENT, *, overlay=OVERLAYS, **options):
        super().__init__(source, overlay=overlay, **options)


class AsyncClient(dynclient.AsyncClient):
    """A client of this document that is awaited."""

    def __init__(self, source=DOCUMENT, *, overlay=OVERLAYS, **options):
        super().__init__(source, overlay=overlay, **options)


def __getattr__(name):
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
        docstring=build_module_docstring(document).rstrip("\n"),
        imports="from pathlib import Path\n\n" if needs_folder else "",
        folder="_FOLDER = Path(__file__).parent\n\n" if needs_folder else "",
        document=own,
        overlays=f"[{', '.join(locations)}]",
    )


def is_path(location: str) -> bool:
    """Tell whether the location of a document is a path, and neither a URL nor a git revision."""
    return re.match(r"(?i)https?://|git:", location) is None


def _format_location(location: str) -> str:
    return f"_FOLDER / {location!r}" if is_path(location) else repr(location)


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
