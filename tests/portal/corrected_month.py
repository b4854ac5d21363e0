"""What two people correct in the month of the portal, and the notes that the next month books of it."""

import datetime as dt

from sqlalchemy import text

from sigap.billing.correction import Proposal
from sigap.domain.period import Period
from sigap.pipeline.corrections import check, propose
from sigap.pipeline.notes import draft_notes, issue_notes
from sigap.pipeline.report import report
from sigap.pipeline.resources import Resources
from sigap.pipeline.setoff import set_off_note

JANUARY, FEBRUARY = Period(2026, 1), Period(2026, 2)
CREDIT, DEBIT = "SIGAP/SG/2026-02/K0001", "SIGAP/SG/2026-02/D0001"
AKTA, LETTER = "Akta kematian 3275-KM-2025-88", "Nota dinas 7"


def correct_january(resources: Resources, spared_nik: str) -> None:
    """Two who died before January, one who moved away, one left out, and one who dies before February is
    billed; nobody of `spared_nik`. February books the notes, with their documents.
    """
    billed = "SELECT person_id FROM billing.invoice_line JOIN identity.person USING (person_id) "
    with resources.warehouse.connect() as connection:
        lines = connection.execute(
            text(billed + "WHERE nik <> :nik ORDER BY person_id LIMIT 4"), {"nik": spared_nik}
        )
        first, second, mover, dying = lines.scalars()
        others = "SELECT person_id FROM entitlement.decision WHERE outcome <> 'subsidised' ORDER BY 1 LIMIT 1"
        left_out = connection.execute(text(others)).scalar_one()
    dead = dt.date(2025, 12, 20)
    asked = [
        Proposal("DECEASED", AKTA, person_id=first, effective_date=dead),
        Proposal("DECEASED", AKTA, person_id=second, effective_date=dead),
        Proposal("MOVED_OUT", "Surat pindah 41", person_id=mover, effective_date=dt.date(2026, 1, 1)),
        Proposal("LEFT_OUT", LETTER, person_id=left_out, period=JANUARY, payer_set="APBD_KOTA"),
        Proposal("DECEASED", "Akta kematian 91", person_id=dying, effective_date=dt.date(2026, 1, 20)),
    ]
    kept = propose(asked, "dinas", resources)
    check([one.proposal_id for one in kept], "agree", "", "bendahara", resources)
    with resources.warehouse.begin() as connection:
        draft_notes(connection, FEBRUARY)
        for note in issue_notes(connection, FEBRUARY, resources.payers()):
            if note.kind == "credit":
                set_off_note(connection, str(note.number), FEBRUARY, note.funding_source)
    report(FEBRUARY, resources)
