"""The test of every constructor argument."""
