"""Where the two sides of a comparison come from: paths, URLs, standard input, folders, and git revisions."""
