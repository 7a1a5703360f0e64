"""What must become of an address, and the building blocks of behaviours."""

from collections.abc import Callable
from dataclasses import dataclass, field

from storage.vocabulary import FetchError, RefusalKind
from tests.hostile.server import Act, Visit


@dataclass(frozen=True)
class Behaviour:
    """What a host does, and what must come of it.

    Attributes:
        act: answers everything but robots.txt.
        error: how the first path must fail; None: it must be stored, whole, with its own text.
        requests: how many requests the host may get, robots.txt aside; 0 where it must get none.
        robots: answers robots.txt; absent if None.
        paths: what is asked for, in order. Every further one must be stored, unless it is in `failing`.
        failing: how further paths must fail.
        archived: statuses that the archive must hold for the first path's requests; None: whatever.
        truncated: whether the archive must mark the first path's captures as cut.
        etag: validator to send with the first path.
        refusal: what reading must make of the first path's page, which is fetched and archived, and is no article.
    """

    act: Act
    error: FetchError | None = None
    requests: int = 1
    robots: Act | None = None
    paths: tuple[str, ...] = ("/bai",)
    failing: dict[str, FetchError] = field(default_factory=dict)
    archived: tuple[int, ...] | None = None
    truncated: bool = False
    etag: str | None = None
    refusal: RefusalKind | None = None


def article(name: str, path: str = "/bai") -> bytes:
    """Return the page of a host's path; no other holds its text."""
    text = f"Nội dung của {name} tại {path}, viết về công việc của tỉnh trong tuần qua."
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{name}</title></head><body><h1>{name}</h1>"
        + f"<p>{text}</p>" * 5
        + "</body></html>"
    ).encode()


def head(*lines: bytes, status: bytes = b"200 OK", length: int | None = None) -> bytes:
    """Return a response's head; the connection closes after it unless a line says otherwise."""
    all_lines = [b"HTTP/1.1 " + status, b"Content-Type: text/html; charset=utf-8", *lines]
    if length is not None:
        all_lines.append(b"Content-Length: %d" % length)
    if not any(line.lower().startswith(b"connection:") for line in lines):
        all_lines.append(b"Connection: close")
    return b"\r\n".join(all_lines) + b"\r\n\r\n"


def whole(body: bytes, *lines: bytes, status: bytes = b"200 OK") -> bytes:
    """Return a response with its true length."""
    return head(*lines, status=status, length=len(body)) + body


def page(visit: Visit, *lines: bytes) -> bytes:
    """Return the ordinary answer to a visit."""
    return whole(article(visit.name, visit.path), *lines)


def fixed(*pieces: bytes) -> Act:
    """Answer with these bytes."""

    async def act(visit: Visit) -> None:
        await visit.send(*pieces)

    return act


def made(make: Callable[[Visit], bytes]) -> Act:
    """Answer with what is made of the visit."""

    async def act(visit: Visit) -> None:
        await visit.send(make(visit))

    return act


def around(*lines: bytes) -> Act:
    """Answer with the ordinary page and these header lines."""
    return made(lambda visit: page(visit, *lines))


def coded(code: Callable[[bytes], bytes], *lines: bytes) -> Act:
    """Answer with the page in a content coding."""
    return made(lambda visit: whole(code(article(visit.name, visit.path)), *lines))


def first(*answers: bytes) -> Act:
    """Give these answers first, one a visit, then the ordinary page."""
    return made(lambda visit: answers[visit.before] if visit.before < len(answers) else page(visit))


def text(body: bytes) -> Act:
    """Answer with plain text, as a robots.txt is."""
    return fixed(whole(body).replace(b"text/html", b"text/plain"))


def redirect(target: bytes, status: bytes = b"302 Found") -> bytes:
    """Return a redirect."""
    return whole(b"", b"Location: " + target, status=status)


def to(target: str) -> Act:
    """Redirect the first path; CANARY stands for the canary's port. Everything else is the ordinary page."""

    def answer(visit: Visit) -> bytes:
        if visit.path == "/bai":
            return redirect(target.replace("CANARY", str(visit.canary)).encode())
        return page(visit)

    return made(answer)


async def nothing(visit: Visit) -> None:
    """Close without an answer."""
    del visit
