"""What a person sees of a run on a terminal: the live view, the plain log and the final summary."""
