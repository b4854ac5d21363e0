"""Folders and buckets as Airflow opens them: an address may name a connection that holds its credentials."""

from typing import TYPE_CHECKING, cast

from sigap.settings import Settings

if TYPE_CHECKING:
    from upath import UPath


class AirflowSettings(Settings):
    """Settings whose addresses may name an Airflow connection: `s3://partners@bucket/inbox`."""

    def open(self, address: str) -> "UPath":
        """An `ObjectStoragePath` when the address names a connection, else the path behind it."""
        if "@" not in address.partition("://")[2].partition("/")[0]:
            return super().open(address)
        from airflow.sdk import ObjectStoragePath

        return cast("UPath", ObjectStoragePath(address))  # it is one, though typed as its proxy
