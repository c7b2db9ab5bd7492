"""What generated stubs are made of. It is all for type checkers: see `typed_client.pyi`."""
