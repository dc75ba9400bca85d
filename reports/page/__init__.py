"""The page that people look at: one HTML file of one run, or over the runs of many pairs."""
