"""What link compared in an earlier run, kept in the lake and taken up by the next."""

import duckdb
from sqlalchemy import select

from sigap.domain.batch import BatchRef
from sigap.domain.period import Period
from sigap.identity.compared import Compared
from sigap.identity.model import Model
from sigap.identity.policy import policy
from sigap.pipeline.resources import Resources
from sigap.warehouse.tables import audit

DATASETS = ("identity.compared", "identity.found")


def basis_of(model: Model) -> str:
    """What a comparison holds for: another model, policy or version of DuckDB compares everything anew."""
    rules = policy()
    return f"{model.sha256[:16]} {rules.evidence_from} {rules.evidence_below} {duckdb.__version__}"


def compared_before(period: Period, basis: str, resources: Resources) -> Compared | None:
    """What the newest run of this or an earlier month compared on the same basis; None: compare everything.

    It changes the work, never the result, so it is no parent of what link writes.
    """
    ran = audit.outcome.c
    wanted = (
        select(ran.outputs)
        .where(ran.verb == "link", ran.status == "ok", ran.period <= str(period))
        .where(ran.versions["compared"].as_string() == basis)
        .order_by(ran.outcome_id.desc())
        .limit(1)
    )
    with resources.warehouse.connect() as connection:
        outputs = connection.execute(wanted).scalar_one_or_none() or []
    written = {item["dataset"]: BatchRef.from_dict(item) for item in outputs if isinstance(item, dict)}
    if not written.keys() >= set(DATASETS):
        return None
    return Compared(*(resources.lake.read(written[name]) for name in DATASETS))
