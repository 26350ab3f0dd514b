"""Tests of the embedded twin."""
