"""What an upgrade does: what breaks, for which models, which ways out there are, and which facts moved."""
