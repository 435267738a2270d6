"""Many cases of an instance: each solved once, on cores or a cluster, kept as they come."""
