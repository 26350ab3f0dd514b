"""Codecs without I/O: bytes in, values out; no sockets, no clock, no randomness."""
