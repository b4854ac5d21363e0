"""Who is subsidised this month, and why."""
