"""From catalogue, site and options to a Plan: pure."""
