"""The pages of a reference: an index, and one page per tag with all of its operations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

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
from dynclient.display_text import format_count
from dynclient.masking import mask_url
from dynclient.model import Document, Operation
from dynclient.names import to_snake_case
from dynclient.wire.message import build_credential_variable

INDEX = "README.md"

#: The tag of operations that have none.
UNTAGGED = "Default"

MAX_NAME_LENGTH = 80

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class OperationAnchor:
    """Where the reference documents an operation.

    Attributes:
        file: the file of the page.
        anchor: the anchor in it.

    """

    file: str
    anchor: str


def build_reference(document: Document) -> dict[str, str]:
    """Return the Markdown reference of a document: every page by its file name, the index first.

    An operation is documented on the page of its first tag. The same document gives the same pages.
    """
    keys_by_tag = _group_by_first_tag(document)
    files = _name_tag_files(keys_by_tag)
    anchors: dict[str, OperationAnchor] = {}
    for tag, keys in keys_by_tag.items():
        anchors.update(_assign_anchors(document, keys, files[tag]))
    pages = {INDEX: _join_lines(_build_index(document, files, anchors))}
    client = Client(document)
    for tag, keys in keys_by_tag.items():
        pages[files[tag]] = _join_lines(_build_tag_page(client, tag, keys, anchors))
    return pages


def _group_by_first_tag(document: Document) -> dict[str, list[str]]:
    """Return the keys of the operations by their first tag, in the order of the document's tags."""
    keys_by_tag: dict[str, list[str]] = {tag: [] for tag in document.tags}
    for key, operation in document.operations.items():
        tag = operation.tags[0] if operation.tags else UNTAGGED
        keys_by_tag.setdefault(tag, []).append(key)
    return {tag: keys for tag, keys in keys_by_tag.items() if keys}


def _join_lines(lines: Iterator[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def _name_tag_files(tags: Iterable[str]) -> dict[str, str]:
    """Return the file of each tag: `Customer sessions` → `CustomerSessionsApi.md`.

    No two names differ by case alone.
    """
    files: dict[str, str] = {}
    names_in_use: set[str] = set()
    for tag in tags:
        words = [word[0].upper() + word[1:] for word in _WORD.findall(tag)]
        name = "".join(words)[:MAX_NAME_LENGTH] or "Unnamed"
        file, count = f"{name}Api.md", 1
        while file.casefold() in names_in_use:
            count += 1
            file = f"{name}{count}Api.md"
        names_in_use.add(file.casefold())
        files[tag] = file
    return files


def _assign_anchors(document: Document, keys: list[str], file: str) -> dict[str, OperationAnchor]:
    anchors: dict[str, OperationAnchor] = {}
    names_in_use: set[str] = set()
    for key in keys:
        name = anchor = to_snake_case(document.operations[key].id)
        count = 1
        while anchor in names_in_use:
            count += 1
            anchor = f"{name}-{count}"
        names_in_use.add(anchor)
        anchors[key] = OperationAnchor(file, anchor)
    return anchors


# --- the index


def _build_index(
    document: Document, files: Mapping[str, str], anchors: Mapping[str, OperationAnchor]
) -> Iterator[str]:
    version = format_code(str(document.info.get("version", ""))) or "-"
    count = format_count(len(document.operations), "operation")
    yield from [f"# {format_inline(document.title)}", ""]
    yield f"Version {version}, {count}."
    yield from ["", *_describe_servers(document)]
    description = str(document.info.get("description") or "")
    if description:
        yield from ["", format_block(description)]
    for tag in dict.fromkeys([*document.tags, *files]):
        keys = _list_tagged_keys(document, tag)
        if keys:
            title = escape_literal(tag) or "-"
            heading = f"## [{title}]({files[tag]})" if tag in files else f"## {title}"
            yield from ["", heading, "", *_describe_tag(document, tag)]
            yield from _build_operation_table(document, keys, anchors)
    yield from ["", "## Authorization", "", *_build_scheme_table(document)]


def _list_tagged_keys(document: Document, tag: str) -> list[str]:
    """Return the keys of the operations that have a tag among theirs."""
    keys = []
    for key, operation in document.operations.items():
        if tag in (operation.tags or (UNTAGGED,)):
            keys.append(key)
    return keys


def _describe_tag(document: Document, tag: str) -> list[str]:
    description = document.tags.get(tag)
    return [format_block(description), ""] if description else []


def _describe_servers(document: Document) -> Iterator[str]:
    if document.servers:
        urls = " or ".join(format_code(mask_url(server.url)) for server in document.servers)
        yield f"All URIs are relative to {urls}"


def _build_operation_table(
    document: Document, keys: list[str], anchors: Mapping[str, OperationAnchor]
) -> list[str]:
    """Return the table *Method | HTTP request | Description*."""
    rows = []
    for key in keys:
        operation, anchor = document.operations[key], anchors[key]
        name = escape_literal(to_snake_case(operation.id))
        link = f"[**{name}**]({anchor.file}#{anchor.anchor})"
        request = f"**{escape_literal(operation.method)}** {format_code(operation.path)}"
        rows.append((link, request, _format_summary(operation)))
    return format_table(("Method", "HTTP request", "Description"), rows)


def _format_summary(operation: Operation) -> str:
    summary = format_inline(operation.summary)
    return f"{summary} **(deprecated)**" if operation.deprecated else summary


def _build_scheme_table(document: Document) -> Iterator[str]:
    if not document.security_schemes:
        yield "The document names no security scheme."
        return
    rows = []
    for key, scheme in document.security_schemes.items():
        anchor = f'<a id="auth-{to_snake_case(key)}"></a>'
        place = format_code(describe_credential_place(scheme))
        variable = format_code(build_credential_variable(key))
        rows.append((anchor + format_code(key), place, variable, format_inline(scheme.description)))
    yield from format_table(("Name", "Type", "Environment variable", "Description"), rows)


# --- the page of a tag


def _build_tag_page(
    client: Client, tag: str, keys: list[str], anchors: Mapping[str, OperationAnchor]
) -> Iterator[str]:
    document = client.document
    title = anchors[keys[0]].file.removesuffix(".md")
    yield from [f"# {title}", "", *_describe_servers(document), ""]
    yield from _describe_tag(document, tag)
    yield from _build_operation_table(document, keys, anchors)
    for key in keys:
        yield from ["", f'<a id="{anchors[key].anchor}"></a>', ""]
        yield from build_operation_section(client, key, INDEX)
        yield from ["", f"[[Back to top]](#) [[Back to the index]]({INDEX})"]
