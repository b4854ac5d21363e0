"""What a verb needs: opened once, handed in."""

import subprocess
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Engine

from sigap.audit.lineage import LineageLog
from sigap.audit.outcome import Outcome, VerbRun, outcome_of
from sigap.billing.payers import Payers, load_payers
from sigap.billing.tariffs import Tariffs, load_tariffs
from sigap.domain.period import Period
from sigap.domain.source import SourceEntry
from sigap.errors import SettingsError
from sigap.lake import Lake
from sigap.settings import Settings
from sigap.sources.catalog import load_catalog
from sigap.warehouse.governments import require_kept
from sigap.warehouse.store import open_warehouse
from sigap.warehouse.version import require_newest


@dataclass(frozen=True, slots=True)
class Resources:
    """The settings, the lake, the warehouse, and which run is at work."""

    settings: Settings
    lake: Lake
    warehouse: Engine
    run_id: str = "cli"

    @classmethod
    def open(cls, settings: Settings, run_id: str = "cli") -> "Resources":
        """Connect, to act for `settings.government`. Raises `SettingsError` without a warehouse,
        `WarehouseError` when it does not answer or would show the rows of other governments too,
        `WarehouseVersionError` when its tables are not those of this release.
        """
        if settings.warehouse_url is None:
            raise SettingsError(
                "No warehouse is set. Set SIGAP_WAREHOUSE_URL, or run `make up` for the embedded one."
            )
        warehouse = open_warehouse(settings.warehouse_url, settings.government)
        require_newest(warehouse)
        require_kept(warehouse)
        return cls(settings, Lake(settings.place("lake")), warehouse, run_id)

    def catalog(self) -> dict[str, SourceEntry]:
        """Every source this deployment knows, by its code: the shipped ones and the city's own."""
        return load_catalog(self.settings.catalog_dir)

    def payers(self) -> Payers:
        """Who pays: the shipped file, or this deployment's own. Raises `BillingError` for a bad one."""
        return load_payers(self.settings.payers) if self.settings.payers else load_payers()

    def tariffs(self) -> Tariffs:
        """What the law and the programme set: the shipped folder, or this deployment's own."""
        return load_tariffs(self.settings.tariffs) if self.settings.tariffs else load_tariffs()

    def outcome_of(
        self, verb: str, period: Period, subject: str | None = None
    ) -> AbstractContextManager[Outcome]:
        """Record what the body of a verb does; see `sigap.audit.outcome`."""
        run = VerbRun(verb, period, subject, self.run_id)
        return outcome_of(run, self.warehouse, LineageLog(self.settings.lineage_file))


@cache
def code_version() -> str:
    """The commit this code runs from (with + when changed), else the package version."""
    try:
        where = ["git", "-C", str(Path(__file__).parent)]
        commit = subprocess.run(
            [*where, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=True
        )
        changed = subprocess.run(
            [*where, "status", "--porcelain", "--", "."], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return version("sigap")
    return commit.stdout.strip() + ("+" if changed.stdout.strip() else "")
