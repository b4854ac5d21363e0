"""Views: the analysts' star and what the portal lists. One file per view, with a comment on every column.

No view names a person: they know one by `person_id`, year of birth, sex and kecamatan. A revision installs
them; a later change of a view needs a revision that installs it again.
"""

from pathlib import Path

_FOLDER = Path(__file__).parent


def view_names() -> list[str]:
    """Every view of schema `reporting`, in alphabetical order."""
    return sorted(path.stem for path in _FOLDER.glob("*.sql"))


def view_script(name: str) -> str:
    """The statements that create a view and comment on it."""
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
