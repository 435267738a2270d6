"""Units: numbers that are given with one, converted once to the unit of their field."""
