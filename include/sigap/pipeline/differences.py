"""The differences of a month as a file to work on. Every such look leaves an outcome naming who took it."""

from pathlib import Path

from sigap.billing.parking import parking_reasons
from sigap.domain.period import Period
from sigap.errors import SettlementError
from sigap.pipeline.private_file import write_privately
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
        content = differences_file(rows, out.suffix)
        write_privately(out, lambda part: part.write_bytes(content), SettlementError)
        outcome.wrote(str(out.absolute()))
        outcome.count({"rows": rows.num_rows})
    return int(rows.num_rows)
