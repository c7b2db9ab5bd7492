"""Does every value of one schema fit another? Decided by rules, with a witness where it does not."""
