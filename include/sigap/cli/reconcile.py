"""`sigap reconcile`: what the comparison of a month found, its differences, and its Berita Acara."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from typer.core import TyperGroup

from sigap.cli.terminal import (
    JsonOption,
    PeriodArgument,
    resources_for,
    say,
    settings_for,
    show,
    show_json,
    show_table,
)
from sigap.domain.money import rupiah

if TYPE_CHECKING:
    from sigap.pipeline.reconciled import Reconciled


class _MonthFirst(TyperGroup):
    """`sigap reconcile 2026-01` shows the month, without the word `show`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["show", *args]
        return super().parse_args(ctx, args)


reconcile_app = typer.Typer(
    cls=_MonthFirst,
    help="Roster, invoices, bill, payments and activations of a month side by side.",
    no_args_is_help=True,
)


@reconcile_app.command("show")
def show_month(period: PeriodArgument, as_json: JsonOption = False) -> None:
    """Show what the newest comparison of a month found and what to do next. `show` may be left out."""
    from sigap.pipeline.reconciled import reconciled

    with resources_for(settings_for()) as resources:
        found = reconciled(period, resources)
    if as_json:
        show_json(found.as_dict())
    else:
        print_reconciled(found)


@reconcile_app.command("differences")
def differences(
    period: PeriodArgument,
    out: Annotated[Path, typer.Option("--out", help="A .csv or .xlsx file.")],
    full: Annotated[bool, typer.Option("--full", help="With whole NIK and KPJ instead of masked.")] = False,
) -> None:
    """Write the people somebody has to look at to a file. The audit keeps who took it."""
    from sigap.pipeline.differences import export_differences

    with resources_for(settings_for()) as resources, say.status("differences"):
        rows = export_differences(period, out, full, resources)
    show.print(f"{rows:,} rows in {out}", markup=False, soft_wrap=True)


@reconcile_app.command("berita-acara")
def berita_acara(
    period: PeriodArgument,
    signed_on: Annotated[
        dt.datetime | None,
        typer.Option(
            "--on", formats=["%Y-%m-%d"], help="Day of signing; without it a line to fill in by hand."
        ),
    ] = None,
) -> None:
    """Write the Berita Acara Rekonsiliasi of a month as workbook and PDF."""
    from sigap.pipeline.berita_acara import write_berita_acara

    with resources_for(settings_for()) as resources, say.status("berita acara"):
        files = write_berita_acara(period, signed_on.date() if signed_on else None, resources)
    for file in files:
        show.print(file.uri, markup=False, soft_wrap=True)


def print_reconciled(found: "Reconciled") -> None:
    """Print sides, classes and what to do next, in Bahasa Indonesia. No person is named."""
    show_table(_sides(found))
    show_table(_classes(found))
    if found.groups:
        show_table(_groups(found))
    _print_next(found)


def _sides(found: "Reconciled") -> Table:
    table = Table("sisi", title=f"{found.period}: {found.bill_file}", title_justify="left")
    for name in ("orang", "rupiah"):
        table.add_column(name, justify="right")
    rows = (
        ("daftar disetujui", found.people_listed, None),
        ("tagihan kami", found.people_invoiced, found.invoiced_idr),
        ("nota", None, found.noted_idr),
        ("tagihan BPJS", found.people_billed, found.billed_idr),
        ("selisih", None, found.difference_idr),
        ("lunas", found.people_paid, found.settled_idr),
        ("peserta aktif", found.people_active, None),
    )
    for label, people, amount in rows:
        table.add_row(label, _number(people), "" if amount is None else rupiah(amount))
    return table


def _classes(found: "Reconciled") -> Table:
    from sigap.settlement import match_classes

    table = Table("kelas", "arti")
    for name in ("orang", "kami", "BPJS", "belum aktif"):
        table.add_column(name, justify="right")
    for code, one in match_classes().items():
        figures = found.figures[code]
        if figures.people or code == "matched":
            table.add_row(
                code, one.title, _number(figures.people), rupiah(figures.expected_idr),
                rupiah(figures.billed_idr) if found.is_by_name else "",
                _number(figures.not_active if found.people_active is not None else None),
            )  # fmt: skip
    return table


def _groups(found: "Reconciled") -> Table:
    table = Table("wadah")
    for name in ("orang kami", "kami", "orang BPJS", "BPJS", "hasil"):
        table.add_column(name, justify="right")
    for one in found.groups:
        table.add_row(
            one.wadah_code, _number(one.people_expected), rupiah(one.expected_idr),
            _number(one.people_billed), rupiah(one.billed_idr), "sesuai" if one.agrees else "tidak sesuai",
        )  # fmt: skip
    return table


def _print_next(found: "Reconciled") -> None:
    from sigap.pipeline.berita_acara import remarks_of
    from sigap.settlement import match_classes

    for remark in remarks_of(found):
        show.print(f"  ! {remark}", style="yellow", markup=False, soft_wrap=True)
    for code, one in match_classes().items():
        people = found.figures[code].people
        if people and one.step != "Tidak ada":
            show.print(f"  {one.title} ({_number(people)}): {one.step}.", markup=False, soft_wrap=True)
    if found.open_idr:
        show.print(f"  Belum dibayar: {rupiah(found.open_idr)}.", markup=False)
    if found.people_differing:
        show.print(
            f"Nama-namanya: sigap reconcile differences {found.period} --out FILE",
            markup=False,
            soft_wrap=True,
        )
    show.print(f"Untuk ditandatangani: sigap reconcile berita-acara {found.period}", markup=False)


def _number(people: int | None) -> str:
    return "" if people is None else f"{people:,}".replace(",", ".")
