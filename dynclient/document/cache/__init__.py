"""What is kept on disk of documents that were read, so that the next load reads less."""
