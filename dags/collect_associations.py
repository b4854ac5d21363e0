"""Takes in the lists of the sector associations once a month: list, collect file by file, check, publish."""

from airflow.sdk import DAG

from sigap_airflow.assets import ASSOCIATIONS
from sigap_airflow.collection import check_files, collect_files
from sigap_airflow.policy import DEFAULTS, monthly

with DAG(
    dag_id="collect_associations",
    schedule=monthly(day=5),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["sigap", "collect", "associations"],
    doc_md="""Takes in the lists of the sector associations for the month in the partition key.

**When a file is missing or refused**: put the (corrected) file into the folder `associations` of the month's
inbox and trigger this DAG again with the same partition key. What was taken in before stays as it is.
Runbook: `docs/runbooks/operate_a_month.md`.""",
):
    check_files(collect_files("associations"), arrived=ASSOCIATIONS)
