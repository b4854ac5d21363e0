"""Shows the SIGAP portal in Airflow, at /sigap and in the navigation."""

from airflow.plugins_manager import AirflowPlugin

from sigap_airflow.portal import portal


class SigapPortal(AirflowPlugin):
    """The portal for auditors and finance."""

    name = "sigap_portal"
    fastapi_apps = [{"app": portal, "url_prefix": "/sigap", "name": "SIGAP"}]  # noqa: RUF012
    external_views = [{"name": "SIGAP", "href": "/sigap/", "destination": "nav"}]  # noqa: RUF012
