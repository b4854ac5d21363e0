"""The DAGs load, say who they are, stand in the order of the design, and hold no logic."""

import ast
import itertools
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from airflow.sdk import AssetAll, CronPartitionTimetable, PartitionedAssetTimetable, TriggerRule

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

PROJECT = Path(__file__).parents[2]
DAGS = PROJECT / "dags"
SEAM = PROJECT / "include" / "sigap_airflow"
DRAWN = [*sorted(DAGS.glob("*.py")), SEAM / "collection.py", SEAM / "extraction.py"]
COLLECTING = {
    "collect_registry": "month/registry",
    "collect_associations": "month/associations",
    "collect_memberships": "month/memberships",
}
EXTRACT = ["extract.plan", "extract.fetch", "extract.finish"]
MONTH = [
    "measure",
    "judge_deliveries.ask",
    "judge_deliveries.record",
    "link",
    "decide",
    "approve_roster.ask",
    "approve_roster.record",
    "bill",
    "approve_invoices.ask",
    "approve_invoices.record",
    "issue",
    "report",
]
HEAVY = ("pandas", "duckdb", "pyarrow", "great_expectations", "openpyxl", "typst", "python_calamine")


def test_every_dag_file_yields_the_dag_it_is_named_after(bag: "DagBag") -> None:
    assert bag.dags, "no DAG was found: this test would prove nothing"
    assert bag.import_errors == {}
    assert {path.stem for path in DAGS.glob("*.py")} == set(bag.dag_ids)
    assert set(bag.dag_ids) == {*COLLECTING, "monthly_premiums", "settle_payments"}


def test_reading_the_dags_loads_no_heavy_library() -> None:
    program = (
        "import runpy, sys\n"
        f"for name in {[str(path) for path in sorted(DAGS.glob('*.py'))]}: runpy.run_path(name)\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip().splitlines()[-1] == "[]", "import verbs inside the task, not above it"


def test_the_registry_is_fetched_unit_by_unit_and_nothing_fails_where_none_is_set(bag: "DagBag") -> None:
    dag = bag.dags["collect_registry"]
    assert dag.get_task("extract.fetch").is_mapped
    assert dag.get_task("extract.finish").trigger_rule == TriggerRule.NONE_FAILED


@pytest.mark.parametrize("dag_id", COLLECTING)
def test_collecting_goes_from_list_to_published_report_file_by_file(bag: "DagBag", dag_id: str) -> None:
    dag = bag.dags[dag_id]
    order = ["collect.list_deliveries", "collect.collect", "check.check", "check.compare", "check.publish"]
    before = EXTRACT if dag_id == "collect_registry" else []
    assert [task.task_id for task in dag.topological_sort()] == [*before, *order]
    for first, then in itertools.pairwise([*before, *order]):
        assert dag.get_task(first).downstream_task_ids == {then}
    for mapped in ("collect.collect", "check.check"):
        assert dag.get_task(mapped).is_mapped
        assert dag.get_task(mapped).map_index_template == "{{ file }}"
    assert [asset.name for asset in dag.get_task("check.publish").outlets] == [COLLECTING[dag_id]]


def test_the_month_goes_from_measured_links_to_documents_with_a_judgement_before_each_step_that_needs_one(
    bag: "DagBag",
) -> None:
    dag = bag.dags["monthly_premiums"]
    assert [task.task_id for task in dag.topological_sort()] == MONTH
    for first, then in itertools.pairwise(MONTH):
        assert dag.get_task(first).downstream_task_ids == {then}
    assert dag.get_task("approve_roster.ask").about == "roster"
    assert dag.get_task("approve_invoices.ask").about == "invoices"


def test_the_month_starts_when_all_three_groups_of_it_have_arrived(bag: "DagBag") -> None:
    schedule = bag.dags["monthly_premiums"].timetable
    assert isinstance(schedule, PartitionedAssetTimetable)
    assert isinstance(schedule.asset_condition, AssetAll), "all of them, not any"
    assert {asset.name for asset in schedule.asset_condition.objects} == set(COLLECTING.values())


@pytest.mark.parametrize("dag_id", [*COLLECTING, "settle_payments"])
def test_collecting_and_settling_run_monthly_keyed_by_the_month_and_never_for_the_past(
    bag: "DagBag", dag_id: str
) -> None:
    dag = bag.dags[dag_id]
    assert isinstance(dag.timetable, CronPartitionTimetable)
    assert dag.timetable.key_format == "%Y-%m"
    assert dag.timetable.expression.split()[3:] == ["*", "*"]
    assert dag.catchup is False


def test_all_groups_of_settlement_are_collected_before_money_is_allocated_and_that_before_it_settles(
    bag: "DagBag",
) -> None:
    dag = bag.dags["settle_payments"]
    groups = ("bpjs_bills", "payments", "bank_statement", "sp2d", "activations")
    assert dag.get_task("allocate").upstream_task_ids == {f"{group}.collect.collect" for group in groups}
    assert dag.get_task("settle").upstream_task_ids == {"allocate"}
    for name in ("allocate", "settle"):
        assert dag.get_task(name).trigger_rule == TriggerRule.NONE_FAILED, "an empty folder stops nothing"


def test_every_dag_and_task_says_whose_it_is_and_what_to_do_when_it_fails(bag: "DagBag") -> None:
    tasks = [task for dag in bag.dags.values() for task in dag.tasks]
    assert len(tasks) > 20
    for dag in bag.dags.values():
        assert "docs/runbooks/" in (dag.doc_md or ""), f"{dag.dag_id}: name the runbook in doc_md"
        assert "sigap" in dag.tags, f"{dag.dag_id}: tag it"
        assert dag.max_active_runs == 1, f"{dag.dag_id}: two runs of a month must not meet"
    for task in tasks:
        assert task.owner == "sigap", f"{task.dag_id}.{task.task_id}: use sigap_airflow.policy.DEFAULTS"
        says = " ".join((task.doc_md or "").split())
        assert "**When it " in says, f"{task.dag_id}.{task.task_id}: say in doc_md what to do when it fails"


def test_every_task_names_what_it_reads_and_writes(bag: "DagBag") -> None:
    for dag in bag.dags.values():
        for task in dag.tasks:
            assert task.inlets, f"{dag.dag_id}.{task.task_id}: set inlets"
            assert task.outlets, f"{dag.dag_id}.{task.task_id}: set outlets"


def _tasks_in(tree: ast.Module) -> list[ast.FunctionDef]:
    def is_task(node: ast.expr) -> bool:
        return ast.unparse(node).split("(")[0].split(".")[0] == "task"

    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any(is_task(one) for one in node.decorator_list)
    ]


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.stem)
def test_a_task_has_at_most_two_statements_when_it_is_drawn(path: Path) -> None:
    for task in _tasks_in(ast.parse(path.read_text(encoding="utf-8"))):
        assert len(task.body) <= 2, f"{path.name}: {task.name} holds logic; move it into its verb"


def test_tasks_are_found_so_that_the_test_above_proves_something() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in DRAWN]
    assert sum(len(_tasks_in(tree)) for tree in trees) >= 12


@pytest.mark.parametrize("path", sorted(DAGS.glob("*.py")), ids=lambda path: path.stem)
def test_a_dag_file_imports_only_airflow_and_the_seam(path: Path) -> None:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            allowed = ("airflow.sdk", "sigap_airflow", "typing")
            assert (module or "").startswith(allowed), f"{path.name} imports {module} while it is read"
