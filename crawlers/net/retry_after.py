"""How long a server asks us to wait: the Retry-After header (RFC 9110, 10.2.3)."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy.http import Response

TRANSIENT = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
"""Statuses after which the same request may succeed."""

_HEEDED = TRANSIENT | {301, 302, 303, 307, 308}

_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]*)?")


def retry_after(response: Response) -> float | None:
    """Return the seconds that a response asks us to wait; None if it does not, or if they are over."""
    value = response.headers.get(b"Retry-After") if response.status in _HEEDED else None
    return seconds_of(value.decode("latin-1")) if value else None


def seconds_of(value: str, now: datetime | None = None) -> float | None:
    """Return the wait that a Retry-After header asks for, in seconds; None if it is unreadable, or over.

    Seconds or an HTTP date; a fraction of a second, as some servers write it, is understood too.
    """
    text = value.strip()
    if _SECONDS.fullmatch(text):
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    return seconds if seconds > 0 else None
