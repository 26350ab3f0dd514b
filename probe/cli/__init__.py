"""The command line (design section 4). Nobody imports it."""
