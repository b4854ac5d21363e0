"""Why an honest copy of a document may differ from what is made now: it was made again, or would be."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select

from sigap.reporting.seal import Seal
from sigap.reporting.words import indonesian_date
from sigap.warehouse.tables import audit, reporting

_ZONE = ZoneInfo("Asia/Jakarta")  # a moment is told by the city's clock
_BY_REPORT = (None, "finance")  # templates of what `report` makes; other lists are handed over
_NEVER = (  # the digest of the line set in the file is that of the warehouse
    "Orang dan iuran pada lampiran tidak berubah karenanya",
    "Neither people nor premiums of the annex change by that",
)
_WHAT = {
    "code": ("program", "the program"),
    "payers": ("data pembayar", "payers.yaml"),
    "signatories": ("penanda tangan", "signatories.yaml"),
}


@dataclass(frozen=True, slots=True)
class Hint:
    """What may explain a difference, in both languages. It excuses nothing: the document stays changed."""

    said: str
    said_en: str


@dataclass(frozen=True, slots=True)
class _Made:
    """A document on record: when these bytes were made first, by which run of `report` (None: none is on
    record), and the runs before it that made other bytes.
    """

    at: dt.datetime
    sha256: str
    by: Row[Any] | None
    earlier: Sequence[Row[Any]]

    @property
    def when(self) -> str:
        """The moment by the city's clock, with the run."""
        local = self.at.astimezone(_ZONE)
        run = f" (run {self.by.run_id})" if self.by else ""
        return f"{indonesian_date(local.date())} {local:%H.%M} WIB{run}"

    @property
    def changed(self) -> list[str]:
        """What the run used in another version than an earlier one."""
        if self.by is None:
            return []
        return [
            name
            for name in _WHAT
            if any(run.versions.get(name) != self.by.versions.get(name) for run in self.earlier)
        ]


def hints_about(seal: Seal, header: Row[Any], expected: bytes, connection: Connection) -> tuple[Hint, ...]:
    """What is on record of how a document of an invoice or a note was made, where that may explain why a copy
    is not `expected`, the document as it would be made now. Nothing for lists that were handed over.
    """
    made = _made(seal, header, connection) if seal.template in _BY_REPORT else None
    if made is None:
        return ()
    hints = [_made_again(made)] if made.earlier else []
    if made.sha256 != hashlib.sha256(expected).hexdigest():
        hints.append(_made_otherwise_now(made))
    return tuple(hints)


def _made(seal: Seal, header: Row[Any], connection: Connection) -> _Made | None:
    document, run = reporting.document.c, audit.outcome.c
    of = "note_id" if seal.kind == "note" else "invoice_id"
    wanted = select(document.made_at, document.sha256).where(
        document[of] == header._mapping[of], document.kind == seal.kind, document.part == seal.part
    )
    found = connection.execute(wanted).first()
    if found is None:
        return None
    since = select(run.run_id, run.finished_at, run.versions).where(
        run.verb == "report",
        run.period == header.period,
        run.status == "ok",
        run.started_at >= header.issued_at,  # each of them made the documents of this invoice or note
    )
    runs: Sequence[Any] = connection.execute(since.order_by(run.outcome_id)).all()
    by = next((one for one in runs if one.finished_at >= found.made_at), None)
    earlier = [one for one in runs if one.finished_at < found.made_at]
    return _Made(found.made_at, found.sha256, by, earlier)


def _made_again(made: _Made) -> Hint:
    """A document is made anew only where its bytes are others than those of an earlier run."""
    said, said_en = (", ".join(_WHAT[name][language] for name in made.changed) for language in (0, 1))
    because = f"; yang berubah: {said}" if said else ""
    because_en = f" with changed {said_en}" if said_en else ""
    return Hint(
        f"dokumen ini dibuat ulang dengan isi lain pada {made.when}{because}. Berkas ini mungkin dari "
        f"pembuatan sebelumnya: pakai dokumen yang terbaru. {_NEVER[0]}",
        f"the document was made again{because_en}; this may be an earlier one: use the newest. {_NEVER[1]}",
    )


def _made_otherwise_now(made: _Made) -> Hint:
    return Hint(
        f"dokumen yang tercatat dibuat pada {made.when}, dan akan dibuat lain sekarang: program, pengaturan "
        f"atau notanya berubah sejak itu. Periksa berkas aslinya, yang byte-nya tercatat. {_NEVER[0]}",
        "the document on record would be made otherwise now; check the original file, whose bytes are on "
        f"record. {_NEVER[1]}",
    )
