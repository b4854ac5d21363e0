"""Every table, one module per schema. Importing this package completes `metadata`."""

from sigap.warehouse.tables import (
    audit,
    billing,
    entitlement,
    identity,
    identity_review,
    ledger,
    money,
    notes,
    quality,
    removals,
    reporting,
    settlement,
    sources,
)
from sigap.warehouse.tables.base import SCHEMA_NAMES, metadata

__all__ = [
    "SCHEMA_NAMES", "audit", "billing", "entitlement", "identity", "identity_review", "ledger", "metadata",
    "money", "notes", "quality", "removals", "reporting", "settlement", "sources",
]  # fmt: skip
