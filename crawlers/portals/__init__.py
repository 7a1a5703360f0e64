"""One file per portal. This module finds and loads them, those of `CONGTIN_PORTALS` included."""

import traceback
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from pydantic import ValidationError

from crawlers.portal import Portal
from storage.settings import settings

HERE = Path(__file__).resolve().parent


class PortalError(Exception):
    """A portal file is missing or unusable; the message names the file and says what to do."""


@dataclass(frozen=True, slots=True)
class BrokenPortal:
    """A portal file that could not be loaded, with one message for people."""

    name: str
    file: Path
    message: str


def portal_files() -> dict[str, Path]:
    """Return the portal files by name, sorted; a file in `CONGTIN_PORTALS` takes the place of one of ours."""
    files: dict[str, Path] = {}
    for folder in (HERE, *settings().portals):
        if not folder.is_dir():
            raise PortalError(f"CONGTIN_PORTALS: {folder} is not a folder")
        files |= {file.stem: file for file in sorted(folder.glob("[a-z]*.py"))}
    return dict(sorted(files.items()))


def load(name: str) -> Portal:
    """Return the portal of that name.

    Raises:
        PortalError: there is no such file, or it is unusable.
    """
    files = portal_files()
    if name not in files:
        raise PortalError(f"no portal {name!r}; there are: {', '.join(files) or 'none'}")
    return load_file(name, files[name])


def load_all() -> tuple[list[Portal], list[BrokenPortal]]:
    """Return all portals, sorted by name, and apart from them the files that are broken: they stop only themselves."""
    portals: list[Portal] = []
    broken: list[BrokenPortal] = []
    for name, file in portal_files().items():
        try:
            portals.append(load_file(name, file))
        except PortalError as error:
            broken.append(BrokenPortal(name, file, str(error)))
    return portals, broken


def load_file(name: str, file: Path) -> Portal:
    """Return the portal of a file.

    Raises:
        PortalError: it is unusable; the message names the file, and the line where that is known.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PortalError(f"{file}: {error}") from error
    return load_text(name, text, file)


def load_text(name: str, text: str, file: Path) -> Portal:
    """Return the portal of a file's text. Raises PortalError as `load_file`."""
    module = ModuleType(f"crawlers.portals.{name}")
    module.__file__ = str(file)
    try:
        # As it stands now. Python's import would believe bytecode of the same second and size.
        exec(compile(text, str(file), "exec"), module.__dict__)  # noqa: S102 - what an import does
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'portal'}: {e['msg']}" for e in error.errors())
        raise PortalError(f"{file}{_line(error, file)}: {problems}") from error
    except SyntaxError as error:
        raise PortalError(f"{file}:{error.lineno}: SyntaxError: {error.msg}") from error
    except Exception as error:  # a portal file is code of the ops team: whatever it raises stops only itself
        raise PortalError(f"{file}{_line(error, file)}: {type(error).__name__}: {error}") from error
    portal = getattr(module, "portal", None)
    if not isinstance(portal, Portal):
        raise PortalError(f"{file}: must define `portal = Portal(…)`")
    if portal.name != name:
        raise PortalError(f"{file}: name={portal.name!r} must be the file's name {name!r}")
    if not module.__doc__:
        raise PortalError(f"{file}: needs a docstring (Publisher, Quirks, Caveats, History)")
    return portal


def _line(error: Exception, file: Path) -> str:
    """Return `:line` of the statement of a file that an error came from; "" where none is known."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    return f":{lines[-1]}" if lines else ""
