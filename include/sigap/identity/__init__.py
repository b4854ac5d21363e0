"""Who is one person, and who is already insured."""
