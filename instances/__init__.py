"""Instances: everything given, read and checked before any mathematics."""
