"""`sigap ledger`: the books of the programme, and the months that are locked and closed."""

import dataclasses
import datetime as dt
from typing import Annotated

import typer

from sigap.cli.terminal import JsonOption, PeriodArgument, resources_for, settings_for, show, show_json
from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.errors import BillingError

ledger_app = typer.Typer(
    help="Buku besar: trial balance, journal, what is owed; lock and close a month.", no_args_is_help=True
)

_AsOf = typer.Option(
    "--as-of", parser=dt.date.fromisoformat, metavar="DATE", help="Last day of a month, e.g. 2025-12-31."
)
AsOfOption = Annotated[dt.date | None, _AsOf]
ByOption = Annotated[str, typer.Option("--by", help="Account name; one of SIGAP_INVOICE_APPROVERS.")]


@ledger_app.command("trial-balance")
def trial_balance(
    as_of: AsOfOption = None,
    period: Annotated[
        Period | None,
        typer.Option("--period", parser=Period.parse, metavar="PERIOD", help="What moved in one month."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Neraca saldo: every account of every payer, to the end of a month or within one. It comes to zero."""
    from sigap.cli.books import print_trial_balance
    from sigap.pipeline.books import month_of_books, status_of
    from sigap.pipeline.trial import trial_balance as balances

    if (as_of is None) == (period is None):
        raise BillingError("Name either --as-of DATE or --period PERIOD for the trial balance.")
    through = period or month_of_books(as_of or dt.date.min)
    with resources_for(settings_for()) as resources, resources.warehouse.connect() as connection:
        rows, status = balances(connection, through, period), status_of(connection, through)
    if as_json:
        accounts = [
            {**dataclasses.asdict(row), "closing_idr": row.closing_idr, "is_overpaid": row.is_overpaid}
            for row in rows
        ]
        total = sum(row.closing_idr for row in rows)
        show_json({"through": str(through), "status": status, "accounts": accounts, "sum_idr": total})
    else:
        print_trial_balance(rows, through, period is not None, status, show)


@ledger_app.command()
def journal(period: PeriodArgument, as_json: JsonOption = False) -> None:
    """Jurnal: the entries of a month in the order they were posted."""
    from sigap.cli.books import print_journal
    from sigap.pipeline.books import journal as lines_of

    with resources_for(settings_for()) as resources, resources.warehouse.connect() as connection:
        lines = lines_of(connection, period)
    if as_json:
        show_json([dataclasses.asdict(line) for line in lines])
    else:
        print_journal(lines, period, show)


@ledger_app.command()
def account(
    code: Annotated[str, typer.Argument(help="Kode rekening.")],
    as_of: AsOfOption = None,
    payer: Annotated[str | None, typer.Option("--payer", help="Only this funding source.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Buku pembantu: what moved on one account, with its running balance."""
    from sigap.cli.books import print_account
    from sigap.pipeline.books import account_lines, month_of_books

    through = month_of_books(as_of) if as_of else None
    with resources_for(settings_for()) as resources, resources.warehouse.connect() as connection:
        lines = account_lines(connection, code, through, payer)
    if as_json:
        show_json([dataclasses.asdict(line) for line in lines])
    else:
        print_account(lines, code, show)


@ledger_app.command()
def payable(as_of: Annotated[dt.date, _AsOf], as_json: JsonOption = False) -> None:
    """Utang iuran for the Neraca: what is owed to BPJS, by payer and coverage month."""
    from sigap.cli.books import print_payables
    from sigap.pipeline.books import month_of_books, status_of
    from sigap.pipeline.payable import payables

    through = month_of_books(as_of)
    with resources_for(settings_for()) as resources, resources.warehouse.connect() as connection:
        rows, status = payables(connection, through), status_of(connection, through)
    if as_json:
        total = sum(row.owed_idr for row in rows)
        facts = {"as_of": as_of, "status": status, "balance_idr": total}
        show_json({**facts, "payables": [dataclasses.asdict(row) for row in rows]})
    else:
        print_payables(rows, as_of, status, show)


@ledger_app.command()
def check(period: PeriodArgument, as_json: JsonOption = False) -> None:
    """Say how far a month is and what keeps it from being closed. Changes nothing."""
    from sigap.pipeline.close import look_at

    with resources_for(settings_for()) as resources:
        month = look_at(period, resources)
    if as_json:
        show_json({"period": str(period), "status": month.status, "obstacles": month.obstacles})
        return
    for sentence in month.obstacles:
        show.print(f"  {sentence}", style="yellow", markup=False, soft_wrap=True)
    show.print(
        f"{period}: {month.status}. " + ("" if month.obstacles else "Nothing keeps it from being closed.")
    )


@ledger_app.command()
def enter(period: PeriodArgument) -> None:
    """Enter issued invoices that have no entry yet, as those from before the ledger was kept."""
    from sigap.pipeline.close import enter as enter_missing

    with resources_for(settings_for()) as resources:
        written = enter_missing(period, resources)
    show.print(f"{written} entries were written for {period}.")


@ledger_app.command("use-credit")
def use_credit(
    number: Annotated[str, typer.Argument(help="Number of the invoice that becomes smaller.")],
    amount: Annotated[int, typer.Argument(min=1, help="Whole rupiah.")],
    period: Annotated[
        Period, typer.Option("--period", parser=Period.parse, metavar="PERIOD", help="Month of the books.")
    ],
    reference: Annotated[str, typer.Option(help="Letter by which BPJS confirmed it.")],
    actor: ByOption,
) -> None:
    """Set credits from earlier credit notes off against a bill, as BPJS confirmed."""
    from sigap.pipeline.credit import use_credit as set_off

    with resources_for(settings_for()) as resources:
        is_new = set_off(number, amount, reference, period, actor, resources)
    done = "is set off against" if is_new else "was set off before against"
    show.print(f"{rupiah(amount)} {done} {number}.", markup=False)


@ledger_app.command()
def lock(period: PeriodArgument, actor: ByOption) -> None:
    """Let no invoice or note enter a month any more. Payments still do."""
    from sigap.pipeline.close import lock as lock_month

    with resources_for(settings_for()) as resources:
        lock_month(period, actor, resources)
    show.print(f"{period} is locked. Payments still enter it. Next: sigap ledger close {period}")


@ledger_app.command()
def close(period: PeriodArgument, actor: ByOption) -> None:
    """Let nothing enter a locked month any more. This is final."""
    from sigap.pipeline.close import close as close_month

    with resources_for(settings_for()) as resources:
        close_month(period, actor, resources)
    show.print(f"{period} is closed. What comes later is entered in {period.plus(1)}.")


@ledger_app.command()
def reopen(
    period: PeriodArgument,
    actor: ByOption,
    reason: Annotated[str, typer.Option(help="What has to enter it.")],
) -> None:
    """Open a locked month again, by somebody else than the person who locked it."""
    from sigap.pipeline.close import reopen as reopen_month

    with resources_for(settings_for()) as resources:
        reopen_month(period, actor, reason, resources)
    show.print(f"{period} is open again.")
