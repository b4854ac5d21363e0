"""What BPJS billed, what was paid, what differs."""
