"""The parts of two documents side by side: operations, calls, results, servers and security."""
