"""Whether a difference is breaking: each incompatibility with its witness, or as unknown."""
