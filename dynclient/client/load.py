"""Loading: a source becomes a Document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from dynclient.client.source_loader import (
    AllowedReferences,
    ReadableFile,
    load_source,
    read_overlays,
)
from dynclient.document.loading_limits import read_limits
from dynclient.errors import UsageError
from dynclient.model import Document
from dynclient.schema.formats import FormatCheck
from dynclient.violations import shorten_repr

if TYPE_CHECKING:
    from dynclient.document.problems import Problem

#: What the formats of a user are.
FORMATS_HINT = 'a mapping of names to functions, such as {"currency": is_currency}'

OverlaySource = str | PathLike[str] | Mapping[str, Any] | bytes | ReadableFile

#: One overlay, or several.
Overlays = OverlaySource | Sequence[OverlaySource]

DocumentSource = str | PathLike[str] | Mapping[str, Any] | bytes | ReadableFile | Document


def load(
    source: DocumentSource,
    *,
    base: str | PathLike[str] | None = None,
    allow_references: AllowedReferences = False,
    overlay: Overlays = (),
    formats: Mapping[str, FormatCheck] | None = None,
    limits: Mapping[str, int] | None = None,
) -> Document:
    """Return the OpenAPI document that a source holds.

    Loading indexes the operations and looks no further; what is wrong with the document is in
    `Document.problems`.

    Args:
        source: a path, an http(s) URL, `git:REV:path` (a file at a revision of the local git
            repository), `-` (standard input), the document as a mapping, as bytes or in a file
            object, or a Document, which is returned itself.
        base: of a mapping, bytes, a file object or standard input: the file, folder or URL that its
            references are relative to. Without one it reads no other file.
        allow_references: what references may name besides: paths of files and folders, and URLs
            with all below them; True: everything, but for a document from the net no file and no
            private host. Without it, references of a file name files below its folder, or below the
            git repository in which it lies; those of a URL name what has its origin.
        overlay: an overlay, or several that are applied in this order: each is a source like the
            document (OpenAPI Overlay 1.0 and 1.1).
        formats: name of a format → function that says whether a string fits it. They are added to
            the known formats, or replace them.
        limits: how much the document may hold: name of a limit → its value. `file_bytes` and
            `download_bytes` (bytes of a file, and of one from the net), `files`, `nodes` (values of
            a file, aliases expanded), `depth` (levels, at most 500), `reference_chain` (references
            one after another).

    Raises:
        UsageError: the source is none of these, or is no mapping and has one of the options.
        DocumentNotFound: nothing is there, or it cannot be read.
        DocumentSyntaxError: the text is neither YAML nor JSON; the error names line and column.
        UnsupportedVersion: it is no OpenAPI document of a version that dynclient reads.
        DocumentTooLarge: it reaches a limit; `.limit` names it.

    """
    _check_formats(formats)
    if isinstance(source, Document):
        if base is not None or allow_references or overlay or limits:
            raise UsageError(
                "`base`, `allow_references`, `overlay` and `limits` are for a document that is "
                "being loaded",
                hint="give them to dynclient.load",
            )
        return source if not formats else _replace_formats(source, formats)
    loading_limits = read_limits(limits)
    overlays = read_overlays(overlay) if overlay != () else ()
    files = load_source(source, base, allow_references, overlays, loading_limits)
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


def _find_problems(document: Document) -> list[Problem]:
    from dynclient.plan.document_check import check_document

    return check_document(document)
