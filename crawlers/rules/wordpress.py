"""WordPress, pages of posts: communes, associations, small papers.

Class names read in the product's own public themes: WordPress/WordPress, `wp-content/themes/twentyseventeen`
(`template-parts/post/content.php`, `inc/template-tags.php`). Where another theme does not keep these names, pages are
read by structure. Pages of a category are numbered in the path, `/page/2/`.
"""

from crawlers.portal import Rules
from crawlers.rules import CmsRules, ListingRules, generator, header, markup

RULES = CmsRules(
    name="wordpress",
    reading=(
        Rules(
            evidence="themes of WordPress/WordPress on GitHub",
            title=("article h1.entry-title",),
            date=("article .entry-meta time.entry-date",),
            body=("article div.entry-content",),
            author=("article .byline .author",),
            drop=("div.page-links", "footer.entry-footer"),
        ),
    ),
    listing=ListingRules(title=("h2.entry-title > a", "h3.entry-title > a"), date=("time.entry-date",)),
    signs=(
        generator("WordPress"),
        header(r"^link:.*rel=\"https://api\.w\.org/\"", 0.97, "Link to api.w.org"),
        markup(r"/wp-content/(?:themes|plugins|uploads)/", 0.85, "addresses /wp-content/"),
        markup(r"/wp-includes/", 0.8, "addresses /wp-includes/"),
    ),
)
