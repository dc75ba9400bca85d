"""The generated parts of the pages in `docs/`: `python -m reports.docs` writes them anew.

A part of a page is between `<!-- begin NAME -->` and `<!-- end NAME -->`. The rest of the page is written by hand.
"""
