"""The document of a run as typed data, and conformance.json, the file that it is kept in."""
