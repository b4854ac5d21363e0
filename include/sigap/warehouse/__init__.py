"""PostgreSQL: what was decided and what is owed. One schema per stage, guarded by the database itself."""
