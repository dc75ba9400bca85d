"""Baselines: the reports of whole runs in a small form to keep, one file for each pair, and the page over them."""
