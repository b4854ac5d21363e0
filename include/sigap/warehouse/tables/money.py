"""What banks and the treasury say was paid, what it was allocated to, and who is active."""
