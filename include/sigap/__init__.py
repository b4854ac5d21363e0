"""The SIGAP premium pipeline: from received lists of workers to issued invoices. It never imports Airflow."""
