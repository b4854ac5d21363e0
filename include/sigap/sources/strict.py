"""Reads YAML that people write by hand, strictly: what is not understood is refused with file and place."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sigap.sources.header import header_key
from sigap.sources.refusals import CatalogError


@dataclass(frozen=True, slots=True)
class Page:
    """One file being read; `name` is how a sentence calls it."""

    name: str

    def values(self, content: bytes) -> Any:
        """The tree of the file. A key that stands twice is refused: YAML would keep the last unsaid."""
        try:
            return yaml.load(content, Loader=_StrictLoader)  # noqa: S506  (a SafeLoader, only stricter)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise self.wrong(f"is no valid YAML ({getattr(error, 'problem', None) or 'not UTF-8'})") from None

    def keys(self, where: str, given: Any, known: Collection[str], needed: Collection[str] = ()) -> None:
        """Only known keys, and all needed ones, stand in a mapping."""
        if not isinstance(given, dict):
            raise self.wrong(f"needs a mapping of keys for {where}")
        unknown = sorted(map(str, set(given) - set(known)))
        missing = sorted(key for key in needed if given.get(key) is None)
        if unknown:
            raise self.wrong(f"has unknown keys in {where}: {', '.join(unknown)}")
        if missing:
            raise self.wrong(f"lacks {', '.join(missing)} in {where}")

    def form(self, what: str, value: Any, form: type) -> None:
        """A value that is there is of its form; a whole number may stand where a fraction may."""
        allowed = (int, float) if form is float else form
        if value is not None and (
            not isinstance(value, allowed) or (isinstance(value, bool) and form is not bool)
        ):
            raise self.wrong(f"has {value!r} as {what}, which should be of the form {form.__name__}")

    def one_of(self, what: str, value: Any, allowed: Collection[str]) -> Any:
        """The value, which is one of the allowed words."""
        if value not in allowed:
            raise self.wrong(f"has {value!r} as {what}; allowed are {', '.join(allowed)}")
        return value

    def headers(self, name: str, given: Any) -> tuple[str, ...]:
        """A list of headers, each with a letter or digit in it."""
        if not isinstance(given, list) or not all(
            isinstance(text, str) and header_key(text) for text in given
        ):
            raise self.wrong(f"needs a list of headers for {name}, in quotes where YAML reads No as false")
        return tuple(given)

    def wrong(self, trouble: str) -> CatalogError:
        """The error to raise."""
        return CatalogError(f"{self.name} {trouble}. Correct the file.")


def page_of(path: Path, shipped: Path) -> Page:
    """How to call a file: shipped entries by their place in the package, others by their path."""
    return Page(f"sources/catalog/{path.name}" if path.parent == shipped else str(path))


class _StrictLoader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        repeated = [key for position, key in enumerate(keys) if key in keys[:position]]
        if repeated:
            raise yaml.constructor.ConstructorError(problem=f"{repeated[0]!r} stands twice in one mapping")
        return super().construct_mapping(node, deep)
