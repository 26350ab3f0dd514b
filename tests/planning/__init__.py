"""Planning from the built-in catalogue."""
