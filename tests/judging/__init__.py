"""Judging, assessing, scoring: the pure stages."""
