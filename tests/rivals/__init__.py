"""Independent rivals of the planner: brute force on tiny instances, and random instances for it."""
