"""Where a model is saved and loaded: Python interpreters with a pair in them, and handles of their agents."""
