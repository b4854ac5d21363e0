"""Takes in the DTKS/DTSEN extract of the city once a month: fetch or list, collect, check, publish."""

from airflow.sdk import DAG

from sigap_airflow.assets import REGISTRY
from sigap_airflow.collection import check_files, collect_files
from sigap_airflow.extraction import extract_registry
from sigap_airflow.policy import DEFAULTS, monthly

with DAG(
    dag_id="collect_registry",
    schedule=monthly(day=3),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["sigap", "collect", "dtks"],
    doc_md="""Takes in the DTKS/DTSEN extract of the city for the month in the partition key. Where
SIGAP_REGISTRY is set, it fetches the extract first, kecamatan by kecamatan and page by page; what was fetched
is kept when a unit fails.

**When a file is missing or refused**: put the (corrected) file into the folder `dtks` of the month's inbox
and trigger this DAG again with the same partition key. What was taken in before stays as it is.
Runbooks: `docs/runbooks/operate_a_month.md`, `docs/runbooks/fetch_the_registry.md`.""",
):
    check_files(collect_files("dtks", after=extract_registry()), arrived=REGISTRY)
