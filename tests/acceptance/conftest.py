"""One invented month, run once from received files to issued invoices, that the acceptance tests look at."""

import json
from pathlib import Path
from typing import Any

import pytest

from acceptance.home import PERIOD, Home, fill_inbox, make_home
from sigap_stack.postgres import Postgres


@pytest.fixture
def fresh_home(postgres: Postgres, tmp_path: Path) -> Home:
    """A home with an empty warehouse and no inbox."""
    return make_home(postgres, tmp_path)


@pytest.fixture(scope="session")
def ran(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, dict[str, Any]]:
    """A home in which the month ran, and the summary it ended with."""
    home = make_home(postgres, tmp_path_factory.mktemp("month"))
    fill_inbox(home)
    ended = home.run_alone("month", PERIOD, "--approve-as", "demo", "--json")
    assert ended.returncode == 0, ended.stderr
    return home, json.loads(ended.stdout)
