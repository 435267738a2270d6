"""Gridblock and its rivals, each a module with ``run(job, journal)``."""
