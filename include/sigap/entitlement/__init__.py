"""Is this person subsidised this month: dated rules, one outcome and one reason for everybody."""
