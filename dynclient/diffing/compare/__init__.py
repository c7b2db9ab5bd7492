"""The parts of two documents side by side: operations, parameters, bodies, results, servers and security."""
