"""How the text of others, received or typed, goes to a terminal."""

from rich.text import Text

from sigap.sources.inbox import printable


def verbatim(text: str | None) -> Text:
    """The text letter by letter: rich takes nothing in it for markup or an emoji code.

    Control codes are shown by their number, so that none reaches the terminal; lines stay lines.
    """
    return Text("\n".join(printable(line) for line in (text or "").split("\n")))
