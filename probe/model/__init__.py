"""Plain data: one class per thing, no I/O, no clock, no randomness."""
