"""What is put aside comes back as it was."""

import pyarrow as pa

from sigap.quality.shelf import Shelf


def test_tables_come_back_in_their_order_and_pieces() -> None:
    pieces = [
        pa.table({"text": pa.array(texts, pa.string())}) for texts in (["a", None], [], ["b"], ["c", ""])
    ]
    pieces.append(pa.concat_tables(pieces))  # a table of several chunks is one piece
    with Shelf() as shelf:
        for piece in pieces:
            shelf.put(piece)
        assert [found.to_pylist() for found in shelf] == [piece.to_pylist() for piece in pieces]


def test_an_empty_shelf_gives_nothing() -> None:
    with Shelf() as shelf:
        assert list(shelf) == []


def test_an_empty_table_keeps_its_columns() -> None:
    with Shelf() as shelf:
        shelf.put(pa.table({"text": pa.array([], pa.string())}))
        (found,) = shelf
    assert found.column_names == ["text"]
