"""Files that are malformed in one way each, and what reads them: hand-made and generated."""
