"""Reports: a plan as tables and as text for the terminal."""
