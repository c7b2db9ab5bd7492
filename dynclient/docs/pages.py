"""The pages of a reference: an index, and one page per tag with all of its operations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dynclient.client.client import Client
from dynclient.docs.facts import carried
from dynclient.docs.markdown import block, code, inline, literal, table
from dynclient.docs.operation import section
from dynclient.model import Document, Operation
from dynclient.names import snake_case
from dynclient.wire.message import environment_name

INDEX = "README.md"

#: Where operations without a tag go.
UNTAGGED = "Default"

_WORD = re.compile(r"[^\W_]+")
MAX_NAME = 80


@dataclass(frozen=True)
class Place:
    """Where an operation is documented.

    Attributes:
        file: the page.
        anchor: in it.

    """

    file: str
    anchor: str


def reference(document: Document) -> dict[str, str]:
    """Return the Markdown reference of a document: every page by its file name, the index first.

    An operation is documented on the page of its first tag. The same document gives the same pages.
    """
    by_tag: dict[str, list[str]] = {tag: [] for tag in document.tags}
    for key, operation in document.operations.items():
        by_tag.setdefault(next(iter(operation.tags), UNTAGGED), []).append(key)
    own = {tag: keys for tag, keys in by_tag.items() if keys}
    files = _files(own)
    places = {
        key: place
        for tag, keys in own.items()
        for key, place in _places(document, keys, files[tag]).items()
    }
    pages = {INDEX: _text(_index(document, files, places))}
    client = Client(document)
    for tag, keys in own.items():
        pages[files[tag]] = _text(_page(client, tag, keys, places))
    return pages


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def _files(tags: Mapping[str, Any]) -> dict[str, str]:
    """Return the file of each tag: `Customer sessions` → `CustomerSessionsApi.md`; none differ by case alone."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for tag in tags:
        words = _WORD.findall(tag)
        name = "".join(word[0].upper() + word[1:] for word in words)[:MAX_NAME] or "Unnamed"
        file, count = f"{name}Api.md", 1
        while file.casefold() in taken:
            count += 1
            file = f"{name}{count}Api.md"
        taken.add(file.casefold())
        found[tag] = file
    return found


def _places(document: Document, keys: list[str], file: str) -> dict[str, Place]:
    found: dict[str, Place] = {}
    taken: set[str] = set()
    for key in keys:
        name = anchor = snake_case(document.operations[key].id)
        count = 1
        while anchor in taken:
            count += 1
            anchor = f"{name}-{count}"
        taken.add(anchor)
        found[key] = Place(file, anchor)
    return found


# --- the index


def _index(
    document: Document, files: Mapping[str, str], places: Mapping[str, Place]
) -> Iterator[str]:
    yield from [f"# {inline(document.title)}", ""]
    count = len(document.operations)
    yield f"Version {code(str(document.info.get('version', '')) or '-')}, {count} operation{'' if count == 1 else 's'}."
    yield from ["", *_relative(document)]
    if text := str(document.info.get("description") or ""):
        yield from ["", block(text)]
    for tag in dict.fromkeys([*document.tags, *files]):
        keys = [
            key
            for key, operation in document.operations.items()
            if tag in (operation.tags or (UNTAGGED,))
        ]
        if keys:
            title = literal(tag) or "-"
            yield from ["", f"## [{title}]({files[tag]})" if tag in files else f"## {title}", ""]
            if about := document.tags.get(tag):
                yield from [block(about), ""]
            yield from _listed(document, keys, places)
    yield from ["", "## Authorization", "", *_schemes(document)]


def _relative(document: Document) -> Iterator[str]:
    if document.servers:
        yield f"All URIs are relative to {' or '.join(code(server.url) for server in document.servers)}"


def _listed(document: Document, keys: list[str], places: Mapping[str, Place]) -> list[str]:
    """Return the table *Method | HTTP request | Description*."""
    rows = []
    for key in keys:
        operation, place = document.operations[key], places[key]
        link = f"[**{literal(snake_case(operation.id))}**]({place.file}#{place.anchor})"
        rows.append(
            (link, f"**{literal(operation.method)}** {code(operation.path)}", _summary(operation))
        )
    return table(("Method", "HTTP request", "Description"), rows)


def _summary(operation: Operation) -> str:
    return inline(operation.summary) + (" **(deprecated)**" if operation.deprecated else "")


def _schemes(document: Document) -> Iterator[str]:
    if not document.security_schemes:
        yield "The document names no security scheme."
        return
    rows = [
        (
            f'<a id="auth-{snake_case(key)}"></a>{code(key)}',
            code(carried(s)),
            code(environment_name(key)),
            inline(s.description),
        )
        for key, s in document.security_schemes.items()
    ]
    yield from table(("Name", "Type", "Environment variable", "Description"), rows)


# --- the page of a tag


def _page(client: Client, tag: str, keys: list[str], places: Mapping[str, Place]) -> Iterator[str]:
    document = client.document
    file = places[keys[0]].file
    yield from [f"# {file.removesuffix('.md')}", "", *_relative(document), ""]
    if about := document.tags.get(tag):
        yield from [block(about), ""]
    yield from _listed(document, keys, places)
    for key in keys:
        yield from ["", f'<a id="{places[key].anchor}"></a>', ""]
        yield from section(client, key, INDEX)
        yield from ["", f"[[Back to top]](#) [[Back to the index]]({INDEX})"]
