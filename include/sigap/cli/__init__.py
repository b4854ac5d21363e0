"""The command line: the verbs of a month without Airflow, and the ways to look at what they did."""

import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from sigap.cli.correction import correction_app
from sigap.cli.delivery import delivery_app
from sigap.cli.documents import hand_over, verify
from sigap.cli.explain import explain
from sigap.cli.held import held_app
from sigap.cli.invoice import invoice_app
from sigap.cli.ledger import ledger_app
from sigap.cli.links import links_app
from sigap.cli.model import link_tables, model_app
from sigap.cli.movement import movement
from sigap.cli.payments import payments_app
from sigap.cli.person import person_app
from sigap.cli.reconcile import print_reconciled, reconcile_app
from sigap.cli.regions import regions_app
from sigap.cli.registry import registry_app
from sigap.cli.review import review_app
from sigap.cli.shadow import shadow
from sigap.cli.source import source_app
from sigap.cli.terminal import (
    InboxOption,
    JsonOption,
    PeriodArgument,
    resources_for,
    say,
    settings_for,
    show,
    show_json,
    tell,
)
from sigap.cli.watch import watch
from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.errors import SettingsError, SigapError
from sigap.settings import load_settings

app = typer.Typer(
    name="sigap",
    help="Monthly premiums of vulnerable informal workers, from received lists to issued invoices.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
warehouse_app = typer.Typer(help="The warehouse's tables.", no_args_is_help=True)
app.add_typer(warehouse_app, name="warehouse")
app.add_typer(source_app, name="source")
app.add_typer(delivery_app, name="delivery")
app.add_typer(held_app, name="held")
app.add_typer(payments_app, name="payments")
app.add_typer(person_app, name="person")
app.add_typer(review_app, name="review")
app.add_typer(invoice_app, name="invoice")
app.add_typer(links_app, name="links")
app.add_typer(regions_app, name="regions")
app.add_typer(model_app, name="model")
app.add_typer(registry_app, name="registry")
app.add_typer(ledger_app, name="ledger")
app.add_typer(correction_app, name="correction")
app.command()(movement)
app.command()(explain)
app.command()(shadow)
app.command()(watch)
app.add_typer(reconcile_app, name="reconcile")
app.command("link-tables")(link_tables)
app.command("hand-over")(hand_over)
app.command()(verify)

UNFORESEEN = 70  # EX_SOFTWARE of sysexits.h
INTERRUPTED = 130  # 128 and SIGINT, as shells count


def main() -> None:
    """Run a command. What we refuse becomes one sentence on standard error and exit status 1."""
    try:
        app()
    except SigapError as error:
        say.print(f"[bold red]sigap:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(1)
    except Exception as error:  # its text could quote a person, the places in the code cannot
        if _was_interrupted(error):
            say.print("[bold red]sigap:[/] Interrupted. Run it again: what was done is kept.")
            sys.exit(INTERRUPTED)
        say.print(
            "".join(traceback.format_tb(error.__traceback__)), markup=False, style="dim", soft_wrap=True
        )
        name = type(error).__name__
        say.print(f"[bold red]sigap:[/] {name} was not foreseen. The places in the code stand above.")
        sys.exit(UNFORESEEN)


def _was_interrupted(error: BaseException | None) -> bool:
    """Whether Ctrl-C came first and a connection that broke off then was only its consequence."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


@app.command()
def synth(
    period: Annotated[
        Period, typer.Option("--period", parser=Period.parse, metavar="PERIOD", help="Coverage month.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder to write the month's inbox into.")],
    workers: Annotated[
        int, typer.Option(min=10, help="Places of the programme; a quarter more people are listed.")
    ] = 11_666,
    memberships: Annotated[int, typer.Option(min=100, help="Rows of the BPJS membership extract.")] = 200_000,
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = 1,
) -> None:
    """Write what invented partners would send for a month."""
    from sigap.synth import synthesise

    with say.status(f"writing {period}") as status:
        made = synthesise(
            period,
            out,
            workers=workers,
            memberships=memberships,
            seed=seed,
            progress=status.update,
        )
    for file, rows in made.files.items():
        show.print(f"{rows:>12,}  {file}", soft_wrap=True, markup=False)


@app.command()
def month(
    period: PeriodArgument,
    inbox: InboxOption = None,
    approve_as: Annotated[
        str | None,
        typer.Option(
            help="ROSTER_APPROVER,INVOICE_APPROVER, or demo. Without it the month stops for a person."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run a whole month: collect, check, link, decide, approve, bill, approve, report."""
    from sigap.pipeline.month import Approvers
    from sigap.pipeline.month import month as run_month

    settings = settings_for(inbox)
    approvers = Approvers.parse(approve_as, settings) if approve_as else None
    with resources_for(settings) as resources, say.status(f"{period}") as status:
        summary = run_month(period, resources, approvers, tell(status))
    if as_json:
        show_json(summary.as_dict())
    else:
        from sigap.pipeline.display import print_summary

        print_summary(summary, show)


@app.command()
def status(period: PeriodArgument, as_json: JsonOption = False) -> None:
    """Show how far a month is, its figures, and files that need attention."""
    from sigap.pipeline.bill import drafts
    from sigap.pipeline.display import print_summary, print_waiting
    from sigap.pipeline.summary import summarise

    with resources_for(settings_for()) as resources:
        summary, waiting = summarise(period, resources), drafts(period, resources)
    if as_json:
        show_json(summary.as_dict())
    else:
        print_summary(summary, show)
        print_waiting(waiting, show)


@app.command()
def collect(period: PeriodArgument, inbox: InboxOption = None) -> None:
    """Take in every file of the month exactly as given."""
    from sigap.pipeline.month import GROUPS, collect_all

    with resources_for(settings_for(inbox)) as resources, say.status("collect") as status:
        messages = collect_all(period, GROUPS, resources, tell(status))
    for message in messages:
        show.print(f"  {message}", style="yellow", markup=False, soft_wrap=True)
    show.print(f"{period} is collected. Next: sigap check {period}")


@app.command()
def check(period: PeriodArgument) -> None:
    """Check every list that was taken in; write the quality report."""
    from sigap.pipeline.display import REPEATED
    from sigap.pipeline.month import check_all
    from sigap.pipeline.summary import summarise

    with resources_for(settings_for()) as resources, say.status("check") as status:
        check_all(period, resources, tell(status))
        summary = summarise(period, resources)
        report = resources.settings.data_docs_dir / str(period)
    show.print(f"{summary.accepted:,} rows accepted, {summary.held:,} held, {summary.rejected:,} rejected")
    repeated = (f"{summary.repeated.get(scope, 0):,} {where}" for scope, where in REPEATED.items())
    show.print(f"Rows repeated: {', '.join(repeated)}")
    for problem in summary.problems:
        show.print(f"  ! {problem.sentence}", style="yellow", markup=False, soft_wrap=True)
    show.print(f"Quality report: {report}", markup=False)


@app.command()
def link(period: PeriodArgument) -> None:
    """Find out who is one person and who is already insured."""
    from sigap.pipeline.link import link as run_link

    with resources_for(settings_for()) as resources, say.status("link"):
        persons = run_link(period, resources)
    show.print(f"{persons.rows:,} persons. Next: sigap decide {period}")


@app.command()
def decide(period: PeriodArgument) -> None:
    """Decide who is subsidised and why; make a roster version."""
    from sigap.pipeline.decide import decide as run_decide
    from sigap.pipeline.summary import summarise

    with resources_for(settings_for()) as resources, say.status("decide"):
        run_decide(period, resources)
        summary = summarise(period, resources)
    show.print(
        f"{summary.subsidised:,} of {summary.persons:,} persons subsidised, {summary.waiting:,} waiting."
    )
    show.print(f"Next, by a person: sigap approve roster {period} --as NAME")


@app.command()
def approve(
    subject: Annotated[str, typer.Argument(help="roster or invoices.")],
    period: PeriodArgument,
    actor: Annotated[str, typer.Option("--as", help="Account name of the person who judges.")],
    reject: Annotated[bool, typer.Option("--reject", help="Reject instead of approving.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why; required when rejecting.")] = None,
) -> None:
    """Record the judgement of a person about a roster or the invoices."""
    from sigap.pipeline.approve import record_approval

    verdict = "rejected" if reject else "approved"
    with resources_for(settings_for()) as resources:
        record_approval(period, subject, verdict, actor, reason, resources)
    show.print(f"The {subject} of {period}: {verdict} by {actor}.", markup=False)


@app.command()
def bill(period: PeriodArgument) -> None:
    """Price the approved roster and draft the invoices."""
    from sigap.pipeline.bill import bill as run_bill

    with resources_for(settings_for()) as resources, say.status("bill"):
        lines = run_bill(period, resources)
    show.print(
        f"{lines.rows:,} lines drafted. Next, by another person: sigap approve invoices {period} --as NAME"
    )


@app.command()
def issue(period: PeriodArgument) -> None:
    """Number and issue the approved invoices."""
    from sigap.pipeline.issue import issue as run_issue

    with resources_for(settings_for()) as resources, say.status("issue"):
        issued = run_issue(period, resources)
    for invoice in issued:
        show.print(f"{invoice.number}  {invoice.people:,} people  {rupiah(invoice.total_idr)}", markup=False)


@app.command()
def report(period: PeriodArgument) -> None:
    """Write the workbook and the PDF of every issued invoice."""
    from sigap.pipeline.report import report as run_report

    with resources_for(settings_for()) as resources, say.status("report"):
        documents = run_report(period, resources)
    for document in documents:
        show.print(document.uri, markup=False, soft_wrap=True)


@app.command()
def settle(period: PeriodArgument, inbox: InboxOption = None) -> None:
    """Take in what BPJS, bank and treasury sent, allocate the money, compare it all with our invoices."""
    from sigap.pipeline.allocations import allocate
    from sigap.pipeline.month import collect_all
    from sigap.pipeline.reconciled import reconciled
    from sigap.pipeline.settle import GROUPS
    from sigap.pipeline.settle import settle as run_settle

    with resources_for(settings_for(inbox)) as resources, say.status("settle") as status:
        messages = collect_all(period, GROUPS, resources, tell(status))
        allocate(period, resources)
        run_settle(period, resources)
        found = reconciled(period, resources)
    for message in messages:
        show.print(f"  {message}", style="yellow", markup=False, soft_wrap=True)
    print_reconciled(found)


@app.command()
def trace(
    line_id: Annotated[int, typer.Argument(help="Invoice line, as in `sigap export invoice-lines`.")],
    as_json: JsonOption = False,
) -> None:
    """Print the way back from an invoice line to the cells it rests on. The audit keeps who looked."""
    from sigap.pipeline.display import print_trace
    from sigap.pipeline.look import look

    with resources_for(settings_for()) as resources:
        steps = look(line_id, resources.settings.actor, resources)
    if as_json:
        show_json([{"title": step.title, "facts": step.facts} for step in steps])
    else:
        print_trace(steps, show)


@app.command()
def export(
    what: Annotated[str, typer.Argument(help="roster, decisions, invoice-lines or links.")],
    period: PeriodArgument,
    out: Annotated[Path, typer.Option("--out", help="A .csv or .parquet file.")],
) -> None:
    """Write rows by NIK to a file, for a person with the right to them. The audit keeps who took what."""
    from sigap.pipeline.export import export as run_export

    with resources_for(settings_for()) as resources, say.status("export"):
        rows = run_export(what, period, out, resources)
    show.print(f"{rows:,} rows in {out}", markup=False, soft_wrap=True)


@warehouse_app.command("upgrade")
def upgrade_warehouse(revision: Annotated[str, typer.Argument(help="Alembic revision.")] = "head") -> None:
    """Bring the tables of SIGAP_WAREHOUSE_URL to a revision."""
    from sigap.warehouse.migrate import upgrade

    upgrade(_warehouse_url(), revision, load_settings().government)


@warehouse_app.command("downgrade")
def downgrade_warehouse(revision: Annotated[str, typer.Argument(help="Alembic revision, or base.")]) -> None:
    """Take the tables of SIGAP_WAREHOUSE_URL back to a revision. This drops data."""
    from sigap.warehouse.migrate import downgrade

    downgrade(_warehouse_url(), revision)


def _warehouse_url() -> str:
    url = load_settings().warehouse_url
    if url is None:
        raise SettingsError(
            "No warehouse is set. Set SIGAP_WAREHOUSE_URL; the embedded one migrates itself when it starts."
        )
    return url
