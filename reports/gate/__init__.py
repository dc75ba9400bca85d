"""The effects of an upgrade: what breaks, for which models, which ways out there are, and which facts moved."""
