"""The command line: one module per command; the other modules serve several of them."""
