"""An operation compiled once: arguments become a request, a response becomes a result."""
