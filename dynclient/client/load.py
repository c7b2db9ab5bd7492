"""Loading: a source becomes a Document."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient.document.document_cache import open_default_cache
from dynclient.document.file_loader import IN_MEMORY_URI, load_files
from dynclient.document.uris import get_scheme, to_path, to_uri
from dynclient.errors import DocumentNotFound, UsageError
from dynclient.model import Document
from dynclient.schema.formats import FormatCheck
from dynclient.transport.document_fetcher import build_fetcher
from dynclient.violations import shorten_repr

if TYPE_CHECKING:
    from dynclient.document.document_files import DocumentFiles
    from dynclient.document.problems import Problem

#: The name of a mapping in the folder that is its base.
MAPPING_NAME = "mapping"

#: What the formats of a user are.
FORMATS_HINT = 'a mapping of names to functions, such as {"currency": is_currency}'

DocumentSource = str | PathLike[str] | Mapping[str, Any] | Document


def load(
    source: DocumentSource,
    *,
    base: str | PathLike[str] | None = None,
    allow_references: bool = False,
    formats: Mapping[str, FormatCheck] | None = None,
) -> Document:
    """Return the OpenAPI document at a path or URL, or in a mapping.

    Loading indexes the operations and looks no further; what is wrong with the document is in
    `Document.problems`.

    Args:
        source: a path, an http(s) URL, the document as a mapping, or a Document, which is returned
            itself.
        base: of a mapping: the file, folder or URL that its references are relative to. Without one
            it reads no other file and nothing from the net.
        allow_references: of a mapping without `base`: whether it may read the files and URLs that
            its references name in full.
        formats: name of a format → function that says whether a string fits it. They are added to
            the known formats, or replace them.

    Raises:
        UsageError: the source is none of these, or is no mapping and has one of the options.
        DocumentNotFound: nothing is there, or it cannot be read.
        DocumentSyntaxError: the text is neither YAML nor JSON; the error names line and column.
        UnsupportedVersion: it is no OpenAPI document of a version that dynclient reads.
        DocumentTooLarge: size, depth or alias expansion is beyond the limits.

    """
    if not isinstance(source, Mapping) and (base is not None or allow_references):
        raise UsageError(
            "`base` and `allow_references` are for a document that is given as a mapping",
            hint="leave them out: a path or URL is its own base",
        )
    _check_formats(formats)
    if isinstance(source, Document):
        return source if not formats else _replace_formats(source, formats)
    given: object = source
    if not isinstance(given, Mapping | PathLike | str) or given == "":
        raise UsageError(
            f"no document can be loaded from {shorten_repr(source)}",
            hint="give a path, a URL or a mapping",
        )
    if isinstance(source, Mapping):
        files = _load_mapping(source, base, allow_references=allow_references)
        return Document(files, _find_problems, formats)
    where = source if isinstance(source, str) else Path(source)
    fetch = build_fetcher(to_uri(where))
    files = load_files(where, fetch, open_default_cache())
    return Document(files, _find_problems, formats)


def _check_formats(formats: object) -> None:
    if formats is not None and not is_format_mapping(formats):
        text = f"formats cannot be {shorten_repr(formats)}"
        raise UsageError(text, hint=f"give {FORMATS_HINT}")


def is_format_mapping(value: object) -> bool:
    """Tell whether a value is a mapping of names to functions."""
    if not isinstance(value, Mapping):
        return False
    return all(isinstance(name, str) and callable(check) for name, check in value.items())


def _replace_formats(document: Document, formats: Mapping[str, FormatCheck]) -> Document:
    """Return a document with more formats, or with other ones."""
    return Document(document.files, _find_problems, {**document.formats, **formats})


def _load_mapping(
    source: Mapping[str, Any], base: str | PathLike[str] | None, *, allow_references: bool
) -> DocumentFiles:
    uri = IN_MEMORY_URI if base is None else _build_mapping_uri(base)
    may_read = allow_references or base is not None
    fetch = build_fetcher(uri) if may_read else _refuse_reference
    return load_files(source, fetch, open_default_cache(), uri)


def _build_mapping_uri(base: str | PathLike[str]) -> str:
    """Return the URI of a mapping whose references are relative to a file, folder or URL."""
    uri = to_uri(base if isinstance(base, str) else Path(base))
    is_folder = get_scheme(uri) == "file" and to_path(uri).is_dir()
    return f"{uri.rstrip('/')}/{MAPPING_NAME}" if is_folder else uri


def _refuse_reference(uri: str) -> bytes:
    raise DocumentNotFound(
        "a document that is given as a mapping has no base and reads no other file; "
        "load it with base=PATH, or with allow_references=True",
        uri=uri,
    )


def _find_problems(document: Document) -> list[Problem]:
    from dynclient.plan.document_check import check_document

    return check_document(document)
