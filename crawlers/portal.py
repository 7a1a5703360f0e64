"""The contract of a portal file: typed, frozen, validated facts. Free of Scrapy and of the database.

A portal file holds a docstring (Publisher, Quirks, Caveats, History) and one value::

    portal = Portal(name="lao_cai", title="…", platform="vnportal", …)

A missing or misspelt field is an error at import that names the field.
"""

import datetime as dt
import re
from enum import StrEnum
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from crawlers.private_sections import PrivateSection, private_section


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sureness(StrEnum):
    """How sure we are of a fact. An unknown fact is left out, never guessed."""

    SEEN = "seen"
    """Read in stored public material."""
    INFERRED = "inferred"
    """Follows from something seen (a sibling site, an e-mail's host, the product's own forms)."""


class Lifecycle(StrEnum):
    """Whether a portal is alive."""

    ACTIVE = "active"
    FROZEN = "frozen"
    """Answers, but publishes nothing new."""
    MOVED = "moved"
    GONE = "gone"


class Cadence(StrEnum):
    """How often a portal is due; `crawlers.cadence` says at which minute."""

    HOURLY = "hourly"
    SIX_HOURLY = "six_hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


class Level(StrEnum):
    """Level of the publishing unit."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class Reuse(StrEnum):
    """Legal kind of the texts (IP law art. 15): official texts and plain news are free, a paper's articles are not."""

    OFFICIAL = "official"
    PRESS = "press"


def _http(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{url!r} is not an http(s) address")
    if not url.isascii():
        raise ValueError(f"{url!r} must be percent-encoded (UTF-8)")
    return url


HttpUrl = Annotated[str, AfterValidator(_http)]


class Listing(_Fact):
    """A listing to read from its first page down.

    Attributes:
        key: short ASCII name, unique in the portal; it names the mark, so it never changes.
        url: address of the first page.
        section: Vietnamese name of the section, if known.
        sureness: seen or inferred.
        evidence: where the address comes from.
        overlap: pages read at every run even when all is known, to see what is added late.
        max_pages: pages of one run at most; a trap's end, not a portal's.
    """

    key: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    url: HttpUrl
    section: str | None = None
    sureness: Sureness
    evidence: Annotated[str, Field(min_length=1)]
    overlap: Annotated[int, Field(ge=1, le=20)] = 3
    max_pages: Annotated[int, Field(ge=1)] = 5000


def _fingerprint(text: str) -> str:
    digits = text.replace(":", "").lower()
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise ValueError(f"{text!r} is not a SHA-256 fingerprint: 64 hex digits, colons allowed")
    return digits


class CertificateException(_Fact):
    """A certificate of one host that is accepted although nobody whom we trust vouches for it, or its dates are over.

    Attributes:
        host: name of the host.
        sha256: fingerprint of exactly that certificate, as `openssl x509 -noout -fingerprint -sha256` prints it, or as
            the refusal of a run names it: make sure by another way that it is the portal's own.
        reason: why it is accepted, and who confirmed it.
        expires: last day (Vietnam time) on which it is; after that the host is refused again.
    """

    host: Annotated[str, Field(pattern=r"^[a-z0-9._-]+$")]
    sha256: Annotated[str, AfterValidator(_fingerprint)]
    reason: Annotated[str, Field(min_length=1)]
    expires: dt.date


class Access(_Fact):
    """How to behave towards the portal's hosts. Every change of a default states its reason in `reason`.

    Attributes:
        delay: least seconds between two requests to one host (adaptive delay may make it longer).
        timeout: total seconds for a request.
        max_requests: requests of one run, visits and retries included.
        max_seconds: seconds of one run.
        max_bytes: bytes received in one run.
        cookies: whether cookies are kept within a run.
        cookie_bounce: whether a page that is nothing but a script that sets a cookie and loads the page again (`D1N`,
            seen on .vn hosts) is answered as a browser does: the request is sent once more, with that cookie.
        certificates: certificates accepted besides those that verify.
        night: start and end of the window (Vietnam time) in which runs may fetch; None for all day.
        revisit_days: ages in days at which a known article is visited again; the last one repeats.
        reason: why any of these differs from the default.
    """

    delay: Annotated[float, Field(ge=0.25)] = 1.0
    timeout: Annotated[float, Field(gt=0, le=600)] = 60.0
    max_requests: Annotated[int, Field(ge=1)] = 2000
    max_seconds: Annotated[int, Field(ge=1)] = 3600
    max_bytes: Annotated[int, Field(ge=1)] = 500_000_000
    cookies: bool = False
    cookie_bounce: bool = False
    certificates: tuple[CertificateException, ...] = ()
    night: tuple[dt.time, dt.time] | None = None
    revisit_days: tuple[int, ...] = (1, 3, 7, 30, 90, 180, 270, 360)
    reason: str = ""

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        fields = type(self).model_fields
        changed = [name for name, field in fields.items() if getattr(self, name) != field.default and name != "reason"]
        if changed and not self.reason:
            raise ValueError(f"Access changes {', '.join(changed)}: say why in `reason`")
        if not self.revisit_days or list(self.revisit_days) != sorted(set(self.revisit_days)):
            raise ValueError("revisit_days must rise")
        return self


class Expect(_Fact):
    """What a healthy run shows. Below a floor the run is told as such; nothing new is always healthy.

    Attributes:
        rows: listing rows that the first pages of all listings together show at least.
        silence_days: days without a new article after which the portal counts as silent.
        fill: least share of articles with a value, by field name (`lead`, `published_at`, `text` …).
        refused: largest share of refused pages among the article pages read in a run.
    """

    rows: Annotated[int, Field(ge=0)]
    silence_days: Annotated[int, Field(ge=1)] = 30
    fill: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=lambda: {"title": 1.0})
    refused: Annotated[float, Field(ge=0, le=1)] = 0.3


Selectors = tuple[str, ...]
"""CSS selectors, tried in order; the first that matches wins (for `drop`: all are applied)."""


class Rules(_Fact):
    """Reading rules: where a portal or CMS marks a field. Only class names that were seen; never invented ones.

    A selector is a witness, not an oracle: reading falls back to text and structure where none matches.
    `valid_from` and `valid_to` (inclusive) are dates of fetching: a page is read by the rules of its day.
    """

    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    evidence: str = ""
    title: Selectors = ()
    lead: Selectors = ()
    date: Selectors = ()
    body: Selectors = ()
    author: Selectors = ()
    section: Selectors = ()
    view_count: Selectors = ()
    related: Selectors = ()
    attachment: Selectors = ()
    drop: Selectors = ()

    def valid_on(self, day: dt.date) -> bool:
        """Whether the rules hold for pages fetched on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Unit(_Fact):
    """The publishing unit: administrative code and the code system it is of (`gso-2004` before 1 July 2025)."""

    level: Level
    name: Annotated[str, Field(min_length=1)]
    province: Annotated[str, Field(pattern=r"^\d{2}$")]
    district: Annotated[str | None, Field(pattern=r"^\d{3}$")] = None
    code_system: Literal["gso-2004", "qd19-2025"] = "gso-2004"


class Portal(_Fact):
    """The facts of one portal.

    Attributes:
        name: file name, spider name; ASCII snake case, so that a province groups.
        title: Vietnamese name of the site.
        unit: the publishing unit.
        platform: CMS family: a module of `crawlers.platforms` and `crawlers.rules`.
        listings: where articles are listed.
        hosts: further origins (`https://host` or with port) that the portal's files may be fetched from, besides
            those of the listings.
        redirect_hosts: origins that a redirect may lead to without the portal counting as moved.
        lifecycle: active, frozen, moved, gone.
        lifecycle_note: the evidence for it.
        successor: name or address of what took the portal's place.
        valid_to: last day on which the publishing unit existed.
        verified: day on which a live fetch confirmed the facts; None if none has.
        reuse: official or press.
        cadence: how often it is due; None for a portal that runs only when a person starts it.
        opens: sections of private persons' affairs that are read all the same; none by default (docs/privacy.md).
        opens_reason: by which right they are.
        expect, access, rules: see there. `rules` add to those of the CMS, newest first.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,60}$")]
    title: Annotated[str, Field(min_length=1)]
    unit: Unit
    platform: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    listings: Annotated[tuple[Listing, ...], Field(min_length=1)]
    hosts: tuple[HttpUrl, ...] = ()
    redirect_hosts: tuple[HttpUrl, ...] = ()
    lifecycle: Lifecycle
    lifecycle_note: Annotated[str, Field(min_length=1)]
    successor: str | None = None
    valid_to: dt.date | None = None
    verified: dt.date | None = None
    reuse: Reuse = Reuse.OFFICIAL
    cadence: Cadence | None = None
    opens: tuple[PrivateSection, ...] = ()
    opens_reason: str = ""
    expect: Expect
    access: Access = Access()
    rules: tuple[Rules, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        keys = [listing.key for listing in self.listings]
        if len(keys) != len(set(keys)):
            raise ValueError(f"portal {self.name}: two listings share a key")
        if self.lifecycle in {Lifecycle.MOVED, Lifecycle.GONE} and self.valid_to is None:
            raise ValueError(f"portal {self.name}: lifecycle {self.lifecycle} needs valid_to")
        if self.opens and not self.opens_reason.strip():
            raise ValueError(f"portal {self.name}: `opens` needs `opens_reason`: by which right is the section read?")
        for listing in self.listings:
            if kind := private_section(listing.url, listing.section, self.opens):
                raise ValueError(
                    f"portal {self.name}: listing {listing.key} is a section of private persons' affairs ({kind}); "
                    f"such are not read unless `opens` names it (docs/privacy.md)"
                )
        secure = {urlsplit(one).hostname for one in self.origins if one.startswith("https:")}
        for exception in self.access.certificates:
            if exception.host not in secure:
                raise ValueError(f"portal {self.name}: no https address of it is on {exception.host} (certificates)")
        return self

    @property
    def origins(self) -> frozenset[str]:
        """Every `scheme://host:port` that requests may go to."""
        urls = [listing.url for listing in self.listings] + [*self.hosts, *self.redirect_hosts]
        return frozenset(origin(url) for url in urls)

    @property
    def spider_class_name(self) -> str:
        """CamelCase of the name."""
        return re.sub(r"(?:^|_)([a-z0-9])", lambda match: match[1].upper(), self.name)


def origin(url: str) -> str:
    """Return `scheme://host:port` of an http(s) address, host in lower case, the default port made explicit."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{(parts.hostname or '').rstrip('.')}:{port}"
