"""What the schemas of a document have to do with one another, whatever the direction."""

from __future__ import annotations

from dynclient.document.references import Node
from dynclient.schema.translation.dynamic_scopes import DynamicScopeReader
from dynclient.schema.translation.hierarchy import SchemaHierarchy


class SchemaRelations:
    """Reads, when it is first asked, which schemas build on which, and which need which anchors."""

    def __init__(self) -> None:
        self._hierarchy: SchemaHierarchy | None = None
        self._dynamic_scopes: DynamicScopeReader | None = None

    def get_hierarchy(self, node: Node) -> SchemaHierarchy:
        """Return which schemas build on which, in the document of a node."""
        if self._hierarchy is None:
            self._hierarchy = SchemaHierarchy(node.files)
        return self._hierarchy

    def get_dynamic_scopes(self, node: Node) -> DynamicScopeReader:
        """Return what knows the dynamic anchors, in the document of a node."""
        if self._dynamic_scopes is None:
            list_related = self.get_hierarchy(node).list_related_schemas
            self._dynamic_scopes = DynamicScopeReader(node.files, list_related)
        return self._dynamic_scopes
