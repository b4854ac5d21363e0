"""What the findings of a row do to it: its outcome, its reasons, its warnings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from sigap.domain.reasons import reasons
from sigap.domain.source import Severity, SourceEntry
from sigap.errors import QualityError
from sigap.quality.words import evidence_codes, severities

INCOMPLETE = "DATA_INCOMPLETE"
_BY_A_PERSON = {"accept": "VERDICT_ACCEPTED", "reject": "VERDICT_REJECTED"}
CORRECTED = "VERDICT_CORRECTED"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of a row. `findings` are (code, severity), sorted: all of them, each once.

    `reasons` are the codes that hold or reject it, `warnings` those that do not (warn and info).
    """

    outcome: str  # accepted, held or rejected
    findings: tuple[tuple[str, Severity], ...]

    @property
    def reasons(self) -> str:
        """Codes joined by commas, '' for none."""
        return self._join({"reject", "hold"})

    @property
    def warnings(self) -> str:
        """Codes joined by commas, '' for none."""
        return self._join({"warn", "info"})

    def _join(self, wanted: Collection[Severity]) -> str:
        return ",".join(code for code, severity in self.findings if severity in wanted)


def severities_of(entry: SourceEntry) -> Mapping[str, Severity]:
    """What each code does to a row of this source: the house's rule, unless its catalog entry says otherwise.

    Raises `QualityError` when the entry weighs a code that is none of a row, or what a person decided, or
    would hold or reject a row for what is only evidence of whose it is.
    """
    known = {code for code, reason in reasons().items() if reason.stage == "quality"}
    fixed = {CORRECTED, *_BY_A_PERSON.values()}
    wrong = sorted(code for code in entry.severity if code not in known - fixed)
    if wrong:
        raise QualityError(
            f"sources/catalog/{entry.code}.yaml gives a severity to {', '.join(wrong)}, which is no finding "
            "of the check. Take a code of the stage quality from domain/reasons.yaml; verdicts keep theirs."
        )
    strict = {code for code, severity in entry.severity.items() if severity in ("hold", "reject")}
    grave = sorted(strict & evidence_codes(entry.kind))
    if grave:
        raise QualityError(
            f"sources/catalog/{entry.code}.yaml would hold or reject rows for {', '.join(grave)}, which "
            f"is only evidence in {entry.kind}. Make it warn or info."
        )
    return {**severities(entry.kind), **entry.severity}


def rule(
    codes: Collection[str],
    weights: Mapping[str, Severity],
    verdict: str | None = None,
    is_corrected: bool = False,
    is_complete: bool = True,
) -> Ruling:
    """The ruling about a row with these codes. `weights` come from `severities_of`.

    A verdict `accept` turns what would hold the row into warnings; `reject` rejects it. Whatever was decided,
    a row that is not complete (`is_complete`: it has what every accepted row must have) is never accepted.
    Raises `QualityError` for a code without a severity.
    """
    found = {code: _weigh(code, weights) for code in codes}
    if verdict == "accept":
        found = {code: "warn" if severity == "hold" else severity for code, severity in found.items()}
    if is_corrected:
        found[CORRECTED] = "info"
    if verdict in _BY_A_PERSON:
        found[_BY_A_PERSON[verdict]] = "info" if verdict == "accept" else "reject"
    if not is_complete and not {"hold", "reject"} & set(found.values()):
        found[INCOMPLETE] = "hold"
    weighed = set(found.values())
    outcome = "rejected" if "reject" in weighed else "held" if "hold" in weighed else "accepted"
    return Ruling(outcome, tuple(sorted(found.items())))


def name_cases(codes: Sequence[pa.ChunkedArray], found: pa.Table, is_complete: pa.ChunkedArray) -> pa.Array:
    """What a ruling depends on, as one text per row, so that each distinct case is ruled once.

    `codes` are several columns of codes joined by commas, `found` comes from `match_verdicts`.
    """
    verdict = pc.if_else(pc.is_valid(found["fact_key"]), pc.fill_null(found["verdict"], ""), "")
    is_corrected = pc.is_valid(found["corrections"])
    parts = [
        pc.binary_join_element_wise(*(pc.fill_null(column, "") for column in codes), ","),
        verdict,
        *(pc.if_else(pc.fill_null(is_so, False), "yes", "") for is_so in (is_corrected, is_complete)),
    ]
    return pc.binary_join_element_wise(*parts, "|").combine_chunks()


def rule_case(case: str, weights: Mapping[str, Severity]) -> Ruling:
    """The ruling about a case of `name_cases`."""
    codes, verdict, is_corrected, is_complete = case.split("|")
    found = {code for code in codes.split(",") if code}
    return rule(found, weights, verdict or None, bool(is_corrected), bool(is_complete))


def _weigh(code: str, weights: Mapping[str, Severity]) -> Severity:
    if code not in weights:
        raise QualityError(
            f"The check found {code}, but quality/severity.yaml does not say what it does to a row of this "
            "kind. Add it there."
        )
    return weights[code]
