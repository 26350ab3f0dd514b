"""Runs a plan: lanes, gates, nested deadlines, events."""
