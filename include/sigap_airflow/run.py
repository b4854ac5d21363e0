"""Runs a verb as a task: period from the partition key, warehouse from the connection, errors made safe."""

import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook, get_current_context
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from sigap.domain.period import Period
from sigap.errors import PeriodError, SigapError, WarehouseError
from sigap_airflow.places import deployed_settings

if TYPE_CHECKING:
    from sigap.pipeline.resources import Resources

log = logging.getLogger(__name__)


class OutOfReachError(Exception):
    """The network or a database did not answer. The one error of ours that is tried again."""


def run(verb: Callable[..., Any], *arguments: object, **named: object) -> Any:
    """Call `verb(period, *arguments, resources, **named)` and return plain values that fit an XCom.

    What we refuse ends the task at once with its sentence. A network or database failure is tried again. Of
    any other error only its class and the places in the code are shown, because its text could quote a
    person.
    """
    try:
        period = period_of_run()
        with _opened() as resources:
            return _plain(verb(period, *arguments, resources, **named))
    except WarehouseError as error:
        raise OutOfReachError(str(error)) from None
    except SigapError as error:
        raise AirflowFailException(str(error)) from None
    except Exception as error:
        raise _made_safe(error) from None


def period_of_run() -> Period:
    """The month that this run is for: its partition key, never the clock."""
    key = get_current_context()["dag_run"].partition_key
    if key is None:
        raise PeriodError("This run has no month. Trigger it with a partition key such as 2026-01.")
    return Period.parse(key)


def usable(result: Mapping[str, Any], *outcomes: str) -> Any:
    """The result, or a visible skip that says what to do, when its outcome is another one."""
    if result["outcome"] not in outcomes:
        raise AirflowSkipException(f"{result['outcome']}: {result['message'] or 'nothing to do'}")
    return result


@contextmanager
def _opened() -> Iterator["Resources"]:
    from sigap_airflow.lineage import ReportingResources

    settings = deployed_settings(BaseHook.get_connection)
    resources = ReportingResources.open(settings, get_current_context()["run_id"])
    try:
        yield resources
    finally:
        resources.warehouse.dispose()


def _made_safe(error: Exception) -> Exception:
    from sqlalchemy.exc import InterfaceError, OperationalError

    places = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s, raised at\n%s", type(error).__name__, places)
    if isinstance(error, OperationalError | InterfaceError | ConnectionError | TimeoutError):
        return OutOfReachError(f"{type(error).__name__}: the database or the network did not answer.")
    return AirflowFailException(f"{type(error).__name__}: not foreseen. The places in the code stand above.")


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, PurePath | Period):
        return str(value)
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
