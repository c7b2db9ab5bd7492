"""The two engines that check values, and how a violation is explained."""
