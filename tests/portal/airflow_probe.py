"""Run by test_airflow.py in a process and an AIRFLOW_HOME of its own: what Airflow's app answers."""

import json
import sys

from airflow.api_fastapi.app import create_app, get_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.utils.db import initdb
from fastapi.testclient import TestClient

PAGE = {"accept": "text/html"}


def probe(passwords: dict[str, str]) -> dict[str, object]:
    client = TestClient(create_app(apps="core"), base_url="http://127.0.0.1:8080", follow_redirects=False)
    loaded = "sigap_portal.app" in sys.modules
    browser, program = client.get("/sigap/?halaman=1", headers=PAGE), client.get("/sigap/")
    forged = client.get("/sigap/", headers={"authorization": "Bearer forged"})
    token = client.post("/auth/token", json={"username": "auditor", "password": passwords["auditor"]}).json()[
        "access_token"
    ]
    without_role = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="tamu", role=None))
    refused = client.get("/sigap/", headers={"authorization": f"Bearer {without_role}"})
    bearer = client.get("/sigap/", headers={"authorization": f"Bearer {token}"})
    client.cookies.set("_token", token)
    cookie, trace = client.get("/sigap/", headers=PAGE), client.get("/sigap/jejak/1", headers=PAGE)
    plugins = client.get("/api/v2/plugins", headers={"authorization": f"Bearer {token}"}).json()
    client.cookies.clear()
    login = client.get(browser.headers["location"])
    return {
        "loaded_before_first_request": loaded,
        "anonymous_browser": [browser.status_code, browser.headers.get("location")],
        "anonymous_program": program.status_code,
        "forged": forged.status_code,
        "without_role": refused.status_code,
        "bearer": [bearer.status_code, bearer.text],
        "cookie": [cookie.status_code, cookie.text],
        "cache": cookie.headers["cache-control"],
        "trace": trace.status_code,
        "views": [view for plugin in plugins.get("plugins", []) for view in plugin["external_views"]],
        "login": [login.status_code, login.headers.get("location")],
    }


initdb()
sys.stdout.write("\n" + json.dumps(probe(json.loads(sys.argv[1]))) + "\n")
