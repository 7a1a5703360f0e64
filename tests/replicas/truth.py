"""What a perfect reader makes of a portal's articles, told from what they are made of, not from their pages."""

import hashlib
import unicodedata

from tests.replicas import dates, files
from tests.replicas.model import Special, Stub, TrueFile, TrueImage, Truth
from tests.replicas.site import Site


def tidy(text: str) -> str:
    """NFC with single spaces: how truth is told."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def truth(site: Site, stub: Stub) -> Truth:
    """The truth of one article on the site's present day."""
    content = site.content(stub)
    host = f"https://{site.facts.host}"
    later = site.day >= 2
    moved = stub.special is Special.MOVED and later
    idents = (stub.ident, stub.second_ident) if stub.special is Special.TWO_ADDRESSES or moved else (stub.ident,)
    addresses = tuple(host + site.address(stub, ident) for ident in idents)
    where = next((place for place in ("page", "listing") if site.shows_date(stub, place)), "none")
    form = {"page": site.page_date, "listing": site.listing_date}.get(where)
    precision = dates.precision(form) if form else ""
    moment = stub.published if precision == "minute" else stub.published.replace(hour=0, minute=0)
    made = [(file, files.make(file.kind, content.title)) for file in content.files]
    section, section_accept = site.section_names()
    return Truth(
        url=addresses[-1] if moved else addresses[0],
        addresses=addresses,
        special=stub.special,
        title=tidy(content.title),
        lead=tidy(content.lead),
        paragraphs=tuple(tidy(line) for line in content.paragraphs),
        cells=tuple(tidy(cell) for cell in content.cells),
        authors=content.authors,
        byline_raw=tidy(content.byline),
        source_credit=tidy(content.credit),
        section=section,
        section_accept=section_accept,
        published_at=moment.isoformat() if form else None,
        published_on=where,
        published_precision=precision,
        images=tuple(
            TrueImage(site.image_address(stub, one), tidy(" ".join(one.caption)), tidy(one.credit))
            for one in content.pictures
        ),
        attachments=tuple(
            TrueFile(host + site.file_address(stub, file), file.name, hashlib.sha256(data).hexdigest(), len(data))
            for file, data in made
        ),
        related=tuple(tidy(link.title) for link in site.related(stub)),
        views=stub.views if site.views_shown() else None,
        appears=stub.appears,
        gone=stub.special is Special.REMOVED and later,
        moved=moved,
        seed=site.newsroom.given.file if stub.special is Special.SEED else "",
        pages=len(site.parts(stub)),
    )


def truths(site: Site) -> list[Truth]:
    """The truth of every article that has appeared, newest first, the removed ones at the end."""
    listed = {row.stub.index: row.stub for row in site.rows}
    gone = [stub for stub in site.newsroom.stubs if stub.index not in listed and stub.appears <= site.day]
    return [truth(site, stub) for stub in (*listed.values(), *gone)]
