"""The instance as pydantic models, split by subject."""
