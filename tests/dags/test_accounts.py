"""Under the production topology's accounts, approvals know people by user name.

Airflow's accounts are imported inside the tests: every worker collects this file, and one runs it.
"""

from types import SimpleNamespace


def test_a_question_is_answered_by_the_user_name_it_was_put_to_and_by_nobody_else() -> None:
    from airflow.providers.fab.auth_manager.models import User

    from sigap_airflow.accounts import NamedFabAuthManager

    manager = SimpleNamespace()
    dinas, other = User(id=7, username="dinas"), User(id=8, username="8")
    allowed = NamedFabAuthManager.is_authorized_hitl_task
    assert allowed(manager, assigned_users={"dinas"}, user=dinas)
    assert not allowed(manager, assigned_users={"bendahara", "7"}, user=dinas)
    assert not allowed(manager, assigned_users={"dinas"}, user=other)


def test_airflow_still_asks_the_auth_manager_this_way() -> None:
    """If Airflow renames the question, our answer would never be heard."""
    from airflow.api_fastapi.auth.managers.base_auth_manager import BaseAuthManager

    assert "is_authorized_hitl_task" in vars(BaseAuthManager)
