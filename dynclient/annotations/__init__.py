"""What GitHub annotations and SARIF logs share, whatever they report: files, escapes, fields."""
