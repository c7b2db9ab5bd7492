"""The client: operations as callables."""
