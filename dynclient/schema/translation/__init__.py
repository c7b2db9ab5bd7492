"""Schema Objects of every version become schemas of our one dialect."""
