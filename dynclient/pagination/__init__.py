"""How an operation pages: what the user, an extension, a link or the schemas say of it."""
