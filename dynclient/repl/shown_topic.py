"""`show(…)`: an operation, a tag, a schema, or a part of one, explained."""

from __future__ import annotations

from typing import Any

from dynclient.client.client import BaseClient


class TopicDisplay:
    """Explains a topic of the document: `show(client.create_item)`, `show("Item.maker")`."""

    def __init__(self, client: BaseClient[Any]) -> None:
        self._client = client

    def list_topics(self) -> list[str]:
        """Return the topics that have names."""
        return [*self._client.operations]

    def __call__(self, topic: Any) -> None:
        """Print what the document says of a topic."""
        print(topic.__doc__)  # noqa: T201 (a console prints)
