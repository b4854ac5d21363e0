import datetime as dt
from pathlib import Path

import pytest

from sigap.errors import ReportingError
from sigap.reporting.office import office_on

ENTRY = """
{day}:
  reference: SK
  letterhead: [Kota]
  programme: P
  place: {place}
  signatories: [{{act: A, act_en: B, role: R}}]
  letter: {{classification: Biasa, to: [X], to_place: Y, signatory: {{act: A, act_en: B, role: R}}}}
"""


def test_office_is_the_newest_in_force_when_several_are_dated(tmp_path: Path) -> None:
    file = tmp_path / "signatories.yaml"
    file.write_text(
        ENTRY.format(day="2025-01-01", place="Lama") + ENTRY.format(day="2026-02-01", place="Baru")
    )

    assert office_on(dt.date(2026, 1, 31), file).place == "Lama"
    assert office_on(dt.date(2026, 2, 1), file).place == "Baru"
    assert office_on(dt.date(2026, 2, 1), file).signatories[0].name == ""


def test_office_is_refused_when_none_is_in_force(tmp_path: Path) -> None:
    file = tmp_path / "signatories.yaml"
    file.write_text(ENTRY.format(day="2025-01-01", place="Bekasi"))

    with pytest.raises(ReportingError, match="names no signatories for 2024-12-31"):
        office_on(dt.date(2024, 12, 31), file)


@pytest.mark.parametrize("content", ["", "2025-01-01: {place: X}", "sekarang: {reference: x}", "- a"])
def test_office_is_refused_when_the_file_is_not_in_order(tmp_path: Path, content: str) -> None:
    file = tmp_path / "signatories.yaml"
    file.write_text(content)

    says = r"signatories\.yaml.*(Compare it with the shipped file|the day it is in force)"
    with pytest.raises(ReportingError, match=says):
        office_on(dt.date(2026, 1, 1), file)


def test_shipped_office_prints_lines_to_fill_in_when_no_officer_is_named() -> None:
    office = office_on(dt.date(2026, 1, 5))

    assert office.letterhead[0] == "Pemerintah Kota Bekasi"
    assert len(office.signatories) == 3
