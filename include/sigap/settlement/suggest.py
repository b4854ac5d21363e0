"""What a waiting line may be, ranked, with the words that say why. A person decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from sigap.settlement.allocate import Books, codes_in
from sigap.settlement.movement import Movement, OpenInvoice, parts

_MOST_PAIRED = 40  # open invoices of which two are added up


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Invoices that a line may pay together, or another line that it may belong to; `why` in words."""

    rank: int
    invoices: tuple[OpenInvoice, ...]
    why: str
    line_id: int | None = None


def why_waiting(line: Movement, books: Books, known: frozenset[str]) -> str:
    """Why no rule settled a line. `known` are the numbers of all invoices that were ever issued."""
    named = books.channels.numbers_in(line.words)
    reasons = (
        (line.is_doubtful, "mungkin gerakan yang sama dengan baris rekening koran lain"),
        (not line.counts, "belum ada pembayaran yang dikuatkannya"),
        (line.amount_idr < 0, "uang kembali; pembayaran asalnya belum dikenal"),
        (line.allocated_idr, "lebih bayar: sisanya belum dialokasikan"),
        (
            any(books.notes.get(number) == frozenset() for number in named),
            "nota debet yang disebut menunggu tagihan pembayar berikutnya",
        ),
        (named - known - books.notes.keys(), "menyebut nomor tagihan yang belum terbit atau tidak dikenal"),
        (named, "tagihan yang disebut sudah lunas atau batal"),
        (line.by_person, "dibuka kembali oleh petugas"),
    )
    return next(
        (words for holds, words in reasons if holds),
        "tidak menyebut tagihan, dan jumlahnya bukan sisa tepat satu tagihan",
    )


def suggest(line: Movement, books: Books, lines: Sequence[Movement], limit: int = 5) -> list[Suggestion]:
    """The likeliest first: at most `limit`. Nothing here is certain, or a rule had settled it."""
    if line.amount_idr < 0 or not line.counts or line.is_doubtful:
        return _partners(line, lines)[:limit]
    found = [
        *_near_words(line, books),
        *_of_amount(line, books),
        *_of_two(line, books),
        *_of_payer(line, books),
    ]
    ranked, named = [], set()
    for one in sorted(found, key=lambda one: (one.rank, [i.number for i in one.invoices])):
        if one.invoices not in named:
            named.add(one.invoices)
            ranked.append(one)
    return ranked[:limit]


def _near_words(line: Movement, books: Books) -> list[Suggestion]:
    """The month and sequence of a number, or its last digits, stand in the words."""
    digits = line.tokens.replace(" ", "")
    found = []
    for one in books.open():
        wadah, month, sequence = one.number.split("/")[1:4]
        if f" {wadah} " in line.tokens and sequence in digits and month.replace("-", "") in digits:
            found.append(Suggestion(1, (one,), "acuan mirip nomor tagihan"))
        elif parts(month) in line.tokens:
            found.append(Suggestion(3, (one,), "menyebut bulan tagihan"))
    return found


def _of_amount(line: Movement, books: Books) -> list[Suggestion]:
    return [
        Suggestion(2, (one,), "jumlah sama dengan sisa tagihan")
        for one in books.open()
        if one.open_idr == line.open_idr
    ]


def _of_two(line: Movement, books: Books) -> list[Suggestion]:
    oldest = books.open()[:_MOST_PAIRED]
    return [
        Suggestion(2, pair, "jumlah sama dengan sisa dua tagihan")
        for pair in combinations(oldest, 2)
        if sum(one.open_idr for one in pair) == line.open_idr
    ]


def _of_payer(line: Movement, books: Books) -> list[Suggestion]:
    payer = books.channels.accounts.get(line.account)
    if payer is None and not codes_in(line.words):
        return []
    return [
        Suggestion(4, (one,), "tagihan tertua pembayar ini yang terbuka")
        for one in books.open()
        if one.funding_source == payer
    ][:1]


def _partners(line: Movement, lines: Sequence[Movement]) -> list[Suggestion]:
    """Other lines of its amount: the payment that came back, or that it confirms, the nearest day first."""
    wanted = [
        one
        for one in lines
        if one.line_id != line.line_id
        and one.counts
        and one.verdict is None
        and abs(one.amount_idr) == abs(line.amount_idr)
        and (one.amount_idr > 0 or not line.counts)
    ]
    wanted.sort(key=lambda one: (abs((one.booked_on - line.booked_on).days), one.line_id))
    return [Suggestion(2, (), "jumlah sama dengan baris itu", one.line_id) for one in wanted]
