"""The sources of a comparison: paths, URLs, standard input, folders, and git revisions."""
