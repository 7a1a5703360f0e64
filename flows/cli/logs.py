"""Where the log of `congtin ingest` goes: a file for each portal, a JSON record a line; warnings on the screen too."""

import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

FILE_SIZE = 10_000_000
FILES_KEPT = 5
LONGEST = 4000
"""Characters of a message that are kept: a title of ten megabytes is not a log line."""
_OF_PORTALS = "congtin."
"""Start of the loggers' names of the portals' runs."""


class JsonLines(logging.Formatter):
    """One JSON object a line: nothing that a page says can begin a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage()[:LONGEST],
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return portal and message with control characters escaped, so that no page can write to the terminal."""
        text = record.getMessage()[:LONGEST]
        if record.name.startswith(_OF_PORTALS):
            text = f"{record.name.removeprefix(_OF_PORTALS)}: {text}"
        return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def log_to_screen(console: "Console", level: int) -> None:
    """Show records of at least `level` on the console, above a progress display."""
    from rich.logging import RichHandler

    handler = RichHandler(console=console, show_path=False, markup=False, rich_tracebacks=False, level=level)
    handler.setFormatter(_Plain())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def portal_log(folder: Path, portal: str) -> logging.Logger:
    """Return the logger of a portal's run, which writes to `<folder>/<portal>.log`, kept in five files."""
    folder.mkdir(parents=True, exist_ok=True)
    logger = logging.getLogger(f"{_OF_PORTALS}{portal}")
    if not logger.handlers:
        handler = RotatingFileHandler(
            folder / f"{portal}.log", maxBytes=FILE_SIZE, backupCount=FILES_KEPT, encoding="utf-8", delay=True
        )
        handler.setFormatter(JsonLines())
        logger.addHandler(handler)
    return logger
