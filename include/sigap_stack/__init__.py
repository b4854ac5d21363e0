"""The embedded stack: a real PostgreSQL and Airflow on one machine, started and stopped as one."""
