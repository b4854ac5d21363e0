# One image for every Airflow service and for the `sigap` command. The slim image carries Airflow alone; everything
# else comes from our lock, so that a container runs what the tests ran.
ARG AIRFLOW_IMAGE=apache/airflow:slim-3.3.2-python3.11
FROM ${AIRFLOW_IMAGE}

# Reads s3:// paths. Not in the lock, because only this topology needs it; equal to the lock's fsspec, as s3fs demands.
ARG S3FS_VERSION=2026.9.0

USER root
RUN install --directory --owner=airflow --group=root /opt/sigap /opt/sigap/home
USER airflow

COPY --chown=airflow:root requirements.txt /opt/sigap/
RUN pip install --no-cache-dir -r /opt/sigap/requirements.txt "s3fs==${S3FS_VERSION}"

# Editable, as in development: the migrations, rules and templates are read from where they stand.
COPY --chown=airflow:root pyproject.toml README.md LICENSE /opt/sigap/
COPY --chown=airflow:root include /opt/sigap/include
RUN pip install --no-cache-dir --no-deps --editable /opt/sigap

COPY --chown=airflow:root dags /opt/airflow/dags
COPY --chown=airflow:root plugins /opt/airflow/plugins
