"""An empty lake and warehouse to bill in, for this process and for those that it starts."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from sigap.billing.payers import FILE
from sigap.domain.period import Period
from sigap.pipeline.resources import Resources
from sigap.settings import Settings
from sigap.warehouse.migrate import upgrade
from sigap_stack.postgres import Postgres, ensure_database

FIRST = Period(2026, 1)
_PAYERS = "billing_payers.yaml"


@contextmanager
def empty_home(server: Postgres, folder: Path) -> Iterator[tuple[Resources, dict[str, str]]]:
    """The resources of a new home, and the environment in which another process has them too."""
    name = f"b_{uuid.uuid4().hex[:8]}"
    ensure_database(server.url("postgres"), name)
    upgrade(server.url(name))
    payers = _unlimited(folder)
    settings = Settings(home=folder / name, warehouse_url=server.url(name), payers=payers)
    resources = Resources.open(settings, "bench")
    places = {
        "SIGAP_HOME": str(settings.home),
        "SIGAP_WAREHOUSE_URL": server.url(name),
        "SIGAP_PAYERS": str(payers),
    }
    yield resources, os.environ | places
    resources.warehouse.dispose()


def _unlimited(folder: Path) -> Path:
    """The shipped payers with a ceiling that a province and three years fit under."""
    entries = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    first, *_ = entries["APBD_KOTA"]["pagu"].items()
    entries["APBD_KOTA"]["pagu"] = {first[0]: {**first[1], "value": 10**15, "end": None}}
    file = folder / _PAYERS
    file.write_text(yaml.safe_dump(entries), encoding="utf-8")
    return file
