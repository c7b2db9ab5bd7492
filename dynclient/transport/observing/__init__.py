"""What observers see of calls: log lines, hooks, spans and metrics."""
