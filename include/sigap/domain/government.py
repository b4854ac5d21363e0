"""Which government a deployment acts for: its kode wilayah, without dots."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def home_government() -> str:
    """The city that the shipped configuration is for: `3275`, Kota Bekasi."""
    code: str = _read("regions")["regency"]["code"]
    return code.replace(".", "")


def is_government(code: str) -> bool:
    """Whether a kode wilayah is that of a province (2 digits), or of a city or regency in one (4 digits)."""
    is_code = code.isascii() and code.isdigit() and len(code) in (2, 4)
    return is_code and code[:2] in _read("provinces")["provinces"]


@cache
def _read(name: str) -> dict[str, Any]:
    text = (files("sigap.domain") / f"{name}.yaml").read_text(encoding="utf-8")
    tree: dict[str, Any] = yaml.safe_load(text)
    return tree
