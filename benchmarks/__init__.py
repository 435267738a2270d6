"""The ladder of instances that grow, and gridblock beside its rivals on them."""
