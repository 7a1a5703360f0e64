"""What can go wrong with a host, and the answers that need nothing of its pages."""

from enum import StrEnum
from random import Random

from tests.replicas.model import Response


class Fault(StrEnum):
    """What can be switched on for a host. Robots.txt is answered as ever, but for the last four."""

    MAINTENANCE = "maintenance"
    """Every page is the maintenance notice, status 200."""
    SOFT_404 = "soft_404"
    """Every page is the not-found notice, status 200."""
    NO_ROWS = "no_rows"
    """Listings show no row; all else is as ever."""
    HALF_ARTICLES = "half_articles"
    """Every second article answers 500; listings are as ever."""
    LATER_PAGES = "later_pages"
    """Of articles over several pages all but the first answer 500; all else is as ever."""
    MOVED = "moved"
    """Every page redirects to another host (`argument`, else a made-up one)."""
    GONE = "gone"
    """Every page answers 404."""
    ERROR_500 = "error_500"
    FORBIDDEN = "forbidden"
    """403 for every page."""
    TOO_MANY = "too_many"
    """429 with `Retry-After: argument` (default 1)."""
    BLOCKED = "blocked"
    """The page of a web application firewall, status 200."""
    COOKIE_WALL = "cookie_wall"
    """A script that sets a cookie and reloads, status 200."""
    SLOW = "slow"
    """`argument` seconds (default 1) before every answer, robots.txt too."""
    QUIET = "quiet"
    """The connection is taken and never answered, for robots.txt too."""
    ROBOTS_500 = "robots_500"
    """Only robots.txt answers 500."""
    ROBOTS_DENY = "robots_deny"
    """Only robots.txt forbids everything."""


def robots(fault: Fault) -> Response | None:
    """The answer for robots.txt under a fault; None where it is answered as ever."""
    match fault:
        case Fault.ROBOTS_500:
            return Response.html("<h1>500</h1>", 500)
        case Fault.ROBOTS_DENY:
            return Response(200, b"User-agent: *\nDisallow: /\n", {"Content-Type": "text/plain"})
        case _:
            return None


def answer(fault: Fault, argument: str, rng: Random) -> Response | None:
    """The answer for a page under a fault; None where the fault leaves pages alone or needs the site's own pages."""
    notice = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1><p>{1}</p></center></body></html>"
    match fault:
        case Fault.MAINTENANCE:
            return Response.html(
                notice.format(
                    "Thông báo bảo trì", "Hệ thống đang bảo trì, nâng cấp. Mời Quý vị quay lại sau. Xin cảm ơn!"
                )
            )
        case Fault.BLOCKED:
            text = f"The requested URL was rejected. Please consult with your administrator.<br><br>Your support ID is: {rng.randrange(10**18)}"
            return Response.html(notice.format("Request Rejected", text))
        case Fault.MOVED:
            return Response.redirect(argument or "https://cong-moi.gov.vn/")
        case Fault.ERROR_500:
            return Response.html("<h1>Server Error in '/' Application.</h1>", 500)
        case Fault.FORBIDDEN:
            return Response.html("<h1>403 Forbidden</h1>", 403)
        case Fault.TOO_MANY:
            return Response.html("<h1>429 Too Many Requests</h1>", 429, retry_after=argument or "1")
        case Fault.COOKIE_WALL:
            script = f'document.cookie="D1N={rng.randbytes(16).hex()}"+"; expires=Fri, 31-Dec-2099 23:59:59 GMT; path=/";window.location.reload(true);'
            return Response.html(f"<html><body><script>{script}</script></body></html>")
        case _:
            return None
