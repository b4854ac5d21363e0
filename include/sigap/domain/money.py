"""Money is integer rupiah."""


def rupiah(amount: int) -> str:
    """Write whole rupiah as Indonesians do: `Rp195.988.800`."""
    sign = "-" if amount < 0 else ""
    return f"{sign}Rp{abs(amount):,}".replace(",", ".")
