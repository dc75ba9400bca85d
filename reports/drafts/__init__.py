"""Drafts of rows for a list of deviations, from the shortfalls that no row explains or accepts."""
