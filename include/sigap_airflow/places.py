"""Where this deployment keeps things, as Airflow knows it: warehouse and stores behind its connections."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from sigap.settings import Settings, load_settings

if TYPE_CHECKING:
    from upath import UPath

CONNECTION = "sigap_warehouse"


class AirflowSettings(Settings):
    """Settings whose addresses may name an Airflow connection: `s3://partners@bucket/inbox`."""

    def open(self, address: str) -> "UPath":
        """An `ObjectStoragePath` when the address names a connection, else the path behind it."""
        if "@" not in address.partition("://")[2].partition("/")[0]:
            return super().open(address)
        from airflow.sdk import ObjectStoragePath

        return cast("UPath", ObjectStoragePath(address))  # it is one, though typed as its proxy


def deployed_settings(connection: Callable[[str], Any]) -> Settings:
    """The settings, with the warehouse behind Airflow's connection unless SIGAP_WAREHOUSE_URL names one.

    `connection` looks a connection up by its id.
    """
    settings = load_settings(AirflowSettings)
    if settings.warehouse_url is not None:
        return settings
    from sqlalchemy import URL

    found = connection(CONNECTION)
    url = URL.create("postgresql", found.login, found.password, found.host, found.port, found.schema)
    return settings.model_copy(update={"warehouse_url": url.render_as_string(hide_password=False)})
