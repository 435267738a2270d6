"""Cross-checks, one subject a module; ``gridblock.instances.check`` lists them."""
