"""Pure maths of call quality: no I/O, no clock, no randomness, nothing of ours imported. Seconds, ratios."""
