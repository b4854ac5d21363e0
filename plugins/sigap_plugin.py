"""Shows the SIGAP portal in Airflow, at /sigap and in the navigation.

Airflow loads this file as a module named after it: under the name `sigap_portal` it would hide that package.
"""

from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin

from sigap_airflow.portal import portal


class SigapPlugin(AirflowPlugin):
    """The portal for auditors and finance."""

    name = "sigap"
    fastapi_apps: ClassVar[list[Any]] = [{"app": portal, "url_prefix": "/sigap", "name": "SIGAP"}]
    external_views: ClassVar[list[Any]] = [{"name": "SIGAP", "href": "/sigap/", "destination": "nav"}]
