"""The wire layer: values ↔ the text and bytes that travel; pure, and no HTTP library in sight."""
