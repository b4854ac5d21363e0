"""Tables of the command line stay readable in narrow consoles: nothing is cut, no word is broken."""

import io

import pytest
from rich.console import Console
from rich.table import Table

from sigap.cli.terminal import show_table

NUMBER, AMOUNT = "SIGAP/SG/2026-01/0001", "Rp195.988.800"
WHY = "tidak menyebut tagihan, dan jumlahnya bukan sisa tepat satu tagihan"


def printed(width: int) -> str:
    table = Table(
        "pembayar", "tagihan", "sisa tenggang (hari)", "terutang", "sebab", title="Posisi 2026-03-10"
    )
    table.add_row("APBD_KOTA (SG)", NUMBER, "21", AMOUNT, WHY)
    table.add_row("CSR", "", "7", "Rp0", "[red]lewat[/]")
    out = io.StringIO()
    show_table(table, Console(width=width, file=out, highlight=False, emoji=False))
    return out.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_every_value_stands_whole_in_one_line(width: int) -> None:
    text = printed(width)
    assert all(value in text for value in ("Posisi 2026-03-10", "APBD_KOTA (SG)", NUMBER, AMOUNT, "lewat"))
    assert "…" not in text
    assert all(len(line) <= width for line in text.splitlines())
    assert all(word in text.split() for word in WHY.split())


def test_a_narrow_console_gets_names_and_values_without_empty_ones() -> None:
    lines = [line.rstrip() for line in printed(80).splitlines()]
    assert lines[1] == "pembayar              APBD_KOTA (SG)"
    assert sum(line.startswith("tagihan") for line in lines) == 1


def test_headings_go_over_two_lines_where_that_makes_the_table_fit() -> None:
    table = Table("wadah", "orang kami", "kami", "orang BPJS", "BPJS", "hasil")
    table.add_row("SG", "11.666", AMOUNT, "11.665", AMOUNT, "tidak sesuai")
    out = io.StringIO()
    show_table(table, Console(width=80, file=out, highlight=False, emoji=False))
    assert out.getvalue().count(AMOUNT) == 2
    assert all(len(line) <= 80 for line in out.getvalue().splitlines())
    assert "tidak sesuai │" in out.getvalue()
