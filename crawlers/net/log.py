"""Log records as JSON, one a line: whatever a server sends, it cannot forge a line of ours."""

import json
import logging
from datetime import datetime
from typing import TextIO

from storage.records import VIETNAM

MAX_MESSAGE = 4000
"""Characters of a message, and of a traceback, that are kept."""


class JsonFormatter(logging.Formatter):
    """Formats a record as `{"time", "level", "logger", "message"}`, with `error` where there is a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; non-ASCII and control characters are escaped."""
        line = {
            "time": datetime.fromtimestamp(record.created, VIETNAM).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage()[:MAX_MESSAGE],
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)[-MAX_MESSAGE:]
        return json.dumps(line)


def log_to(stream: TextIO) -> None:
    """Send the records of this process to a stream: ours from INFO on, those of libraries from WARNING on."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    handler.setLevel(logging.INFO)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in ("scrapy", "twisted", "asyncio", "protego"):
        logging.getLogger(name).setLevel(logging.WARNING)
