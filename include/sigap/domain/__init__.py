"""Plain words of the business. Nothing here knows a file, a database or Airflow."""
