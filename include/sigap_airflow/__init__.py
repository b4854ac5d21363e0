"""The seam: the only shared code that imports Airflow."""
