"""Checks that several requirements share, and shrinking with them."""
