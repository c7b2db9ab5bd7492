"""The Markdown reference of a document: `reference(document)` gives every page by its file name."""

from dynclient.api_reference.reference_pages import build_reference

__all__ = ["build_reference"]
