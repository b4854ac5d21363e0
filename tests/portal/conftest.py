"""A real month behind a real server, looked at with a real browser."""

import csv
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import uvicorn
from fastapi import FastAPI, HTTPException, Request
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from acceptance.home import PERIOD, Home, fill_inbox, make_home
from portal.corrected_month import correct_january
from sigap.pipeline.resources import Resources
from sigap.settings import Settings
from sigap_portal.app import create_app
from sigap_portal.viewer import Viewer
from sigap_stack.postgres import Postgres

ACCOUNT = "auditor"
HOSTILE_NAME = "<script>alert('nama')</script>"
HOSTILE_FILE = "<img src=x onerror=alert(1)>.xls"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Portal:
    """A served portal: its address, what it reads from, and the NIK of the person with the hostile name."""

    address: str
    app: FastAPI
    resources: Resources
    hostile_nik: str


def by_cookie(request: Request) -> Viewer:
    """Signs in whom the cookie names. What Airflow does instead is tested in test_airflow.py."""
    if "account" not in request.cookies:
        raise HTTPException(401, "Masuk dahulu.")
    return Viewer(request.cookies["account"])


@pytest.fixture(scope="session")
def portal(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The portal over a month of 400 workers and its corrections; a name and a file name try to break out."""
    home = make_home(postgres, tmp_path_factory.mktemp("portal"))
    fill_inbox(home, ("becak", "pasar"))
    hostile_nik = plant_hostile_name(home)
    (home.inbox / PERIOD / "associations" / "becak" / HOSTILE_FILE).write_bytes(b"no workbook")
    home.json("month", PERIOD, "--approve-as", "demo")
    resources = Resources.open(Settings(home=home.path, warehouse_url=home.warehouse_url), "portal")
    correct_january(resources, hostile_nik)
    app = create_app(lambda: resources, by_cookie)
    with served(app) as address:
        yield Portal(address, app, resources, hostile_nik)
    resources.warehouse.dispose()


def plant_hostile_name(home: Home) -> str:
    """Rename somebody who only stands in DTKS and will be billed; their NIK."""
    month = home.inbox / PERIOD
    people = pq.read_table(next((month / "truth").glob("*.parquet"))).to_pylist()
    nik = next(p["nik"] for p in people if p["outcome"] == "eligible" and p["usable_sources"] == "dtks")
    file = next((month / "dtks").glob("*.csv"))
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    name, number = rows[0].index("NAMA"), rows[0].index("NIK")
    for row in rows[1:]:
        if row[number] == nik:
            row[name] = HOSTILE_NAME
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, quoting=csv.QUOTE_ALL).writerows(rows)
    return str(nik)


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.fail("No Chromium is installed. Run `make test`, or install it: apt-get install chromium.")
    quiet = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=Path(program), args=quiet)
        yield started
        started.close()


@pytest.fixture
def session(browser: Browser, portal: Portal) -> Iterator[BrowserContext]:
    """A signed-in session that lets no page break out: no dialog, no console error, no request elsewhere."""
    context = browser.new_context(base_url=portal.address)
    context.add_cookies([{"name": "account", "value": ACCOUNT, "url": portal.address}])
    trouble: list[str] = []
    context.on("dialog", lambda dialog: (trouble.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    context.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    context.on(
        "request", lambda asked: None if asked.url.startswith(portal.address) else trouble.append(asked.url)
    )
    yield context
    context.close()
    assert [line for line in trouble if "404" not in line and "422" not in line] == []


@pytest.fixture
def page(session: BrowserContext) -> Page:
    """A page of that session."""
    return session.new_page()
