"""`sigap model`: train the link model, choose its thresholds. `sigap link-tables`: link any tables."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from sigap.cli.terminal import say, show
from sigap.settings import load_settings

model_app = typer.Typer(help="The link model: who is one person, by which weights.", no_args_is_help=True)
ModelFile = Annotated[
    Path | None,
    typer.Option(
        "--model", help="A model file; without it the newest of identity/models.", show_default=False
    ),
]


@model_app.command("train")
def train(
    workers: Annotated[
        Path, typer.Argument(metavar="WORKERS.parquet", help="Listed rows, columns of a record.")
    ],
    members: Annotated[
        Path, typer.Argument(metavar="MEMBERS.parquet", help="Memberships, the same columns.")
    ],
    out: Annotated[Path, typer.Option("--out", help="The new model file, named by its date.")],
    on: Annotated[dt.datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day it is trained.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, and on what: kept in the file.")],
    former: ModelFile = None,
) -> None:
    """Learn the weights anew. Comparisons, blocks and thresholds are those of the former model."""
    from sigap.identity.train import read_tree, train_people, write_model

    with say.status("train"):
        tree = train_people(
            workers, members, read_tree(former), on=on.date(), by=load_settings().actor, reason=reason
        )
        write_model(tree, out)
    show.print(
        f"{out}: {tree['trained']['rows']} rows. Next: sigap model thresholds {out} FOLDER", markup=False
    )


@model_app.command("weights")
def weights(
    model: Annotated[Path, typer.Argument(metavar="MODEL.json", help="The model file; it is written to.")],
    folders: Annotated[
        list[Path], typer.Argument(metavar="FOLDER...", help="Labelled sets that evaluate nothing else.")
    ],
) -> None:
    """Learn from labelled pairs what each level says beside all the others."""
    from sigap.identity.fit import fit_weights
    from sigap.identity.train import read_tree, write_model

    with say.status("weights"):
        write_model(fit_weights(read_tree(model), folders), model)
    show.print(f"{model}: weights learned. Next: sigap model thresholds {model} FOLDER", markup=False)


@model_app.command("thresholds")
def thresholds(
    model: Annotated[Path, typer.Argument(metavar="MODEL.json", help="The model file; it is written to.")],
    folders: Annotated[
        list[Path], typer.Argument(metavar="FOLDER...", help="Labelled sets that evaluate nothing else.")
    ],
) -> None:
    """Choose from when a pair is one person, and until when a person has to look, by what errors cost."""
    from sigap.identity.calibrate import choose_thresholds
    from sigap.identity.train import read_tree, write_model

    with say.status("thresholds"):
        tree = read_tree(model)
        chosen = choose_thresholds(tree, folders)
        write_model({**tree, "thresholds": chosen.thresholds, "calibrated": chosen.found}, model)
    for name, limits in chosen.thresholds.items():
        show.print(f"{name:<12} same from {limits['same']:.2f}, review from {limits['review']:.2f}")


def link_tables(
    left: Annotated[Path, typer.Argument(metavar="LEFT", help="A .parquet or .csv file.")],
    out: Annotated[Path, typer.Option("--out", help="Pairs that are one, as .parquet or .csv.")],
    right: Annotated[
        Path | None,
        typer.Argument(metavar="[RIGHT]", help="The other file; without it LEFT is deduplicated."),
    ] = None,
    model: ModelFile = None,
    probability: Annotated[float, typer.Option(help="The least probability of a link.")] = 0.5,
    most_pairs: Annotated[
        int, typer.Option(help="More pairs than this in one block are refused.")
    ] = 200_000_000,
) -> None:
    """Link two tables, or find what stands twice in one, by any trained model of Splink's form."""
    from sigap.identity.model import load_model
    from sigap.identity.tables import link_tables as link

    with say.status("link-tables"):
        linked = link(left, right, load_model(model), out, probability=probability, most_pairs=most_pairs)
    rows = f"{linked.left:,} rows" + (f" × {linked.right:,}" if right is not None else "")
    show.print(f"{linked.links:,} links among {rows} in {out}", markup=False, soft_wrap=True)
