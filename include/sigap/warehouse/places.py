"""The rows of reporting.region, from domain/regions.yaml."""

import datetime as dt
from importlib.resources import files
from typing import Any

import yaml

from sigap.domain.region import city


def place_rows() -> list[dict[str, Any]]:
    """One row per kelurahan with the names above it, and the decree that gives the codes."""
    edition = yaml.safe_load((files("sigap.domain") / "regions.yaml").read_text(encoding="utf-8"))["edition"]
    valid_from: dt.date = edition["valid_from"]
    here = city()
    return [
        {
            "kelurahan_code": place.code,
            "kelurahan_name": place.name,
            "kecamatan_code": place.kecamatan_code,
            "kecamatan_name": place.kecamatan_name,
            "regency_code": here.regency_code,
            "regency_name": here.regency_name,
            "province_code": here.province_code,
            "province_name": here.province_name,
            "reference": edition["reference"],
            "valid_from_date": valid_from,
        }
        for place in here.kelurahan
    ]
