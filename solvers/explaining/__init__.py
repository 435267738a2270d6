"""Why work stays unmet, or why no plan can exist: shown by re-solving with rules relaxed."""
