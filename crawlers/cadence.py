"""When a portal is due, from its cadence: a cron line in Vietnam time, its minute drawn from the portal's name.

Drawn, so that hundreds of portals do not all start at one minute; from the name, so that it stays the same.
"""

import hashlib
from datetime import time

from crawlers.portal import Cadence, Portal

LABELS: dict[Cadence, str] = {
    Cadence.HOURLY: "mỗi giờ",
    Cadence.SIX_HOURLY: "sáu giờ một lần",
    Cadence.DAILY: "mỗi ngày",
    Cadence.WEEKLY: "mỗi tuần",
}

_STEP = {Cadence.HOURLY: 1, Cadence.SIX_HOURLY: 6}
_QUIET = (time(0, 0), time(6, 0))
"""When once a day is due where the portal sets no window: the hours in which fewest people read it."""
_DAY = 24 * 60


def cron_of(portal: Portal, cadence: Cadence) -> str:
    """Return when the portal is due at that cadence, as a cron line in Vietnam time.

    Every tick lies inside the portal's night window, if it has one. A daily or weekly one lies in the first half of the
    window, so that there is time to work.
    """
    drawn = int.from_bytes(hashlib.sha256(portal.name.encode()).digest()[:8])
    window = portal.access.night
    if cadence in _STEP:
        step, minute = _STEP[cadence], drawn % 60
        hours = [hour for hour in range(drawn // 60 % step, 24, step) if _inside(window, hour * 60 + minute)]
        if hours:
            return f"{minute} {'*' if len(hours) == 24 else ','.join(map(str, hours))} * * *"
    start, length = _span(window or _QUIET)
    tick = (start + drawn % max(1, length // 2)) % _DAY
    weekday = drawn // _DAY % 7 if cadence is Cadence.WEEKLY else "*"
    return f"{tick % 60} {tick // 60} * * {weekday}"


def _span(window: tuple[time, time]) -> tuple[int, int]:
    """Return a window's first minute of the day and its length in minutes."""
    start, end = (edge.hour * 60 + edge.minute for edge in window)
    return start, (end - start) % _DAY or _DAY


def _inside(window: tuple[time, time] | None, minute: int) -> bool:
    if window is None:
        return True
    start, length = _span(window)
    return (minute - start) % _DAY < length
