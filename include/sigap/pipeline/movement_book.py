"""The movement statement as a workbook: figures of `sigap.pipeline.movement`, words of every stage."""

from collections.abc import Mapping

from sigap.billing.correction import load_corrections
from sigap.billing.parking import parking_reasons
from sigap.domain.reasons import reasons
from sigap.domain.region import city
from sigap.pipeline.movement import Statement
from sigap.pipeline.resources import Resources
from sigap.reporting.movement import movement_workbook
from sigap.reporting.movement_lines import MovementFacts
from sigap.reporting.words import sector_names


def make_movement_book(statement: Statement, resources: Resources) -> bytes:
    """The xlsx file of a statement; the same statement gives the same bytes. It names no person."""
    return movement_workbook(
        MovementFacts(
            period=statement.period,
            entries=statement.movement.entries,
            invoiced=(statement.invoiced_before_idr, statement.invoiced_idr),
            noted=(statement.noted_before_idr, statement.noted_idr),
            booked=[
                (month, reason, figure.people, figure.total_idr) for month, reason, figure in statement.booked
            ],
            labels=_labels(statement, resources),
            reasons=reason_words(),
            is_final=statement.is_final,
        )
    )


def reason_words() -> dict[str, tuple[str, str]]:
    """Indonesian and English words of every reason why somebody left or was corrected."""
    return (
        {code: (one.indonesian, one.english) for code, one in reasons().items()}
        | {code: (one.indonesian, one.english) for code, one in parking_reasons().items()}
        | {code: (one.title, one.title_en) for code, one in load_corrections().reasons.items()}
    )


def _labels(statement: Statement, resources: Resources) -> Mapping[str, Mapping[str, str]]:
    sectors = [row["value"] for row in statement.movement.rows("sector")]
    return {
        "payer": {code: payer.title for code, payer in resources.payers().by_code.items()},
        "kecamatan": {place.kecamatan_code: place.kecamatan_name for place in city().kelurahan},
        "sector": sector_names(sectors),
    }
