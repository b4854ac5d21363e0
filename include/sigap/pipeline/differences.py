"""The differences of a month as a file to work on. Every such look leaves an outcome naming who took it."""

import os
import uuid
from contextlib import suppress
from pathlib import Path

from sigap.billing.parking import parking_reasons
from sigap.domain.period import Period
from sigap.errors import SettlementError
from sigap.pipeline.reconciled import differences_of, newest_of
from sigap.pipeline.resources import Resources
from sigap.reporting.berita_acara_files import FORMATS, differences_file
from sigap.reporting.berita_acara_rows import difference_rows
from sigap.settlement import match_classes


def export_differences(period: Period, out: Path, full: bool, resources: Resources) -> int:
    """Write the differences of the month's newest reconciliation to a .csv or .xlsx file.

    NIK and KPJ are masked unless `full`. Returns the number of rows, which may be 0. Raises `SettlementError`
    when the month is not reconciled, the ending is another, or the file cannot be written.
    """
    if out.suffix not in FORMATS:
        raise SettlementError(f"{out.name}: differences are written as .csv or .xlsx. Choose one of these.")
    with resources.outcome_of("export", period, f"differences, {'whole' if full else 'masked'}") as outcome:
        outcome.versions["actor"] = resources.settings.actor
        outcome.read("settlement.reconciliation", "settlement.difference")
        with resources.warehouse.connect() as connection:
            found = differences_of(connection, newest_of(connection, period).reconciliation_id)
        titles = {code: one.title for code, one in match_classes().items()}
        parked = {code: reason.indonesian for code, reason in parking_reasons().items()}
        rows = difference_rows(found, titles, parked, full=full)
        _publish(differences_file(rows, out.suffix), out)
        outcome.wrote(str(out.absolute()))
        outcome.count({"rows": rows.num_rows})
    return int(rows.num_rows)


def _publish(content: bytes, out: Path) -> None:
    """Write all or nothing, readable by its owner only: these rows are about people."""
    part = out.with_name(f".{out.name}.{uuid.uuid4().hex}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part.touch(mode=0o600)
        part.write_bytes(content)
        part.replace(out)
    except OSError as error:
        trouble = os.strerror(error.errno) if error.errno else type(error).__name__
        raise SettlementError(
            f"{out} cannot be written ({trouble}). Name a file in a folder that you may write to."
        ) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
