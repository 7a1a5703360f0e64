"""The tables. They may change from version to version; consumers read the `v1_*` views.

Words: an *address* is whatever a portal lists or serves as an article, known under its canonical key; an *article* has
one or more of them. A *version* is what the publisher changed (title or full text), a *reading* what our reader made
of a capture; the article points at the reading that is shown.
"""

from storage.database.models.articles import article, attachment, image, reading, reading_page, version, view_count
from storage.database.models.base import metadata, schema_note
from storage.database.models.captures import address, capture, file, further_page, listing, listing_entry, segment
from storage.database.models.decisions import decision, figure
from storage.database.models.feed import change, feed, restoration
from storage.database.models.forgotten import forgotten
from storage.database.models.links import follower, link, link_key, link_signature, story, story_article
from storage.database.models.notices import notice
from storage.database.models.portals import portal, portal_unit, run
from storage.database.models.search import search, search_number
from storage.database.models.templates import template, template_keep, template_page

__all__ = [
    "address",
    "article",
    "attachment",
    "capture",
    "change",
    "decision",
    "feed",
    "figure",
    "file",
    "follower",
    "forgotten",
    "further_page",
    "image",
    "link",
    "link_key",
    "link_signature",
    "listing",
    "listing_entry",
    "metadata",
    "notice",
    "portal",
    "portal_unit",
    "reading",
    "reading_page",
    "restoration",
    "run",
    "schema_note",
    "search",
    "search_number",
    "segment",
    "story",
    "story_article",
    "template",
    "template_keep",
    "template_page",
    "version",
    "view_count",
]
