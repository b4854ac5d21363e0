"""extract: fetch the social registry of a month piece by piece; a crash costs the piece at work."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Row, delete, func, insert, select, update
from upath import UPath

from sigap.domain.period import Period
from sigap.errors import SettingsError, SourceError
from sigap.pipeline.locks import lock_extract
from sigap.pipeline.resources import Resources
from sigap.publish import publish
from sigap.sources.registry import PAGE_ROWS, Registry, Unit, open_registry
from sigap.warehouse.tables import sources

SOURCE = "dtks"
_unit = sources.extract_unit


@dataclass(frozen=True, slots=True)
class Extract:
    """How far the extract of a month is: `file` is its path in the inbox once all units are there."""

    snapshot: str
    units: int
    done: int
    rows: int
    file: str | None = None


def plan_extract(
    period: Period, resources: Resources, again: bool = False, page_rows: int = PAGE_ROWS
) -> list[int]:
    """Divide the registry into units and return the ids of those that are still to be fetched, in order.

    A plan of which something is left is gone on with; a finished one is left alone, unless `again`. Raises
    `SourceError` when the registry cannot be read, `SettingsError` when none is set.
    """
    with resources.outcome_of("extract", period, "plan") as outcome, _registry(resources) as registry:
        outcome.read("registry")
        with resources.warehouse.begin() as connection:
            lock_extract(connection, period)
            known = connection.execute(_of(period)).all()
            if again or not known:
                _forget(known, period, resources)
                connection.execute(
                    delete(_unit).where(_unit.c.period == str(period), _unit.c.source == SOURCE)
                )
                connection.execute(insert(_unit), _planned(period, registry.plan(page_rows)))
                known = connection.execute(_of(period)).all()
        outcome.wrote("sources.extract_unit")
        left = [unit.unit_id for unit in known if unit.state != "done"]
        outcome.count(
            {"units": len(known), "left": len(left), "rows": sum(unit.planned_rows for unit in known)}
        )
    return left


def fetch_unit(period: Period, unit_id: int, resources: Resources) -> int:
    """Fetch one unit into a file of its own and return its rows. One that is there already costs nothing.

    Raises `SourceError` when the registry does not answer, or has other rows than when it was planned.
    """
    with _registry(resources) as registry:
        return _fetch(period, unit_id, registry, resources)


def finish_extract(period: Period, resources: Resources) -> Extract:
    """Put the units together as one file in the inbox, for `collect` to take in as one delivery.

    Raises `SourceError` while a unit is missing.
    """
    with resources.outcome_of("extract", period, "finish") as outcome:
        outcome.read("sources.extract_unit")
        units = _units(period, resources)
        left = [unit for unit in units if unit.state != "done"]
        if left or not units:
            raise SourceError(
                f"{period}: {len(left)} of {len(units)} units of the registry are not fetched yet. Run "
                f"`sigap registry extract {period}` again: it goes on where it stopped."
            )
        target = _target(period, units[0].snapshot, resources)
        if not target.exists() and not _is_collected(period, target.name, resources):
            _assemble(units, target, period, resources)
        _forget(units, period, resources)
        found = _standing(period, resources, str(target))
        outcome.wrote(str(target))
        outcome.count({"units": found.units, "rows": found.rows})
    return found


def extract(
    period: Period, resources: Resources, say: Any, again: bool = False, page_rows: int = PAGE_ROWS
) -> Extract:
    """All of it in one process: plan, fetch what is left, put it together."""
    left = plan_extract(period, resources, again, page_rows)
    with _registry(resources) as registry:
        for place, unit_id in enumerate(left, start=1):
            say("registry", f"unit {place} of {len(left)}")
            _fetch(period, unit_id, registry, resources)
    return finish_extract(period, resources)


def standing(period: Period, resources: Resources) -> Extract | None:
    """How far the extract is; None when none was planned."""
    return _standing(period, resources, None) if _units(period, resources) else None


@contextmanager
def _registry(resources: Resources) -> Iterator[Registry]:
    address = resources.settings.registry
    if address is None:
        raise SettingsError(
            "No registry is set. Set SIGAP_REGISTRY to its database URL or to an export (csv, Parquet), or "
            "put the received file into the month's dtks folder."
        )
    with open_registry(address, resources.settings.registry_table, resources.catalog()[SOURCE]) as registry:
        yield registry


def _planned(period: Period, units: Sequence[Unit]) -> list[dict[str, Any]]:
    if not units:
        raise SourceError(
            f"{period}: the registry has no rows. Ask its keeper, or correct SIGAP_REGISTRY_TABLE."
        )
    plan = json.dumps([asdict(unit) for unit in units], sort_keys=True)
    snapshot = hashlib.sha256(plan.encode()).hexdigest()
    fixed = {"period": str(period), "source": SOURCE, "snapshot": snapshot, "state": "planned"}
    return [
        fixed
        | {
            "kecamatan": unit.kecamatan,
            "page": unit.page,
            "first_key": unit.first_key,
            "last_key": unit.last_key,
            "planned_rows": unit.rows,
        }
        for unit in units
    ]


def _of(period: Period) -> Any:
    wanted = select(_unit).where(_unit.c.period == str(period), _unit.c.source == SOURCE)
    return wanted.order_by(_unit.c.unit_id)


def _units(period: Period, resources: Resources) -> Sequence[Row[Any]]:
    with resources.warehouse.connect() as connection:
        return connection.execute(_of(period)).all()


def _fetch(period: Period, unit_id: int, registry: Registry, resources: Resources) -> int:
    with resources.warehouse.connect() as connection:
        unit = connection.execute(select(_unit).where(_unit.c.unit_id == unit_id)).one_or_none()
    if unit is None or unit.period != str(period):
        raise SourceError(f"{period}: unit {unit_id} is in no plan any more. Plan the extract again.")
    file = _file(period, unit, resources)
    if unit.state == "done" and file.exists():
        return int(unit.row_count)
    with resources.outcome_of("extract", period, f"unit {unit_id}") as outcome:
        outcome.read("registry")
        try:
            rows = registry.fetch(
                Unit(unit.kecamatan, unit.page, unit.first_key, unit.last_key, unit.planned_rows)
            )
            _refuse_changed(unit, rows.num_rows)
        except SourceError as error:
            _mark(unit_id, resources, state="failed", message=str(error))
            raise
        content = _parquet(rows)
        publish(file, content)
        _mark(
            unit_id,
            resources,
            state="done",
            row_count=rows.num_rows,
            sha256=hashlib.sha256(content).hexdigest(),
            message=None,
        )
        outcome.wrote(str(file), "sources.extract_unit")
        outcome.count({"rows": rows.num_rows})
    return int(rows.num_rows)


def _refuse_changed(unit: Row[Any], rows: int) -> None:
    if rows != unit.planned_rows:
        raise SourceError(
            f"Unit {unit.unit_id} of the registry had {unit.planned_rows} rows when it was planned and "
            f"has {rows} now: the registry has changed. Start anew with "
            f"`sigap registry extract {unit.period} --again`."
        )


def _mark(unit_id: int, resources: Resources, **changes: object) -> None:
    changed = update(_unit).where(_unit.c.unit_id == unit_id).values(**changes, changed_at=func.now())
    with resources.warehouse.begin() as connection:
        connection.execute(changed)


def _parquet(rows: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    return bytes(sink.getvalue())


def _file(period: Period, unit: Row[Any], resources: Resources) -> UPath:
    folder: UPath = resources.settings.place("lake") / "extracts" / str(period) / unit.snapshot[:12]
    return folder / f"{unit.unit_id}.parquet"


def _target(period: Period, snapshot: str, resources: Resources) -> UPath:
    return resources.settings.place("inbox") / str(period) / SOURCE / f"extract-{snapshot[:12]}.parquet"


def _assemble(units: Sequence[Row[Any]], target: UPath, period: Period, resources: Resources) -> None:
    """One file of all units, in the order of the plan; each is held against its digest first."""
    sink, writer = pa.BufferOutputStream(), None
    for unit in units:
        file = _file(period, unit, resources)
        content = file.read_bytes() if file.exists() else b""
        if hashlib.sha256(content).hexdigest() != unit.sha256:
            _mark(unit.unit_id, resources, state="planned")
            raise SourceError(
                f"{period}: the file of unit {unit.unit_id} of the registry is gone or was changed. Run "
                f"`sigap registry extract {period}` again: it fetches that unit anew."
            )
        rows = pq.read_table(pa.BufferReader(content))
        writer = writer or pq.ParquetWriter(sink, rows.schema, compression="zstd")
        writer.write_table(rows)
    if writer is not None:
        writer.close()
    publish(target, bytes(sink.getvalue()))


def _forget(units: Sequence[Row[Any]], period: Period, resources: Resources) -> None:
    """Pieces hold personal data: they go as soon as the whole is there, or is begun anew."""
    for unit in units:
        _file(period, unit, resources).unlink(missing_ok=True)


def _is_collected(period: Period, file_name: str, resources: Resources) -> bool:
    delivery = sources.delivery.c
    wanted = select(delivery.delivery_id).where(
        delivery.period == str(period), delivery.source == SOURCE, delivery.file_name == file_name
    )
    with resources.warehouse.connect() as connection:
        return connection.execute(wanted).first() is not None


def _standing(period: Period, resources: Resources, file: str | None) -> Extract:
    units = _units(period, resources)
    done = [unit for unit in units if unit.state == "done"]
    return Extract(units[0].snapshot[:12], len(units), len(done), sum(unit.row_count for unit in done), file)
