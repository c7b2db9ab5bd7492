"""The one shape of a document: that of OpenAPI 3, in which the model reads every version.

A document of OpenAPI 3 has it already. Of another version, each object is translated when it is
read, so that references stay lazy and every part keeps the place where the user wrote it.
"""

from __future__ import annotations

from dynclient.document.references import Node


class DocumentShape:
    """Reads the objects of OpenAPI 3, as they stand."""

    def read_document(self, root: Node) -> Node:
        """Return the OpenAPI Object that the root of a document means."""
        return root

    def read_path_item(self, path_item: Node) -> Node:
        """Return the Path Item Object that an object under `paths` means."""
        return path_item

    def read_operation(self, operation: Node, path_item: Node) -> Node:  # noqa: ARG002 (other versions need it)
        """Return the Operation Object that an object in a path item means.

        Args:
            operation: the object as it stands.
            path_item: the path item as it stands.

        """
        return operation
