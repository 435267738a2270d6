"""Readers of other people's data: each module says what its format is and how it is planned."""
