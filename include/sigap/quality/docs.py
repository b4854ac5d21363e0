"""The quality report of a month: Data Docs of Great Expectations, in counts, without any person's value."""

import json
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sigap.domain.source import SourceEntry
from sigap.errors import QualityError
from sigap.quality.gate import open_context, without_values
from sigap.quality.suites import build_suite

# Pages must not tell a stranger's server that somebody reads them.
_STRANGER = "great-expectations-web-assets"
_BEACON = re.compile(rf"<img[^>]*{_STRANGER}[^>]*>|background: url\([^)]*{_STRANGER}[^)]*\)[^;]*;")
_NEWSLETTER = re.compile(r"<p>[^<]*<a href=\"https://greatexpectations\.io/newsletter[^<]*</a>\s*</p>")


def store_result(result: dict[str, Any], delivery_id: str, folder: Path) -> Path:
    """Keep the result of a delivery beside the site, in counts only, until the site is built."""
    target = folder / "results" / f"{delivery_id}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(without_values(result), indent=1, sort_keys=True)
    with tempfile.NamedTemporaryFile("w", dir=target.parent, suffix=".part", delete=False) as scratch:
        scratch.write(content)
    return Path(scratch.name).replace(target)


def read_result(delivery_id: str, folder: Path) -> dict[str, Any]:
    """The stored result of a delivery. Raises `QualityError` when it is not there."""
    try:
        content = folder.joinpath("results", f"{delivery_id}.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise QualityError(
            f"The validation result of delivery {delivery_id} is not in {folder}. Check the delivery again, "
            "with SIGAP_DATA_DOCS set to the same folder wherever checks run."
        ) from None
    result: dict[str, Any] = json.loads(content)
    return result


def build_docs(results: Sequence[dict[str, Any]], entries: Sequence[SourceEntry], folder: Path) -> Path:
    """Write the site of these validation results into `folder` and return its first page.

    `entries` are the catalog entries of the sources that were validated. Pages are replaced one by one, the
    index last, so that a reader never meets half a page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=folder) as scratch:
        site = Path(scratch)
        _render(results, entries, site)
        for page in [*site.rglob("*.html"), *site.rglob("*.css")]:
            page.write_text(_quiet(page.read_text(encoding="utf-8")), encoding="utf-8")
        _publish(site, folder)
    return folder / "index.html"


def page_of(result: dict[str, Any], folder: Path) -> Path:
    """Where the page of a validation result stands in the site."""
    return folder.joinpath("validations", *_identifier(result).to_tuple()).with_suffix(".html")


def _render(results: Sequence[dict[str, Any]], entries: Sequence[SourceEntry], site: Path) -> None:
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResultSchema

    context = open_context()
    for entry in entries:
        context.suites.add(build_suite(entry))
    reader = ExpectationSuiteValidationResultSchema()
    for result in results:
        context.validation_results_store.set(_identifier(result), reader.load(without_values(result)))
    context.add_data_docs_site("month", _site(site))
    context.build_data_docs(site_names=["month"])


def _site(folder: Path) -> dict[str, Any]:
    return {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", "show_cta_footer": False},
    }


def _identifier(result: dict[str, Any]) -> Any:
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    run = result["meta"]["run_id"]
    return ValidationResultIdentifier(
        ExpectationSuiteIdentifier(result["suite_name"]),
        RunIdentifier(run["run_name"], run["run_time"]),
        result["meta"]["active_batch_definition"]["data_asset_name"],
    )


def _quiet(page: str) -> str:
    return _NEWSLETTER.sub("", _BEACON.sub("", page))


def _publish(site: Path, folder: Path) -> None:
    files = [file for file in site.rglob("*") if file.is_file()]
    for file in sorted(files, key=lambda file: (file == site / "index.html", file)):
        target = folder / file.relative_to(site)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, target)
