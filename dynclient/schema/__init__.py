"""One schema dialect, two readings of it, two engines that agree, and what a refusal means."""
