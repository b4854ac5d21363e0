"""Editions of the official region codes: loaded once, never changed, and used from their day on."""

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from sigap.domain.period import Period
from sigap.domain.region import REGIONS, Edition, Regions, add_editions, shipped_regions
from sigap.errors import QualityError
from sigap.pipeline.resources import Resources
from sigap.quality.edition import digest, read_edition
from sigap.warehouse.store import copy_out, copy_rows
from sigap.warehouse.tables import quality

log = logging.getLogger(__name__)

LEVELS = ("provinces", "regencies", "kecamatan", "kelurahan")


@dataclass(frozen=True, slots=True)
class Held:
    """An edition that is known, how many regions it has at each of LEVELS, and who loaded it."""

    edition: Edition
    regions: Mapping[str, int]
    actor: str | None = None  # None: it comes with SIGAP


def load_edition(
    files: Sequence[Path],
    name: str,
    valid_from: dt.date,
    source: str,
    is_verified: bool,
    actor: str,
    resources: Resources,
) -> Held:
    """Load the csv files of one edition into the warehouse, all or nothing; see `sigap.quality.edition`.

    `source` says where the table was taken from, `is_verified` whether somebody has read the decree itself.
    Raises `QualityError` for a file that cannot be read, a table with faults, and an edition that is there.
    """
    if not name.strip():
        raise QualityError("An edition needs a name. Give the decree, e.g. Kepmendagri 300.2.2-2138/2025.")
    contents = {path.name: _content(path) for path in files}
    places = read_edition(contents, set(shipped_regions().places["region_code"].to_pylist()))
    edition = Edition(name.strip(), valid_from, source.strip(), is_verified, digest(contents))
    with resources.warehouse.begin() as connection:
        _store(connection, edition, places, actor)
    held = Held(edition, _count(places), actor)
    log.info("%s loaded by %s: %s", edition.name, actor, held.regions)
    return held


def regions_in_force(connection: Connection, period: Period) -> Regions:
    """What the editions that count by the end of the month know together: the shipped and the loaded ones."""
    editions = [one for one, _ in _editions(connection) if one.valid_from <= period.last_day]
    shipped = shipped_regions()
    return add_editions(shipped, [(one, _places(connection, one.name)) for one in editions])


def list_editions(resources: Resources) -> list[Held]:
    """Every known edition: the shipped one first, then the loaded ones in the order of their days."""
    shipped = shipped_regions()
    counts = _count(shipped.places)
    held = [Held(shipped.editions[0], counts)]
    with resources.warehouse.connect() as connection:
        return held + [
            Held(edition, _counted(connection, edition.name), actor)
            for edition, actor in _editions(connection)
        ]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise QualityError(f"{path} cannot be read. Name the csv files of the edition.") from None


def _store(connection: Connection, edition: Edition, places: pa.Table, actor: str) -> None:
    row = {
        "edition": edition.name,
        "valid_from": edition.valid_from,
        "source": edition.source,
        "sha256": edition.sha256,
        "is_verified": edition.is_verified,
        "actor": actor,
    }
    new = insert(quality.edition).values(row).on_conflict_do_nothing().returning(quality.edition.c.edition)
    if connection.execute(new).first() is None:
        raise QualityError(
            f"The edition {edition.name} is loaded already, and editions are never changed. "
            "Load a corrected table under another name."
        )
    names = pa.repeat(pa.scalar(edition.name), places.num_rows)
    copy_rows(connection, quality.region, places.append_column("edition", names))


def _editions(connection: Connection) -> list[tuple[Edition, str]]:
    kept = quality.edition.c
    wanted = select(
        kept.edition, kept.valid_from, kept.source, kept.is_verified, kept.sha256, kept.actor
    ).order_by(kept.valid_from, kept.edition)
    return [(Edition(*row[:5]), row.actor) for row in connection.execute(wanted)]


def _places(connection: Connection, edition: str) -> pa.Table:
    kept = quality.region.c
    wanted = select(kept.region_code, kept.name, kept.bps_code).where(kept.edition == edition)
    types = {field.name: field.type for field in REGIONS}
    return copy_out(connection, wanted.order_by(kept.region_code), types).cast(REGIONS)


def _counted(connection: Connection, edition: str) -> dict[str, int]:
    length = func.length(quality.region.c.region_code)
    wanted = select(length, func.count()).where(quality.region.c.edition == edition).group_by(length)
    counts: dict[int, int] = dict(tuple(row) for row in connection.execute(wanted))
    return {level: counts.get(size, 0) for level, size in zip(LEVELS, (2, 5, 8, 13), strict=True)}


def _count(places: pa.Table) -> dict[str, int]:
    levels = pc.count_substring(places["region_code"], ".").to_numpy()
    return {level: int((levels == depth).sum()) for depth, level in enumerate(LEVELS)}
