"""One run: what it was asked for, how it is set up, and what it hands to pytest."""
