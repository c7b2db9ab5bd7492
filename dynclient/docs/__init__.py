"""The Markdown reference of a document: `reference(document)` gives every page by its file name."""

from dynclient.docs.pages import reference

__all__ = ["reference"]
