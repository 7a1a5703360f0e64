"""Where the pages of a portal that is drafted come from: the portal itself, inside the guard, or pages saved before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol
from urllib.parse import urlsplit

from fastwarc.warc import ArchiveIterator, WarcRecordType

from crawlers import portals
from crawlers.plan import Target
from crawlers.portal import Listing, Sureness, origin
from flows.steps.crawl import Log
from flows.steps.portals.fetch import Fetched, look
from flows.steps.portals.portal_file import PortalFile, render
from flows.steps.portals.tried import RawPage, from_file
from storage import archive
from storage.addresses import address_key
from storage.records import VIETNAM
from storage.settings import Settings

_MAX_PAGES = 2000
"""Saved pages that are looked at, the first."""


class Source(Protocol):
    """Gives pages by their targets' labels (`Target.listing`).

    `live` is whether a page can be asked for twice; `failed` says in words what did not come.
    """

    live: bool
    failed: list[str]

    def pages(self, targets: Sequence[Target]) -> dict[str, RawPage]:
        """Return the pages that came, by label. Raises NotFetchedError where none can come at all."""
        ...


@dataclass
class Live:
    """The portal itself."""

    name: str
    start: str
    settings: Settings
    log: Log
    live: bool = True
    failed: list[str] = field(default_factory=list)

    def pages(self, targets: Sequence[Target]) -> dict[str, RawPage]:
        """Fetch targets; a home that redirects to its own other form (www, https) is followed there, once."""
        found = self._look(targets)
        moved = self._own_other_form(found.led_to)
        if moved and not found.of(targets[0].purpose):
            before, self.start = origin(self.start), f"{moved}{urlsplit(self.start).path or '/'}"
            again = [
                target.model_copy(update={"url": target.url.replace(_short(before), moved, 1)}) for target in targets
            ]
            found = self._look(again)
        self.failed += [f"{one.url}: {one.error.value} {one.detail}".rstrip() for one in found.report.failures]
        labels = {target.listing for target in targets}
        good = [answer for answer in found.answers if answer.capture.status == 200 and answer.capture.listing in labels]
        return {answer.capture.listing: answer.page() for answer in good}

    def _look(self, targets: Sequence[Target]) -> Fetched:
        with TemporaryDirectory(prefix="cong-", dir=_made(self.settings.var / "tmp")) as folder:
            file = Path(folder) / f"{self.name}.py"
            home = Listing(key="home", url=f"{_short(origin(self.start))}/", sureness=Sureness.INFERRED, evidence="-")
            file.write_text(render(PortalFile(self.name, "generic", [home], "-", 0, ["-"])), encoding="utf-8")
            portal = portals.load_file(self.name, file)
            return look(portal, self.settings, self.log, targets=targets, portals=Path(folder))

    def _own_other_form(self, led_to: str) -> str:
        """Return the origin that a redirect leads to, where it is this host with or without www, http or https."""
        parts = urlsplit(led_to.rsplit(maxsplit=1)[-1] if led_to else "")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return ""
        here = (urlsplit(self.start).hostname or "").removeprefix("www.")
        return f"{parts.scheme}://{parts.netloc}" if parts.hostname.removeprefix("www.") == here else ""


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _short(full: str) -> str:
    """Return an origin without the port that its scheme has anyway."""
    return full.removesuffix(":443") if full.startswith("https:") else full.removesuffix(":80")


@dataclass
class Saved:
    """Pages saved before, by address."""

    found: dict[str, RawPage]
    live: bool = False
    failed: list[str] = field(default_factory=list)

    def pages(self, targets: Sequence[Target]) -> dict[str, RawPage]:
        """Return those targets that were saved."""
        keys = {target.listing: address_key(target.url) for target in targets}
        return {label: self.found[key] for label, key in keys.items() if key in self.found}


def saved(place: Path) -> Saved:
    """Return the pages in a folder (`*.html`, `*.htm`) or in a WARC file, by address.

    Raises:
        OSError: it cannot be read.
        ValueError: it holds no page with an address.
    """
    pages = _of_folder(place) if place.is_dir() else _of_warc(place)
    found: dict[str, RawPage] = {}
    for page in pages:
        found.setdefault(address_key(page.url), page)
        if len(found) >= _MAX_PAGES:
            break
    if not found:
        raise ValueError(f"{place} holds no page that tells its address")
    return Saved(found)


def _of_folder(folder: Path) -> Iterable[RawPage]:
    for file in sorted(folder.rglob("*.htm*")):
        try:
            yield from_file(file, None)
        except ValueError:
            continue


def _of_warc(file: Path) -> Iterable[RawPage]:
    with file.open("rb") as stream:
        for record in ArchiveIterator(BytesIO(stream.read()), record_types=WarcRecordType.response):
            if not record.is_http or record.http_headers.status_code != 200:
                continue
            headers = {name.lower(): value for name, value in record.http_headers.items()}
            if "html" not in headers.get("content-type", "html"):
                continue
            try:
                body = archive.decode_body(record.reader.read(), headers)
            except archive.BodyError:
                continue
            url = (record.headers.get("WARC-Target-URI") or "").strip("<>")
            yield RawPage(url, body, record.record_date.astimezone(VIETNAM), headers)
