"""The schema layer: one dialect, two readings, two engines that agree, and samples."""
