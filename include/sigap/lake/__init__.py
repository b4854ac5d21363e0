"""Bulk rows: immutable Parquet batches named by the digest of their content, each with a manifest that names its parents."""

from sigap.lake.lake import Lake

__all__ = ["Lake"]
