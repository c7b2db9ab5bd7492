"""The command line: one module per command, `render` for what is printed, `choice` for which document and server."""
