"""Accounts of the production topology: Airflow's FAB accounts, known to the approvals by name."""

from airflow.providers.fab.auth_manager.fab_auth_manager import FabAuthManager
from airflow.providers.fab.auth_manager.models import User


class NamedFabAuthManager(FabAuthManager):
    """FAB accounts, whose user names SIGAP_ROSTER_APPROVERS and SIGAP_INVOICE_APPROVERS take.

    FAB itself tells accounts apart by the number of a table row, which says nothing in an audit.
    """

    def is_authorized_hitl_task(self, *, assigned_users: set[str], user: User) -> bool:
        """Whether this account may answer a question that was put to `assigned_users` (user names)."""
        return user.get_name() in assigned_users
