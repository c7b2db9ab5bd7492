"""Two revisions of a document: what changed, whom it breaks, and the payload that proves it."""
