"""What the sandbox remembers, and which resources the operations of a document stand for."""
