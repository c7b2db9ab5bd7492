"""The pages of a reference: an index, and one page per tag with all of its operations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dynclient.api_reference.markdown_text import (
    escape_literal,
    format_block,
    format_code,
    format_inline,
    format_table,
)
from dynclient.api_reference.operation_section import build_operation_section
from dynclient.client.client import Client
from dynclient.description.operation_description import describe_credential_place
from dynclient.model import Document, Operation
from dynclient.names import to_snake_case
from dynclient.wire.message import build_credential_variable

INDEX = "README.md"

#: Where operations without a tag go.
UNTAGGED = "Default"

_WORD = re.compile(r"[^\W_]+")
MAX_NAME_LENGTH = 80


@dataclass(frozen=True)
class OperationAnchor:
    """Where an operation is documented.

    Attributes:
        file: the page.
        anchor: in it.

    """

    file: str
    anchor: str


def build_reference(document: Document) -> dict[str, str]:
    """Return the Markdown reference of a document: every page by its file name, the index first.

    An operation is documented on the page of its first tag. The same document gives the same pages.
    """
    by_tag: dict[str, list[str]] = {tag: [] for tag in document.tags}
    for key, operation in document.operations.items():
        by_tag.setdefault(next(iter(operation.tags), UNTAGGED), []).append(key)
    own = {tag: keys for tag, keys in by_tag.items() if keys}
    files = _name_tag_files(own)
    places = {
        key: place
        for tag, keys in own.items()
        for key, place in _assign_anchors(document, keys, files[tag]).items()
    }
    pages = {INDEX: _join_lines(_build_index(document, files, places))}
    client = Client(document)
    for tag, keys in own.items():
        pages[files[tag]] = _join_lines(_build_tag_page(client, tag, keys, places))
    return pages


def _join_lines(lines: Iterator[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def _name_tag_files(tags: Mapping[str, Any]) -> dict[str, str]:
    """Return the file of each tag: `Customer sessions` → `CustomerSessionsApi.md`; none differ by case alone."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for tag in tags:
        words = _WORD.findall(tag)
        name = "".join(word[0].upper() + word[1:] for word in words)[:MAX_NAME_LENGTH] or "Unnamed"
        file, count = f"{name}Api.md", 1
        while file.casefold() in taken:
            count += 1
            file = f"{name}{count}Api.md"
        taken.add(file.casefold())
        found[tag] = file
    return found


def _assign_anchors(document: Document, keys: list[str], file: str) -> dict[str, OperationAnchor]:
    found: dict[str, OperationAnchor] = {}
    taken: set[str] = set()
    for key in keys:
        name = anchor = to_snake_case(document.operations[key].id)
        count = 1
        while anchor in taken:
            count += 1
            anchor = f"{name}-{count}"
        taken.add(anchor)
        found[key] = OperationAnchor(file, anchor)
    return found


# --- the index


def _build_index(
    document: Document, files: Mapping[str, str], places: Mapping[str, OperationAnchor]
) -> Iterator[str]:
    yield from [f"# {format_inline(document.title)}", ""]
    count = len(document.operations)
    yield f"Version {format_code(str(document.info.get('version', '')) or '-')}, {count} operation{'' if count == 1 else 's'}."
    yield from ["", *_describe_servers(document)]
    if text := str(document.info.get("description") or ""):
        yield from ["", format_block(text)]
    for tag in dict.fromkeys([*document.tags, *files]):
        keys = [
            key
            for key, operation in document.operations.items()
            if tag in (operation.tags or (UNTAGGED,))
        ]
        if keys:
            title = escape_literal(tag) or "-"
            yield from ["", f"## [{title}]({files[tag]})" if tag in files else f"## {title}", ""]
            if about := document.tags.get(tag):
                yield from [format_block(about), ""]
            yield from _build_operation_table(document, keys, places)
    yield from ["", "## Authorization", "", *_build_scheme_table(document)]


def _describe_servers(document: Document) -> Iterator[str]:
    if document.servers:
        yield f"All URIs are relative to {' or '.join(format_code(server.url) for server in document.servers)}"


def _build_operation_table(
    document: Document, keys: list[str], places: Mapping[str, OperationAnchor]
) -> list[str]:
    """Return the table *Method | HTTP request | Description*."""
    rows = []
    for key in keys:
        operation, place = document.operations[key], places[key]
        link = f"[**{escape_literal(to_snake_case(operation.id))}**]({place.file}#{place.anchor})"
        rows.append(
            (
                link,
                f"**{escape_literal(operation.method)}** {format_code(operation.path)}",
                _format_summary(operation),
            )
        )
    return format_table(("Method", "HTTP request", "Description"), rows)


def _format_summary(operation: Operation) -> str:
    return format_inline(operation.summary) + (" **(deprecated)**" if operation.deprecated else "")


def _build_scheme_table(document: Document) -> Iterator[str]:
    if not document.security_schemes:
        yield "The document names no security scheme."
        return
    rows = [
        (
            f'<a id="auth-{to_snake_case(key)}"></a>{format_code(key)}',
            format_code(describe_credential_place(s)),
            format_code(build_credential_variable(key)),
            format_inline(s.description),
        )
        for key, s in document.security_schemes.items()
    ]
    yield from format_table(("Name", "Type", "Environment variable", "Description"), rows)


# --- the page of a tag


def _build_tag_page(
    client: Client, tag: str, keys: list[str], places: Mapping[str, OperationAnchor]
) -> Iterator[str]:
    document = client.document
    file = places[keys[0]].file
    yield from [f"# {file.removesuffix('.md')}", "", *_describe_servers(document), ""]
    if about := document.tags.get(tag):
        yield from [format_block(about), ""]
    yield from _build_operation_table(document, keys, places)
    for key in keys:
        yield from ["", f'<a id="{places[key].anchor}"></a>', ""]
        yield from build_operation_section(client, key, INDEX)
        yield from ["", f"[[Back to top]](#) [[Back to the index]]({INDEX})"]
