"""What the DAGs read and write, under the names that the lake and the warehouse use.

The authorities `lake` and `warehouse` are logical: lineage names things alike in every deployment.
"""

from airflow.sdk import Asset

from sigap.domain.batch import BatchRef


def batch(dataset: str) -> Asset:
    """A dataset of the lake."""
    return Asset(name=dataset, uri=f"file://lake/{dataset}")


def table(name: str) -> Asset:
    """A table of the warehouse, `schema.table`."""
    return Asset(name=name, uri=f"postgres://warehouse:5432/sigap/{name.replace('.', '/')}")


def folder(path: str) -> Asset:
    """A folder of the deployment, such as `inbox/dtks`."""
    return Asset(name=path, uri=f"file://{path}")


def uri_of(thing: str | BatchRef) -> str:
    """Where lineage finds what a verb says it read or wrote: a batch, a file, or a table."""
    if isinstance(thing, BatchRef):
        return f"file://lake/{thing.dataset}/{thing.period}/{thing.sha256[:16]}"
    if "/" in thing:
        return thing if "://" in thing else f"file://{thing}"
    return table(thing).uri


REGISTRY, ASSOCIATIONS, MEMBERSHIPS = (
    folder(f"month/{group}") for group in ("registry", "associations", "memberships")
)
LISTING, RECEIVED = folder("inbox/listing"), batch("sources")
DELIVERIES, VALIDATIONS = table("sources.delivery"), table("quality.validation")
JUDGEMENTS, DUPLICATES = table("quality.judgement"), table("quality.duplicate")
LINK_MODEL, LINK_QUALITY = folder("identity/models"), table("reporting.link_quality")
PERSONS, DECISIONS, LINES = batch("identity.persons"), batch("entitlement.decisions"), batch("billing.lines")
ROSTER, APPROVALS = table("entitlement.roster"), table("audit.approval")
INVOICES, DOCUMENTS = table("billing.invoice"), table("reporting.document")
ALLOCATIONS, RECONCILIATIONS = table("settlement.allocation"), table("settlement.reconciliation")
