"""Many calls of one operation: many at once, on one machine and on several, with a journal."""
