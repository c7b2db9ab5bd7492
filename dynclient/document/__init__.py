"""The document layer: bytes become a plain tree with references, lines and problems."""
