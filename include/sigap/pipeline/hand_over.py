"""Verb `hand-over`: protected copies of a month's documents and lists, and a register of who got them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, insert

from sigap.domain.period import Period
from sigap.errors import ReportingError
from sigap.pipeline.issued import READS, issued_invoices
from sigap.pipeline.list_parts import HandedOver, write_parts
from sigap.pipeline.report import WHOLE, contents_of, document_name
from sigap.pipeline.resources import Resources, code_version
from sigap.reporting.folder import digest_file, publish_all, room_in
from sigap.reporting.lock import new_password, protect
from sigap.reporting.template import load_template
from sigap.warehouse.tables import reporting

RECIPIENTS = ("bpjs", "finance", "sk")


@dataclass(frozen=True, slots=True)
class HandOver:
    """What `hand_over` wrote. The password is shown once and kept nowhere; None: nothing is protected."""

    files: tuple[HandedOver, ...]
    password: str | None
    unverified: tuple[str, ...]  # templates that nobody has held against the recipient's own


def hand_over(
    period: Period, to: str, out: Path, resources: Resources, *, is_protected: bool = True
) -> HandOver:
    """Write the copies of every issued invoice of a month for `bpjs`, `finance` or `sk` into a folder.

    bpjs and sk get the lists that their templates describe, finance the documents of `report`. All files of
    a run share one new password. Raises `ReportingError` for another recipient, a file that stands in the
    folder already, a template that is not in order, or a list that does not add up to its invoice; then
    nothing is left in the folder.
    """
    if to not in RECIPIENTS:
        raise ReportingError(f"There is no recipient {to!r}. Choose one of {', '.join(RECIPIENTS)}.")
    password = new_password() if is_protected else None
    with resources.outcome_of("hand-over", period, to) as outcome:
        outcome.read(*READS)
        with resources.warehouse.begin() as connection, room_in(out) as room:
            work = _Work(to, room, password, connection, resources)
            headers = issued_invoices(period, connection)
            files = [copy for header in headers for copy in _copies(header, work)]
            publish_all(room, out, [file.file.name for file in files])
        outcome.wrote("reporting.hand_over")
        outcome.count({"invoices": len(headers), "files": len(files)})
        outcome.count({"people": sum(file.people for file in files)})
        outcome.versions.update(code=code_version(), actor=resources.settings.actor)
        outcome.versions.update(protected=str(is_protected).lower(), template=work.template.sha256)
    unverified = () if work.template.is_verified else (f"{work.template.name}.yaml",)
    return HandOver(tuple(replace(file, file=out / file.file.name) for file in files), password, unverified)


class _Work:
    """What every file of a run shares."""

    def __init__(
        self, to: str, room: Path, password: str | None, connection: Connection, resources: Resources
    ) -> None:
        self.to, self.room, self.password = to, room, password
        self.connection, self.resources = connection, resources
        self.template = load_template(to, resources.settings.templates_dir)


def _copies(header: Row[Any], work: _Work) -> Iterator[HandedOver]:
    """Each file of an invoice, protected and entered in the register."""
    plain = work.room / "plain"
    plain.mkdir(exist_ok=True)
    for made, template in _files(header, plain, work):
        copy = work.room / made.file.name
        if work.password is None:
            copy.write_bytes(made.file.read_bytes())
        else:
            protect(made.file, copy, work.password)
        _register(header, made, copy, template, work)
        made.file.unlink()
        yield replace(made, file=copy)


def _files(header: Row[Any], folder: Path, work: _Work) -> Iterator[tuple[HandedOver, str]]:
    """Each file before it is protected, and what it was made from."""
    if work.to == "finance":
        for kind, content in contents_of(header, work.connection, work.resources.payers()).items():
            file = folder / document_name(header.number, kind)
            file.write_bytes(content)
            yield HandedOver(file, header.number, 1, 1, header.people), kind
    if work.to != "finance" or header.people > WHOLE:
        source = f"{work.template.name} {work.template.sha256}"
        for made in write_parts(header, folder, work.template, work.connection, work.resources):
            yield made, source


def _register(header: Row[Any], made: HandedOver, copy: Path, template: str, work: _Work) -> None:
    work.connection.execute(
        insert(reporting.hand_over).values(
            invoice_id=header.invoice_id,
            recipient=work.to,
            template=template,
            part=made.part,
            parts=made.parts,
            file_name=copy.name,
            sha256=digest_file(made.file),
            copy_sha256=digest_file(copy),
            lines_sha256=header.lines_sha256,
            people=made.people,
            is_protected=work.password is not None,
            actor=work.resources.settings.actor,
        )
    )
