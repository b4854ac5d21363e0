"""The environment of peers that do not fit our lock, made once into the cache and named by its own lock."""

import hashlib
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).with_name("requirements-peers.txt")
CACHE = Path.home() / ".cache" / "sigap"


def peers_python() -> Path | None:
    """The Python of the peers; None when they cannot be installed (no package index, no uv)."""
    name = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    home = CACHE / f"peers-{name}"
    python, done = home / "bin" / "python", home / "installed"
    if done.exists():
        return python
    uv = Path(sys.executable).with_name("uv")
    try:
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, home], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, "-r", LOCK], check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    done.touch()
    return python


def versions(python: Path | None) -> dict[str, str]:
    """Versions of the peers that were installed."""
    if python is None:
        return {}
    names = ("polars", "polars-ds", "pandas", "recordlinkage")
    code = f"from importlib.metadata import version\nfor name in {names}: print(version(name))"
    told = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout
    return dict(zip(names, told.split(), strict=True))
