"""Bulk rows: immutable Parquet batches named by the digest of their content, with manifests naming parents."""

from sigap.lake.lake import Lake

__all__ = ["Lake"]
