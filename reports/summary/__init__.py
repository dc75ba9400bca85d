"""The verdict in words: summary.md, and the end of the terminal's output."""
