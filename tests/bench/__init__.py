"""Benchmarks: figures beside a peer's in the same run, as ratios. Nothing here fails on a slow machine."""
