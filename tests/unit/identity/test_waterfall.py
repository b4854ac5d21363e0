"""The waterfall chart: the bars that Splink itself would draw, in our words, naming nobody."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from sigap.errors import IdentityError
from sigap.identity.model import load_model
from sigap.identity.waterfall import WeighedPair, waterfall_bars, waterfall_svg

MODEL = load_model()
LEVELS = {"nik": 5, "name": 9, "birth_date": 5, "place": 1, "kk": -1, "mother": 0, "sex": 0, "phone": -1}
COMMON_NAME, RARE_DATE = -3.5, 1.25


def weights() -> dict[str, float]:
    """What the model says of LEVELS, the name being common and the birth date rare."""
    found = {
        each.name: next(level.weight for level in each.levels if level.number == LEVELS[each.name])
        for each in MODEL.comparisons
    }
    return found | {"name": found["name"] + COMMON_NAME, "birth_date": found["birth_date"] + RARE_DATE}


PAIR = WeighedPair(
    "becak.csv, baris 4 – dtks.csv, baris 9",
    LEVELS,
    weights(),
    MODEL.prior + sum(weights().values()),
    {"same": 10.0, "review": 0.5},
)


def texts(svg: str) -> list[str]:
    """What is written in the chart, a label of several lines as one."""
    tree = ElementTree.fromstring(svg)  # noqa: S314  (drawn a moment ago)
    return [" ".join(one.itertext()) for one in tree.iter("{http://www.w3.org/2000/svg}text")]


def test_the_bars_are_those_that_splink_itself_draws() -> None:
    from splink.internals.settings_creator import SettingsCreator
    from splink.internals.waterfall_chart import records_to_waterfall_data

    settings = SettingsCreator.from_path_or_dict(dict(MODEL.splink)).get_settings("duckdb")
    record = {f"gamma_{name}": level for name, level in LEVELS.items()}
    record |= {"mw_tf_adj_name": COMMON_NAME, "mw_tf_adj_birth_date": RARE_DATE}
    theirs = records_to_waterfall_data(
        [record | {"match_weight": PAIR.match_weight}], settings, hide_details=True
    )
    drawn = {each["column_name"]: each["log2_bayes_factor"] for each in theirs if each["bayes_factor"] != 1.0}
    ours = {bar["column_name"]: bar["log2_bayes_factor"] for bar in waterfall_bars(PAIR, MODEL)}
    assert len(ours) == 10, "two bars of rarity, none of what is missing"
    assert list(ours) == list(drawn)
    assert ours == pytest.approx(drawn)


def test_the_chart_says_in_indonesian_what_was_found_how_it_weighs_and_where_the_thresholds_lie() -> None:
    written = texts(waterfall_svg([PAIR], MODEL))
    for words in ("Titik awal", "Tanggal lahir", "Kelangkaan", "Nama sama", "Jumlah", "ambang sama 10,00"):
        assert words in written
    assert "ambang ragu 0,50" in written
    assert f"{MODEL.prior:+.1f}".replace(".", ",").replace("-", "−") in written
    assert f"{PAIR.match_weight:+.1f}".replace(".", ",").replace("-", "−") in written
    assert not [words for words in written if re.search("Prior|Final|Column|weight|null|undefined", words)]


def test_the_chart_speaks_english_when_asked() -> None:
    written = texts(waterfall_svg([PAIR], MODEL, "en"))
    assert {"Starting point", "Birth date", "Rarity", "Total", "same from 10.00"} <= set(written)


def test_a_rule_that_decided_whatever_the_weight_shows_no_thresholds() -> None:
    written = texts(waterfall_svg([replace(PAIR, limits={})], MODEL))
    assert "Jumlah" in written
    assert not [words for words in written if "ambang" in words]


def test_several_pairs_stand_below_each_other_and_are_drawn_alike_each_time() -> None:
    other = replace(PAIR, title="becak.csv, baris 4 – bpjs.csv, baris 2")
    both = waterfall_svg([PAIR, other], MODEL)
    assert both == waterfall_svg([PAIR, other], MODEL)
    assert [words for words in texts(both) if "baris 4" in words] == [PAIR.title, other.title]


def test_the_chart_can_stand_in_a_page_that_allows_no_scripts_styles_or_requests() -> None:
    svg = waterfall_svg([replace(PAIR, title="<script>alert(1)</script>.csv")], MODEL)
    assert not re.search(r"<script|<style|<image|\sstyle=|\sid=|\son\w+=|href=", svg)
    assert "<script>alert(1)</script>.csv" in " ".join(texts(svg))


def test_a_level_without_words_is_refused() -> None:
    with pytest.raises(IdentityError, match="has no words"):
        waterfall_svg([replace(PAIR, levels={"name": 99})], MODEL)
