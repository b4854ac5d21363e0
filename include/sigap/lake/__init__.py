"""Bulk rows: immutable Parquet batches named by the digest of their content, with their parents named."""

from sigap.lake.lake import Lake

__all__ = ["Lake"]
