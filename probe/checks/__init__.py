"""The kinds of check, one file each: parameters, what it offers to show, how it measures, what the result means."""
