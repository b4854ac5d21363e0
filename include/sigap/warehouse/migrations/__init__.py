"""The warehouse's revisions. `sigap.warehouse.migrate` runs them; each has its SQL beside it, up and down."""
