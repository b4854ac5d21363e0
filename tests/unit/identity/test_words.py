"""Evidence in words: every level of the model has them, in both languages, and the sums add up."""

import json
from pathlib import Path

import pytest

from sigap.domain.datasets import EVIDENCE
from sigap.errors import IdentityError
from sigap.identity.words import describe, name_comparison, tell, waterfall, write_weight

MODELS = sorted(Path("include/sigap/identity/models").resolve().glob("*.json"))


def model_levels() -> list[tuple[str, int]]:
    """Every (comparison, level) of the newest model, numbered as Splink does: from the end, missing is -1."""
    settings = json.loads(MODELS[-1].read_text(encoding="utf-8"))["splink"]
    found = []
    for comparison in settings["comparisons"]:
        known = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        numbers = [*range(len(known)), -1]
        found += [(comparison["output_column_name"], number) for number in numbers]
    return found


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_level_of_the_newest_model_has_words(language: str) -> None:
    assert MODELS, "there is no model: this test would prove nothing"
    levels = model_levels()
    assert {name for name, _ in levels} == set(EVIDENCE)
    words = [describe({name: level}, {}, language)[0].words for name, level in levels]
    assert all(words) and len(set(words)) == len(words), "two levels cannot be told apart"
    assert all(name_comparison(name, language) for name in EVIDENCE)


def test_a_line_says_what_agrees_and_how_it_weighs() -> None:
    levels, weights = {"name": 9, "birth_date": 4, "kk": 0, "phone": -1}, {"name": 9.24, "kk": -3.96}
    found = describe(levels, weights, "id")
    assert [tell(line, "id") for line in found] == [
        "Nama sama: menguatkan, 9,2",
        "Tanggal dan bulan lahir tertukar: tidak berpengaruh",
        "Nomor KK berbeda: melemahkan, 4,0",
        "Nomor telepon tidak ada di salah satu rekaman: tidak berpengaruh",
    ]
    assert (
        tell(describe(levels, weights, "en")[0], "en") == "The name is the same: speaks for one person, 9.2"
    )


def test_the_waterfall_goes_from_the_start_to_the_match_weight() -> None:
    lines = waterfall({"nik": 5, "name": 9}, {"nik": 11.5, "name": 9.0}, -0.75, "id")
    assert [line.comparison for line in lines] == ["start", "nik", "name", "total"]
    assert sum(line.weight for line in lines[:-1]) == pytest.approx(lines[-1].weight)
    assert (lines[0].direction, lines[-1].words) == ("against", "Lebih condong ke dua orang")


def test_a_level_without_words_is_refused_with_its_name() -> None:
    with pytest.raises(IdentityError, match=r"Level 99 of name has no words.*review_words\.yaml"):
        describe({"name": 99}, {}, "id")


@pytest.mark.parametrize(
    ("weight", "signed", "text"),
    [(9.24, False, "9,2"), (-4.06, True, "-4,1"), (4.06, True, "+4,1"), (-0.01, True, "0,0")],
)
def test_a_weight_is_written_as_indonesians_write_it(weight: float, signed: bool, text: str) -> None:
    assert write_weight(weight, "id", signed) == text
