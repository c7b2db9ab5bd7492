"""Words: descriptions, summaries, examples and links. No call changes by them; they are told only when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dynclient.diffing.compare.operation_pairing import OperationPair
from dynclient.diffing.compare.parameter_pairing import pair_parameters
from dynclient.diffing.compare.result_changes import find_response
from dynclient.diffing.findings import Finding
from dynclient.document.references import Node
from dynclient.model import Document, Response
from dynclient.violations import Place

_DESCRIPTION_KEYWORDS = ("summary", "description", "externalDocs")


def compare_document_descriptions(old: Document, new: Document) -> Iterator[Finding]:
    """Yield what is said otherwise of the document as a whole and of its tags."""
    yield from _compare_keywords(
        "",
        "info",
        old.top.get_child("info"),
        new.top.get_child("info"),
        ("title", *_DESCRIPTION_KEYWORDS),
    )
    mine, theirs = (
        {t.get_text("name"): t for t in d.top.get_child("tags").iterate_children()}
        for d in (old, new)
    )
    for name in mine.keys() & theirs.keys():
        yield from _compare_keywords(
            "", f"tags.{name}", mine[name], theirs[name], _DESCRIPTION_KEYWORDS
        )


def compare_operation_descriptions(pair: OperationPair) -> Iterator[Finding]:
    """Yield what is said otherwise of an operation, its parameters, its body and its results."""
    key = pair.old.key
    yield from _compare_keywords(
        key, "operation", pair.old.node, pair.new.node, _DESCRIPTION_KEYWORDS
    )
    for one in pair_parameters(pair.old, pair.new):
        if one.old is not None and one.new is not None:
            where = f"{one.old.location}.{one.old.name}"
            yield from _compare_keywords(
                key, where, one.old.node, one.new.node, ("description", "example", "examples")
            )
    mine, theirs = pair.old.request_body, pair.new.request_body
    if mine is not None and theirs is not None:
        yield from _compare_keywords(key, "body", mine.node, theirs.node, ("description",))
        yield from _compare_examples(key, "body", mine.node, theirs.node)
    for status, response in pair.new.responses.items():
        known = find_response(status, pair.old.responses)
        if known is not None and known.status == status:
            yield from _compare_response(key, known, response)


def _compare_response(key: str, old: Response, new: Response) -> Iterator[Finding]:
    yield from _compare_keywords(key, new.status, old.node, new.node, ("summary", "description"))
    yield from _compare_examples(key, new.status, old.node, new.node)
    mine, theirs = old.node.get_child("links"), new.node.get_child("links")
    if mine.value != theirs.value:
        yield _build_description_finding(key, "link-changed", f"{new.status} links", mine, theirs)


def _compare_examples(key: str, where: str, old: Node, new: Node) -> Iterator[Finding]:
    for name in old.get_child("content").member_keys():
        mine, theirs = (node.get_child("content").get_child(name) for node in (old, new))
        if theirs:
            yield from _compare_keywords(
                key, f"{where} {name}", mine, theirs, ("example", "examples")
            )


def _compare_keywords(
    key: str, where: str, old: Node, new: Node, keywords: tuple[str, ...]
) -> Iterator[Finding]:
    for keyword in keywords:
        mine, theirs = old.get_child(keyword), new.get_child(keyword)
        if mine.value != theirs.value:
            yield _build_description_finding(
                key, "words-changed", f"{where} {keyword}", mine, theirs
            )


def _build_description_finding(key: str, rule: str, where: str, old: Node, new: Node) -> Finding:
    places = (_find_place(old), _find_place(new))
    made = Finding((rule, *places, where), rule, "info", "info", (key,) if key else (), "", where)
    return replace(
        made, documented=(old.value, new.value), places=places, because="no call changes"
    )


def _find_place(node: Node) -> Place | None:
    return node.place if node.value is not None else None
