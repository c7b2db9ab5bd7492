"""The text of a document: YAML by the rules of 1.2, and what its versions read differently."""
