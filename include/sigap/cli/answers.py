"""What `held` and `review` share: who answers, what was answered, the workbook that goes out and back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from sigap.cli.terminal import show

ActorOption = Annotated[str, typer.Option("--as", help="Account name of the steward.")]
WorkbookOption = Annotated[Path, typer.Option("--out", help="The .xlsx file to write.")]


def said(verdict: Mapping[str, Any]) -> str:
    """What was answered, by whom and why."""
    return f"{verdict['verdict']} by {verdict['actor']}: {verdict['reason']}"


def tell_workbook(written: str, out: Path, group: str) -> None:
    """Say what a workbook holds and how its answers come back."""
    back = f"Filled in, bring it back with: sigap {group} read {out} --as NAME"
    show.print(f"{written} {back}", markup=False)
