"""Whether a difference is breaking: each incompatibility with its proof, its witness, or as unknown."""
