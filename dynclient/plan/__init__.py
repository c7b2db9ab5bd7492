"""The plan layer: an operation compiled once; arguments become a request, a response becomes a result."""
