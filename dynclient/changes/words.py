"""Words: descriptions, summaries, examples and links. No call changes by them; they are told only when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dynclient.changes.findings import Finding
from dynclient.changes.pairing import Pair
from dynclient.changes.parameters import matched
from dynclient.changes.results import covering
from dynclient.document.references import Node
from dynclient.model import Document, Response
from dynclient.violations import Place

_SAID = ("summary", "description", "externalDocs")


def of_document(old: Document, new: Document) -> Iterator[Finding]:
    """Yield what is said otherwise of the document as a whole and of its tags."""
    yield from _said("", "info", old.top.child("info"), new.top.child("info"), ("title", *_SAID))
    mine, theirs = ({t.text("name"): t for t in d.top.child("tags").children()} for d in (old, new))
    for name in mine.keys() & theirs.keys():
        yield from _said("", f"tags.{name}", mine[name], theirs[name], _SAID)


def of_operation(pair: Pair) -> Iterator[Finding]:
    """Yield what is said otherwise of an operation, its parameters, its body and its results."""
    key = pair.old.key
    yield from _said(key, "operation", pair.old.node, pair.new.node, _SAID)
    for one in matched(pair.old, pair.new):
        if one.old is not None and one.new is not None:
            where = f"{one.old.location}.{one.old.name}"
            yield from _said(
                key, where, one.old.node, one.new.node, ("description", "example", "examples")
            )
    mine, theirs = pair.old.request_body, pair.new.request_body
    if mine is not None and theirs is not None:
        yield from _said(key, "body", mine.node, theirs.node, ("description",))
        yield from _examples(key, "body", mine.node, theirs.node)
    for status, response in pair.new.responses.items():
        known = covering(status, pair.old.responses)
        if known is not None and known.status == status:
            yield from _of_response(key, known, response)


def _of_response(key: str, old: Response, new: Response) -> Iterator[Finding]:
    yield from _said(key, new.status, old.node, new.node, ("summary", "description"))
    yield from _examples(key, new.status, old.node, new.node)
    mine, theirs = old.node.child("links"), new.node.child("links")
    if mine.value != theirs.value:
        yield _finding(key, "link-changed", f"{new.status} links", mine, theirs)


def _examples(key: str, where: str, old: Node, new: Node) -> Iterator[Finding]:
    for name in old.child("content").names():
        mine, theirs = (node.child("content").child(name) for node in (old, new))
        if theirs:
            yield from _said(key, f"{where} {name}", mine, theirs, ("example", "examples"))


def _said(
    key: str, where: str, old: Node, new: Node, keywords: tuple[str, ...]
) -> Iterator[Finding]:
    for keyword in keywords:
        mine, theirs = old.child(keyword), new.child(keyword)
        if mine.value != theirs.value:
            yield _finding(key, "words-changed", f"{where} {keyword}", mine, theirs)


def _finding(key: str, rule: str, where: str, old: Node, new: Node) -> Finding:
    places = (_place(old), _place(new))
    made = Finding((rule, *places, where), rule, "info", "info", (key,) if key else (), "", where)
    return replace(made, said=(old.value, new.value), places=places, because="no call changes")


def _place(node: Node) -> Place | None:
    return node.place if node.value is not None else None
