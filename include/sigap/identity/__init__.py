"""Who is this, and who is already insured: persons across sources, and memberships, by exact NIK."""
