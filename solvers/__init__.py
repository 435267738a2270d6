"""Solvers: how a model becomes a matrix, is solved, and what the end of the solve means."""
