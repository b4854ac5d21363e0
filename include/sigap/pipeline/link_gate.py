"""measure: how good links are on a standing labelled set, before anybody of the month is linked."""

from functools import lru_cache

from sqlalchemy import Connection, insert, select

from sigap.domain.period import Period
from sigap.identity.floors import broken_floors
from sigap.identity.measure import Engine, Figure, measure, run_engine
from sigap.identity.model import load_model
from sigap.pipeline.locks import lock_month
from sigap.pipeline.resources import Resources, code_version
from sigap.quality.stops import Stops
from sigap.synth.labelled import draw_labelled
from sigap.warehouse.tables import reporting

PROFILE, WORKERS, MEMBERS = "standing", 3_000, 12_000
_quality = reporting.link_quality.c
_FIGURE = (_quality.measure, _quality.source_class, _quality.value, _quality.low, _quality.high, _quality.n)


def measure_links(
    period: Period, resources: Resources, engine: Engine | None = None, workers: int = WORKERS
) -> list[Figure]:
    """Draw the labelled set of the month, link it with the model in force, keep and return the figures.

    The set is drawn anew each month from invented people, so that no model is fitted to it; within the month
    it is the same. `engine` stands for the one in use. The same figures again are not kept twice.
    """
    with resources.outcome_of("measure", period) as outcome:
        outcome.read("identity.model")
        model, seed = load_model(), period.year * 100 + period.month
        members = workers * MEMBERS // WORKERS
        figures = _measured(engine, workers, seed) if engine else _in_use(model.sha256, workers, seed).copy()
        named = f"{model.name} {model.sha256[:12]}"
        outcome.versions.update(code=code_version(), model=named)
        kept = {
            "period": str(period),
            "run_id": resources.run_id,
            "measured_set": f"{PROFILE}, {workers} × {members}, seed {seed}",
            "model": named,
        }
        with resources.warehouse.begin() as connection:
            lock_month(connection, period)
            if _newest(connection, period) != (named, figures):
                rows = [
                    kept | {name: getattr(figure, name) for name in Figure.__slots__} for figure in figures
                ]
                connection.execute(insert(reporting.link_quality), rows)
        outcome.wrote("reporting.link_quality")
        outcome.count({"rows": workers, "floors_broken": len(broken_floors(figures, period))})
    return figures


@lru_cache(maxsize=2)
def _in_use(model_sha256: str, workers: int, seed: int) -> list[Figure]:
    """What the engine in use reaches: the same for the same model and set, so measured once in a process."""
    return _measured(run_engine(load_model()), workers, seed)


def _measured(engine: Engine, workers: int, seed: int) -> list[Figure]:
    drawn = draw_labelled(workers, workers * MEMBERS // WORKERS, PROFILE, seed)
    linked = engine(drawn.workers, drawn.members)
    return measure(drawn.workers, drawn.truth_workers, drawn.truth_members, linked)


def link_figures(period: Period, resources: Resources) -> tuple[str, list[Figure]]:
    """The model and the newest figures of the month; nothing when it was not measured."""
    with resources.warehouse.connect() as connection:
        return _newest(connection, period)


def link_stops(connection: Connection, period: Period) -> Stops:
    """The floors that the newest figures of the month break."""
    return broken_floors(_newest(connection, period)[1], period)


def _newest(connection: Connection, period: Period) -> tuple[str, list[Figure]]:
    of_month = _quality.period == str(period)
    newest = select(_quality.measured_at).where(of_month).order_by(_quality.link_quality_id.desc()).limit(1)
    wanted = select(_quality.model, *_FIGURE).where(
        of_month, _quality.measured_at == newest.scalar_subquery()
    )
    rows = connection.execute(wanted.order_by(_quality.link_quality_id)).all()
    return (rows[0].model if rows else "", [Figure(*row[1:]) for row in rows])
