"""Pages over warehouse views for auditors and finance."""
