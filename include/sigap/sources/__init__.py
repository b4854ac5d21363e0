"""Getting lists in exactly as they were given."""
