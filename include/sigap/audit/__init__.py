"""What happened, and the way back: outcomes, lineage, trace."""
