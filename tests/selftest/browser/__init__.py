"""The page in a real browser; `python -m pytest tests/selftest/browser` runs these."""
