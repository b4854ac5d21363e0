from hypothesis import given
from hypothesis import strategies as st

from sigap.sources.catalog import load_catalog
from sigap.sources.header import column_letter, column_position, find_header, header_key


@given(st.integers(0, 20_000))
def test_a_column_letter_leads_back_to_its_position(position: int) -> None:
    assert column_position(column_letter(position)) == position + 1


def test_column_letters_are_those_of_a_spreadsheet() -> None:
    assert [column_letter(position) for position in (0, 25, 26, 701, 702, 16383)] == [
        "A", "Z", "AA", "ZZ", "AAA", "XFD",
    ]  # fmt: skip


@given(st.text(max_size=20))
def test_signs_case_and_spaces_do_not_change_a_header(text: str) -> None:
    assert header_key(f" *{text}.\n") == header_key(text) == header_key(header_key(text))


def test_the_header_is_the_line_that_names_most_columns() -> None:
    becak = load_catalog()["becak"]
    lines = [["NIK dan nama"], ["NIK", "Nama"], ["Nomor", "NIK", "Nama", "Alamat"], ["1", "2", "NIK", "Nama"]]
    assert find_header(lines, becak) == 2
    assert find_header([["NIK"], ["budi"]], becak) is None
    assert find_header([["x"]] * 30 + [["NIK", "Nama", "Alamat"]], becak) is None
    assert find_header([], becak) is None
