"""`sigap hand-over` and `sigap verify`: documents that leave the house, and documents that come back."""

from pathlib import Path
from typing import Annotated

import typer

from sigap.cli.terminal import JsonOption, PeriodArgument, resources_for, say, settings_for, show, show_json

_WORDS = {"matches": "SESUAI", "changed": "BERUBAH", "void": "BATAL", "unknown": "TIDAK DIKENAL"}


def hand_over(
    period: PeriodArgument,
    to: Annotated[str, typer.Option("--to", help="bpjs, finance or sk.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to write the copies into.")],
    unprotected: Annotated[
        bool, typer.Option("--unprotected", help="Without a password; the register says so.")
    ] = False,
) -> None:
    """Write password-protected copies for a recipient. The password is shown once and kept nowhere."""
    from sigap.pipeline.hand_over import hand_over as run_hand_over

    with resources_for(settings_for()) as resources, say.status("hand-over"):
        given = run_hand_over(period, to, out, resources, is_protected=not unprotected)
    for file in given.files:
        part = f"bagian {file.part} dari {file.parts}" if file.parts > 1 else ""
        show.print(f"{file.people:>12,}  {file.file}  {part}".rstrip(), markup=False, soft_wrap=True)
    for name in given.unverified:
        say.print(
            f"  ! {name} is not verified: hold it against the recipient's own template.", style="yellow"
        )
    if given.password is not None:
        say.print(f"Kata sandi / password: {given.password}", markup=False, soft_wrap=True)
        say.print("Tell it by another channel than the files. It is shown once and kept nowhere.")


def verify(
    file: Annotated[Path, typer.Argument(help="A workbook, PDF or list that SIGAP made.")],
    password: Annotated[
        str | None, typer.Option("--password", help="Of a protected copy; - asks for it without showing it.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether a document still matches the warehouse. Ends with status 1 when it does not."""
    from dataclasses import asdict

    from sigap.pipeline.verify import verify as run_verify

    with resources_for(settings_for()) as resources, say.status("verify"):
        verdict = run_verify(file, resources, password)
    if as_json:
        show_json(asdict(verdict))
    else:
        of = f" {verdict.number}:" if verdict.number else ""
        show.print(
            f"{_WORDS[verdict.state]}{of} {verdict.said} ({verdict.said_en})", markup=False, soft_wrap=True
        )
        for place in verdict.places:
            show.print(f"  {place}", markup=False, soft_wrap=True)
        if verdict.more:
            show.print(f"  dan {verdict.more:,} tempat lain (and further places)")
        for hint in verdict.hints:
            show.print(f"Catatan: {hint.said} ({hint.said_en}).", markup=False, soft_wrap=True)
    if verdict.state != "matches":
        raise typer.Exit(1)
