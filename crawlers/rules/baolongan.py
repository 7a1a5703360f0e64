"""The CMS of provincial papers with `-a<id>.html` addresses: Báo Long An, Tây Ninh, Bình Dương, Cần Thơ.

Class names seen on stored pages of baolongan.vn (2020, 2025) and baotayninh.vn (2024).
"""

import re

from crawlers.portal import Rules
from crawlers.rules import CmsRules, ListingRules, markup

RULES = CmsRules(
    name="baolongan",
    reading=(
        Rules(
            evidence="baolongan.vn 2020 and 2025, baotayninh.vn 2024",
            title=("h1.margintopbot10",),
            lead=("p.fontd", "h4.sapo"),
            date=("span.pubdate",),
            body=("div.content-fck",),
        ),
    ),
    article_url=(re.compile(r"-a\d+\.html$"),),
    listing=ListingRules(title=("h2.h2cate > a", "a.title"), next=("div.fright a",)),
    signs=(
        markup(r"\bslider-jsgallery\b", 0.7, "class slider-jsgallery"),
        markup(r"class=[\"'][^\"']*\bcontent-fck\b", 0.6, "class content-fck"),
        markup(r"href=[\"'][^\"']+-a\d+\.html[\"']", 0.5, "addresses …-a<id>.html"),
        markup(r"class=[\"'][^\"']*\bh2cate\b", 0.5, "class h2cate"),
    ),
)
