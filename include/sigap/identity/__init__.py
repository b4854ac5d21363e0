"""Who is this, and who is already insured: rows joined to persons, and memberships found, by a link model."""
