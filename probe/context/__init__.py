"""A check's view of the world: recorded operations, names, and patience. Over ports only, no sockets."""
