"""Where this deployment keeps things. Read once, on request, and handed in: nothing acts on import."""

import getpass
import os
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, DirectoryPath, Field, FilePath, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from upath import UPath

from sigap.domain.government import home_government, is_government
from sigap.errors import SettingsError


def _known(code: str) -> str:
    if not is_government(code):
        raise ValueError(code)
    return code


# What a city may keep in its own folder beside OWN_FILES: by setting.
_PLACES = {"payers": "payers.yaml"} | {name: name for name in ("tariffs", "rules", "catalog", "templates")}


class Settings(BaseSettings):
    """Deployment facts, each from the variable SIGAP_<NAME>.

    Folders default to places below `home`; `inbox`, `lake`, `archive`, `documents` may be object-store URLs.
    """

    model_config = SettingsConfigDict(env_prefix="SIGAP_", frozen=True, extra="forbid")

    home: Path = Path(".sigap")
    government: Annotated[str, AfterValidator(_known)] = Field(
        default_factory=home_government,
        description="kode wilayah of the government it acts for: 2 digits a province, 4 a city or regency",
    )
    warehouse_url: str | None = Field(
        default=None, description="postgresql://user:password@host:port/database"
    )
    inbox: str | None = None
    lake: str | None = None
    archive: str | None = None
    documents: str | None = None
    data_docs: Path | None = None
    lineage: Path | None = Field(default=None, description="JSON lines file for OpenLineage events")
    rules: Path | None = Field(
        default=None, description="folder of YAML in place of the shipped entitlement rules"
    )
    payers: FilePath | None = Field(default=None, description="file of YAML in place of the shipped payers")
    tariffs: DirectoryPath | None = Field(
        default=None, description="folder of YAML in place of the shipped tariffs"
    )
    configuration: DirectoryPath | None = Field(
        default=None,
        description="folder of what this city has of its own in place of what is shipped; home/configuration",
    )
    registry: str | None = Field(
        default=None, description="database URL or file (csv, Parquet) of the social registry"
    )
    registry_table: str = Field(default="dtsen", description="its table, with the schema if it has one")
    catalog: DirectoryPath | None = Field(
        default=None, description="folder of YAML with this city's senders, beside the shipped ones"
    )
    templates: DirectoryPath | None = Field(
        default=None,
        description="folder of YAML with this city's hand-over templates, beside the shipped ones",
    )
    link_engine: str = Field(
        default="duckdb",
        pattern=r"^(duckdb|local\[[1-9]\d*\]|spark://[^\s/:]+:\d{1,5})$",
        description="duckdb, or Spark as spark://host:port or local[2]",
    )
    engine_memory: str | None = Field(
        default=None,
        pattern=r"^[1-9]\d*(\.\d+)?(MB|GB|MiB|GiB)$",
        description="what DuckDB holds in memory before it spills to disk, e.g. 4GB; else four fifths of all",
    )
    link_folder: Path | None = Field(
        default=None, description="what Spark is given to compare; its workers see it under the same path"
    )
    roster_approvers: str = Field(default="dinas", description="names, separated by commas")
    invoice_approvers: str = Field(default="bendahara", description="names, separated by commas")
    delivery_judges: str = Field(default="", description="names; left empty, the roster approvers")
    stewards: str = Field(
        default="dinas,verifikator", description="who settles held rows and doubtful pairs: two names or more"
    )
    actor: str = Field(default_factory=getpass.getuser, description="who runs a command, for the audit")

    @model_validator(mode="before")
    @classmethod
    def _of_the_city(cls, given: dict[str, Any]) -> dict[str, Any]:
        """What lies in the city's own folder counts where no variable says otherwise."""
        home = Path(given.get("home") or cls.model_fields["home"].default)
        folder = Path(given.get("configuration") or home / "configuration")
        own = {name: folder / place for name, place in _PLACES.items() if (folder / place).exists()}
        return ({"configuration": folder} if folder.is_dir() else {}) | own | given

    def place(self, name: str) -> UPath:
        """The folder (or bucket prefix) of `inbox`, `lake`, `archive` or `documents`.

        Raises `SettingsError` for a kind of store that is unknown or whose driver is not installed.
        """
        place = getattr(self, name) or self.home.absolute() / name
        try:
            opened = self.open(str(place))
            _ = opened.fs  # only now is the driver looked for
        except (ValueError, ImportError):  # the address is not quoted: it may hold a key
            kind = str(place).partition("://")[0]
            raise SettingsError(
                f"The {name} is of kind {kind}://, which cannot be opened here. "
                f"Correct SIGAP_{name.upper()}, or install the fsspec driver of {kind}."
            ) from None
        return opened

    def open(self, address: str) -> UPath:
        """The path behind an address."""
        return UPath(address)

    @property
    def catalog_dir(self) -> Path:
        """The local folder of this city's own catalog entries; it need not exist."""
        return (self.catalog or self.home / "catalog").absolute()

    @property
    def templates_dir(self) -> Path:
        """The local folder of this city's own hand-over templates; it need not exist."""
        return (self.templates or self.home / "templates").absolute()

    @property
    def data_docs_dir(self) -> Path:
        """The local folder of the quality report."""
        return (self.data_docs or self.home / "data_docs").absolute()

    @property
    def link_dir(self) -> Path:
        """The folder that a linking on Spark exchanges its tables through; emptied after each."""
        return (self.link_folder or self.home / "link").absolute()

    @property
    def lineage_file(self) -> Path:
        """The file that OpenLineage events are appended to."""
        return (self.lineage or self.home / "lineage" / "events.jsonl").absolute()


def load_settings(kind: type[Settings] = Settings) -> Settings:
    """Read the environment. Raises `SettingsError` that names the variable at fault."""
    try:
        return kind()
    except ValidationError as error:
        names = ", ".join(_named(kind, str(item["loc"][0])) for item in error.errors())
        raise SettingsError(f"{names} cannot be read. Correct the environment variable.") from None


OWN_FILES = ("channels.yaml", "tolerance.yaml", "accounts.yaml", "signatories.yaml")


def own_file(shipped: Path) -> Path:
    """The city's own file of that name in its folder (SIGAP_CONFIGURATION), else the shipped one.

    Raises `SettingsError` for a folder that holds a file which nothing would read, such as `channel.yaml`.
    """
    where = os.environ.get("SIGAP_CONFIGURATION"), os.environ.get("SIGAP_HOME"), str(Path.cwd())
    return _own(shipped, where)  # looked up often: nothing else is read


@cache
def _own(shipped: Path, where: tuple[str | None, str | None, str]) -> Path:
    folder = load_settings().configuration
    if folder is None:
        return shipped
    known = sorted({*OWN_FILES, _PLACES["payers"]})
    strange = sorted({file.name for file in folder.glob("*.y*ml")} - {*known})
    if strange:
        raise SettingsError(
            f"{folder} (SIGAP_CONFIGURATION) holds {strange[0]}, which nothing reads. Known names: "
            f"{', '.join(known)}."
        )
    own = folder / shipped.name
    return own if own.is_file() else shipped


def read_own(file: Path) -> Any:
    """What a YAML file holds. Raises `SettingsError` that names file and line when it is not in order."""
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{file} cannot be read. Make it a text in UTF-8 that SIGAP may open.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise SettingsError(f"{file}{where}: this is no YAML. Compare it with the shipped file.") from None


def _named(kind: type[Settings], name: str) -> str:
    """The variable and what it holds; what it was set to is not quoted."""
    field = kind.model_fields.get(name)
    return f"SIGAP_{name.upper()}" + (f" ({field.description})" if field and field.description else "")
