"""Trees of names, and the command line."""
