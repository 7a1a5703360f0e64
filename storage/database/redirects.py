"""Redirects between articles' addresses: the source becomes another address of the article at the target."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from storage.database.among import among
from storage.database.failures import note_tries
from storage.database.keys import address_id
from storage.database.models import address, article, capture
from storage.records import VIETNAM, Capture

MAX_HOPS = 5
"""The crawl follows no more."""


def note_redirects(connection: Connection, portal: str, redirects: Sequence[Capture]) -> None:
    """Enter redirects that were just fetched.

    A source that is no article's address counts as tried; when its target is read as an article it becomes an address
    of it. For a known article the redirect is a visit.
    """
    if not redirects:
        return
    sources = {address_id(portal, one.url): one for one in redirects}
    rows = connection.execute(select(address.c.id, address.c.article_id).where(address.c.id.in_(sources))).all()
    note_tries(
        connection,
        [(row.id, sources[row.id].run_id, sources[row.id].fetched_at) for row in rows if row.article_id is None],
        wait=True,
    )
    for row in rows:
        if row.article_id is not None:
            at = sources[row.id].fetched_at
            connection.execute(
                update(article)
                .where(article.c.id == row.article_id, article.c.last_visit_at < at)
                .values(last_visit_at=at)
            )
            connection.execute(update(address).where(address.c.id == row.id).values(retry_at=None))


@dataclass(frozen=True, slots=True)
class Redirect:
    """When an address was seen to redirect: first since it last served a page of its own, and last."""

    first: datetime
    last: datetime

    @property
    def lasting(self) -> bool:
        """Whether it was seen on two days: one redirect may be an accident."""
        return self.first.astimezone(VIETNAM).date() < self.last.astimezone(VIETNAM).date()


def redirect_sources(connection: Connection, targets: Collection[str]) -> dict[str, dict[str, Redirect]]:
    """Return, by address id, the addresses that were seen to redirect to it, over several hops too, and when."""
    found: dict[str, dict[str, Redirect]] = {}
    ends = {target: {target} for target in targets}
    for _ in range(MAX_HOPS):
        if not ends:
            break
        hops = connection.execute(
            select(
                capture.c.address_id,
                capture.c.redirect_to,
                func.min(capture.c.fetched_at),
                func.max(capture.c.fetched_at),
            )
            .outerjoin(address, address.c.id == capture.c.address_id)
            .where(
                among(connection, capture.c.redirect_to, ends),
                address.c.last_seen_at.is_(None) | (capture.c.fetched_at >= address.c.last_seen_at),
            )
            .group_by(capture.c.address_id, capture.c.redirect_to)
        ).all()
        further: dict[str, set[str]] = {}
        for source, target, first, last in hops:
            for end in ends[target]:
                if source != end and source not in found.setdefault(end, {}):
                    found[end][source] = Redirect(first, last)
                    further.setdefault(source, set()).add(end)
        ends = further
    return found
