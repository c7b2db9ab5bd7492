"""Where the files of a document come from, and which ones it may read."""
