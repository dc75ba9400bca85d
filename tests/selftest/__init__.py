"""The suite's own tests: that it catches what it claims to catch, and says so."""
