"""What was edited between two schemas, before anybody asks whether it breaks something."""
