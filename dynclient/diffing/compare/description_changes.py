"""The comparison of descriptions, summaries, examples and links, which change no call.

It runs only if the user asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from dynclient.diffing.compare.operation_pairing import OperationPair
from dynclient.diffing.compare.parameter_pairing import pair_parameters
from dynclient.diffing.findings import Finding, FindingContext
from dynclient.document.references import Node
from dynclient.model import Document, Response, find_response
from dynclient.violations import Place

_DESCRIPTION_KEYWORDS = ("summary", "description", "externalDocs")
_PARAMETER_KEYWORDS = ("description", "example", "examples")


def compare_document_descriptions(old: Document, new: Document) -> Iterator[Finding]:
    """Yield changed descriptions of the document as a whole and of its tags."""
    comparer = _DescriptionComparer("")
    old_info, new_info = old.top.follow_child("info"), new.top.follow_child("info")
    yield from comparer.compare(old_info, new_info, "info", ("title", *_DESCRIPTION_KEYWORDS))
    old_tags, new_tags = _index_tags(old), _index_tags(new)
    for name in old_tags.keys() & new_tags.keys():
        yield from comparer.compare(
            old_tags[name], new_tags[name], f"tags.{name}", _DESCRIPTION_KEYWORDS
        )


def _index_tags(document: Document) -> dict[str, Node]:
    return {tag.get_text("name"): tag for tag in document.top.list_items("tags")}


def compare_operation_descriptions(pair: OperationPair) -> Iterator[Finding]:
    """Yield changed descriptions of an operation, its parameters, its body and its results."""
    comparer = _DescriptionComparer(pair.old.key)
    yield from comparer.compare(pair.old.node, pair.new.node, "operation", _DESCRIPTION_KEYWORDS)

    for parameter in pair_parameters(pair.old, pair.new):
        old, new = parameter.old, parameter.new
        if old is not None and new is not None:
            where = f"{old.location}.{old.name}"
            yield from comparer.compare(old.node, new.node, where, _PARAMETER_KEYWORDS)

    old_body, new_body = pair.old.request_body, pair.new.request_body
    if old_body is not None and new_body is not None:
        yield from comparer.compare(old_body.node, new_body.node, "body", ("description",))
        yield from comparer.compare_examples(old_body.node, new_body.node, "body")

    for status, response in pair.new.responses.items():
        old_response = find_response(status, pair.old.responses)
        if old_response is not None and old_response.status == status:
            yield from comparer.compare_responses(old_response, response)


class _DescriptionComparer:
    """Compares keywords that describe.

    Args:
        operation_key: the key of the operation; "" for the document as a whole.

    """

    def __init__(self, operation_key: str) -> None:
        self._operation_key = operation_key

    def compare(
        self, old: Node, new: Node, where: str, keywords: tuple[str, ...]
    ) -> Iterator[Finding]:
        """Yield the keywords whose values are different."""
        for keyword in keywords:
            old_value, new_value = old.get_child(keyword), new.get_child(keyword)
            if old_value.value != new_value.value:
                yield self._build("words-changed", f"{where} {keyword}", old_value, new_value)

    def compare_examples(self, old: Node, new: Node, where: str) -> Iterator[Finding]:
        """Yield the changed examples of the media types that both have."""
        old_content, new_content = old.follow_child("content"), new.follow_child("content")
        for name in old_content.member_keys():
            media_type = new_content.get_child(name)
            if media_type:
                yield from self.compare(
                    old_content.get_child(name),
                    media_type,
                    f"{where} {name}",
                    ("example", "examples"),
                )

    def compare_responses(self, old: Response, new: Response) -> Iterator[Finding]:
        """Yield changed descriptions, examples and links of a response."""
        yield from self.compare(old.node, new.node, new.status, ("summary", "description"))
        yield from self.compare_examples(old.node, new.node, new.status)
        old_links, new_links = old.node.get_child("links"), new.node.get_child("links")
        if old_links.value != new_links.value:
            yield self._build("link-changed", f"{new.status} links", old_links, new_links)

    def _build(self, rule: str, where: str, old: Node, new: Node) -> Finding:
        places = _find_place(old), _find_place(new)
        return FindingContext(self._operation_key).build_finding(
            rule,
            "",
            where,
            documented=(old.value, new.value),
            key=(rule, *places, where),
            places=places,
        )


def _find_place(node: Node) -> Place | None:
    return node.place if node.value is not None else None
