"""Numbered examples: scripts that run as they are, each a lesson; `gridblock new --example 3`."""
