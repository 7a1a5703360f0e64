"""The CMS of provincial papers with `-a<id>.html` addresses: Báo Long An, Tây Ninh, Bình Dương, Cần Thơ.

Class names seen on stored pages of baolongan.vn (2020, 2025) and baotayninh.vn (2024).
"""

import re

from crawlers.portal import Rules
from crawlers.rules import CmsRules, ListingRules

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
)
