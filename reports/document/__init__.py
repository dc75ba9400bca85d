"""The document of a run: its rows and verdicts, typed, and conformance.json, in which they are kept."""
