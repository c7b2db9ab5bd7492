"""Loading: a source becomes a Document."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient.document.document_cache import open_default_cache
from dynclient.document.file_loader import IN_MEMORY_URI, load_files, to_uri
from dynclient.errors import UsageError
from dynclient.model import Document
from dynclient.transport.fetch import build_fetcher
from dynclient.violations import shorten_repr

if TYPE_CHECKING:
    from dynclient.document.problems import Problem

DocumentSource = str | PathLike[str] | Mapping[str, Any] | Document


def load(source: DocumentSource) -> Document:
    """Return the OpenAPI document at a path or URL, or in a mapping.

    Loading indexes the operations and looks no further; what is wrong with the document is in
    `Document.problems`.

    Args:
        source: a path, an http(s) URL, the document as a mapping, or a Document, which is returned
            itself.

    Raises:
        UsageError: the source is none of these.
        DocumentNotFound: nothing is there, or it cannot be read.
        DocumentSyntaxError: the text is neither YAML nor JSON; the error names line and column.
        UnsupportedVersion: it is no OpenAPI document of a version that dynclient reads.
        DocumentTooLarge: size, depth or alias expansion is beyond the limits.

    """
    if isinstance(source, Document):
        return source
    given: object = source
    if not isinstance(given, Mapping | PathLike | str) or given == "":
        raise UsageError(
            f"no document can be loaded from {shorten_repr(source)}",
            hint="give a path, a URL or a mapping",
        )
    where = source if isinstance(source, Mapping | str) else Path(source)
    root = IN_MEMORY_URI if isinstance(where, Mapping) else to_uri(where)
    return Document(load_files(where, build_fetcher(root), open_default_cache()), _find_problems)


def _find_problems(document: Document) -> list[Problem]:
    from dynclient.plan.document_check import check_document

    return check_document(document)
