"""What the seam does with errors and results: what is tried again, and that no person is ever quoted."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import ObjectStoragePath, RetryAction
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from sqlalchemy.exc import IntegrityError, OperationalError

from sigap.domain.batch import BatchRef
from sigap.domain.period import Period
from sigap.errors import BillingError, WarehouseError
from sigap.pipeline.collect import collect, list_deliveries
from sigap_airflow import run as seam
from sigap_airflow.assets import uri_of
from sigap_airflow.policy import DEFAULTS, NETWORK_AND_DATABASE_ONLY
from sigap_airflow.run import OutOfReachError, run, usable

CANARY = "3275012345678901"
Run = Callable[..., Any]


@pytest.fixture
def in_task(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The context that Airflow gives a task: which run, which month. The warehouse is real."""
    context = {"dag_run": SimpleNamespace(partition_key="2026-01"), "run_id": "manual__1"}
    monkeypatch.setattr(seam, "get_current_context", lambda: context)


def _raising(error: Exception) -> Run:
    def verb(period: Period, resources: object) -> None:
        raise error

    return verb


@pytest.mark.usefixtures("in_task")
def test_a_verb_gets_the_month_of_the_run_and_its_result_becomes_plain_values() -> None:
    ref = BatchRef("billing.lines", "2026-01", "file:///lake/x.parquet", 3, "0" * 64)

    def verb(period: Period, subject: str, resources: Any) -> list[object]:
        assert (period, subject, resources.run_id) == (Period(2026, 1), "roster", "manual__1")
        return [ref, Path("/a/b"), period]

    assert run(verb, "roster") == [ref.as_dict(), "/a/b", "2026-01"]


@pytest.mark.usefixtures("in_task")
def test_what_we_refuse_fails_at_once_with_its_sentence() -> None:
    with pytest.raises(AirflowFailException, match="over the ceiling by Rp5"):
        run(_raising(BillingError("over the ceiling by Rp5")))


@pytest.mark.usefixtures("in_task")
@pytest.mark.parametrize(
    "error",
    [
        OperationalError(f"SELECT '{CANARY}'", {}, Exception(CANARY)),
        ConnectionResetError(CANARY),
        TimeoutError(CANARY),
        WarehouseError("No PostgreSQL answers at 127.0.0.1:1/sigap."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_network_or_database_failure_is_tried_again(error: Exception) -> None:
    with pytest.raises(OutOfReachError) as caught:
        run(_raising(error))
    assert CANARY not in str(caught.value)
    assert NETWORK_AND_DATABASE_ONLY.evaluate(caught.value, 1, 2).action is RetryAction.RETRY


@pytest.mark.usefixtures("in_task")
def test_an_unforeseen_error_fails_at_once_and_never_shows_its_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    error = IntegrityError(f"INSERT '{CANARY}'", {"nik": CANARY}, Exception(f"Key (nik)=({CANARY}) exists"))
    with pytest.raises(AirflowFailException, match="IntegrityError") as caught:
        run(_raising(error))
    assert caught.value.__suppress_context__
    assert CANARY not in str(caught.value)
    assert "test_seam.py" in caplog.text, "an engineer needs the places in the code"
    assert CANARY not in caplog.text


def test_any_other_failure_of_a_task_is_not_tried_again() -> None:
    assert NETWORK_AND_DATABASE_ONLY.evaluate(ValueError("x"), 1, 2).action is RetryAction.FAIL
    assert DEFAULTS["retries"] == 2
    assert DEFAULTS["retry_delay"] < dt.timedelta(minutes=5)


@pytest.mark.parametrize("key", [None, "2026-13", "january"])
def test_a_run_without_a_month_says_how_to_trigger_it(
    monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    context = {"dag_run": SimpleNamespace(partition_key=key), "run_id": "manual__1"}
    monkeypatch.setattr(seam, "get_current_context", lambda: context)
    with pytest.raises(AirflowFailException, match="2026-01"):
        run(_raising(BillingError("never reached")))


def test_a_refused_delivery_is_skipped_with_what_to_do() -> None:
    with pytest.raises(AirflowSkipException, match="refused: ask the sender"):
        usable({"outcome": "refused", "message": "ask the sender"}, "accepted")
    delivery = {"outcome": "accepted", "message": None}
    assert usable(delivery, "accepted") is delivery


def test_lineage_names_batches_tables_and_files_in_ways_the_provider_reads() -> None:
    from airflow.providers.openlineage.utils.utils import translate_airflow_asset
    from airflow.sdk import Asset

    ref = BatchRef("billing.lines", "2026-01", "s3://lake/x.parquet", 3, "ab" * 32)
    for thing, name in (
        (ref, "/billing.lines/2026-01/abababababababab"),
        ("billing.invoice", "sigap.billing.invoice"),
        ("inbox/2026-01/dtks/a b.csv", "/2026-01/dtks/a b.csv"),
        ("/srv/documents/1.pdf", "/srv/documents/1.pdf"),
    ):
        dataset = translate_airflow_asset(Asset(uri=uri_of(thing)), None)
        assert dataset is not None, f"the provider cannot name {thing}"
        assert dataset.name == name


@pytest.mark.usefixtures("in_task")
def test_an_inbox_behind_an_airflow_connection_is_collected_like_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "partners" / "2026-01" / "associations" / "pkl"
    folder.mkdir(parents=True)
    header = "nik;nama;tgl_lahir;jk;alamat;kelurahan;kecamatan;usaha"
    (folder / "pkl.csv").write_text(
        f"{header}\n{CANARY};Warga;01/02/1990;L;Jl. A;Kranji;Bekasi Barat;Bakso\n"
    )
    monkeypatch.setenv("SIGAP_INBOX", f"file://partners@{tmp_path}/partners")
    kinds = []

    def list_and_collect(period: Period, resources: Any) -> list[str]:
        kinds.append(type(resources.settings.place("inbox")))
        (path,) = list_deliveries(period, "associations", resources)
        result = collect(period, path, resources)
        return [path, result.outcome, str(result.batch.rows)]

    assert run(list_and_collect) == ["associations/pkl/pkl.csv", "accepted", "1"]
    assert kinds == [ObjectStoragePath]
