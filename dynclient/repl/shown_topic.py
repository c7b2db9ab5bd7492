"""`show(…)`: an operation, a tag, a schema, or a part of one, explained."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

from dynclient.client.client import BaseClient
from dynclient.client.operation import BoundOperation
from dynclient.client.topics import format_topic, list_part_names, list_schema_names
from dynclient.description.operation_table import format_operation_rows
from dynclient.description.operation_text import format_operation
from dynclient.display_text import escape_unprintable
from dynclient.repl.tag_operations import TagOperations

#: Wider prose is hard to read.
MAX_WIDTH = 100


class TopicDisplay:
    """Explains a topic of the document: `show(client.create_item)`, `show("Item.maker")`."""

    def __init__(self, client: BaseClient[Any]) -> None:
        self._client = client

    def list_topics(self, typed: str = "") -> list[str]:
        """Return the topics that may go on from what is typed.

        Args:
            typed: the topic as far as it is typed; behind its last dot a part is named.

        """
        owner, dot, _ = typed.rpartition(".")
        parts = list_part_names(self._client, owner) if dot else []
        if parts:
            return [f"{owner}.{part}" for part in parts]
        return [*self._client.operations, *self._client.tags, *list_schema_names(self._client)]

    def __call__(self, topic: Any = "") -> None:
        """Print what the document says of a topic.

        Args:
            topic: an operation, a tag, or the name of an operation, of a schema, or of a part:
                `Order.lines`, `createOrder.body.lines`, `createOrder.200.lines`. Without one:
                the operations by tag.

        Raises:
            OperationNotFound: the document has no such topic.

        """
        width = min(shutil.get_terminal_size().columns, MAX_WIDTH)
        for line in self._format(topic, width):
            print(escape_unprintable(line, keep="\n\t"))  # noqa: T201 (a console prints)

    def _format(self, topic: Any, width: int) -> Iterator[str]:
        if isinstance(topic, BoundOperation):
            yield from format_operation(topic, width)
        elif isinstance(topic, TagOperations):
            yield from format_operation_rows((topic[key].operation for key in topic), width)
        elif topic == "":
            for tag in self._client.tags:
                yield from self._format(tag, width)
        elif isinstance(topic, str) and topic in self._client.tags:
            yield topic
            yield from format_operation_rows(
                (each.operation for each in self._client.tags[topic].values()), width
            )
        elif isinstance(topic, str):
            yield from format_topic(self._client, topic, width)
        else:
            yield str(getattr(topic, "__doc__", None) or repr(topic))

    def __repr__(self) -> str:
        return 'show(client.NAME), show("Schema.member"), show(tag): what the document says'
