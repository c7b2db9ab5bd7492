"""An operation described: its signature, its body and results as a tree, and ready calls."""
