"""What findings do to a row: the house's rule, the sender's own, and a person above both."""

from dataclasses import replace

import pytest

from sigap.domain.reasons import reasons
from sigap.domain.source import SourceEntry
from sigap.errors import QualityError
from sigap.quality.severity import rule, severities_of
from sigap.quality.words import evidence_codes, severities

WEIGHTS = {"NIK_MISSING": "hold", "NAME_MISSING": "reject", "NIK_REGION": "warn", "VALUE_FORMULA": "info"}


def entry(**severity: str) -> SourceEntry:
    return SourceEntry("becak", "Becak", "workers", {}, severity=severity)


@pytest.mark.parametrize(
    ("codes", "outcome", "reasons", "warnings"),
    [
        ([], "accepted", "", ""),
        (["VALUE_FORMULA", "NIK_REGION"], "accepted", "", "NIK_REGION,VALUE_FORMULA"),
        (["NIK_REGION", "NIK_MISSING"], "held", "NIK_MISSING", "NIK_REGION"),
        (["NIK_MISSING", "NAME_MISSING"], "rejected", "NAME_MISSING,NIK_MISSING", ""),
    ],
)
def test_the_gravest_finding_decides(codes: list[str], outcome: str, reasons: str, warnings: str) -> None:
    found = rule(codes, WEIGHTS)
    assert (found.outcome, found.reasons, found.warnings) == (outcome, reasons, warnings)


def test_a_sender_may_be_judged_otherwise_than_the_house_does() -> None:
    assert severities_of(entry())["NIK_REGION"] == "warn"
    assert severities_of(entry(NIK_REGION="hold"))["NIK_REGION"] == "hold"
    assert severities_of(entry(NIK_REGION="hold"))["NIK_MISSING"] == severities("workers")["NIK_MISSING"]


@pytest.mark.parametrize("code", ["NO_SUCH_CODE", "QUOTA_EXCEEDED", "VERDICT_ACCEPTED", "VERDICT_REJECTED"])
def test_a_severity_for_what_is_no_finding_or_a_verdict_is_refused(code: str) -> None:
    with pytest.raises(QualityError, match=rf"becak\.yaml .* {code}.*reasons\.yaml"):
        severities_of(entry(**{code: "warn"}))


@pytest.mark.parametrize("severity", ["hold", "reject"])
@pytest.mark.parametrize("code", sorted(evidence_codes("memberships")))
def test_no_catalog_entry_gives_a_membership_up_for_what_is_only_evidence(code: str, severity: str) -> None:
    members = SourceEntry("anggota", "Anggota", "memberships", {}, severity={code: severity})
    with pytest.raises(QualityError, match=rf"anggota\.yaml .* {code}.*Make it warn or info"):
        severities_of(members)
    assert severities_of(replace(members, severity={code: "warn"}))[code] == "warn"
    assert severities("memberships")[code] == "info"
    assert severities_of(entry(**{code: severity}))[code] == severity, "of workers it may be grave"


def test_a_code_without_a_severity_names_the_file() -> None:
    with pytest.raises(QualityError, match=r"DOB_ORDER.*quality/severity\.yaml"):
        rule(["DOB_ORDER"], WEIGHTS)


def test_every_code_of_the_check_has_a_severity() -> None:
    known = {code for code, reason in reasons().items() if reason.stage == "quality"}
    assert known == set(severities("workers")) | set(severities("memberships"))


def test_acceptance_by_a_person_turns_holds_into_warnings() -> None:
    found = rule(["NIK_MISSING"], WEIGHTS, "accept")
    assert (found.outcome, found.reasons, found.warnings) == ("accepted", "", "NIK_MISSING,VERDICT_ACCEPTED")


def test_acceptance_by_a_person_does_not_save_what_is_rejected() -> None:
    found = rule(["NIK_MISSING", "NAME_MISSING"], WEIGHTS, "accept")
    assert (found.outcome, found.reasons) == ("rejected", "NAME_MISSING")


@pytest.mark.parametrize("verdict", [None, "accept", "correct"])
def test_a_row_that_lacks_what_every_row_needs_is_never_accepted(verdict: str | None) -> None:
    found = rule([], WEIGHTS, verdict, is_complete=False)
    assert (found.outcome, found.reasons) == ("held", "DATA_INCOMPLETE")


def test_rejection_by_a_person_is_final() -> None:
    found = rule(["NIK_REGION"], WEIGHTS, "reject")
    assert (found.outcome, found.reasons, found.warnings) == ("rejected", "VERDICT_REJECTED", "NIK_REGION")


def test_a_correction_is_noted_and_decides_nothing_itself() -> None:
    assert rule([], WEIGHTS, "correct", is_corrected=True).warnings == "VERDICT_CORRECTED"
    assert rule(["NIK_MISSING"], WEIGHTS, "correct", is_corrected=True).outcome == "held"
