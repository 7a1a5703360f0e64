"""Coverage: of what a section's listing showed for a month, how much is stored, and whether the listing was read whole.

The answer to "is the year complete?". It counts addresses as listings show them:

- stored: an article of ours stands behind it (two addresses of one article are two);
- held: its page is kept back for a person;
- refused: it is none of the portal's articles, or was withdrawn, and nothing is fetched there again;
- a gap is the rest: listed, and nothing to show for it (not fetched yet, errors, a maintenance page).

What a listing did not show can't be counted. So gaps are told only where the listing was once read without a hole from
the month on down: all entries below its mark, or the month older than the newest one below it. Elsewhere they are
unknown, which is not none. Months without an article have a row too, so that a hole in the calendar is seen.
"""

_NEXT_MONTH = """
    CASE WHEN substr(month, 6) = '12' THEN CAST(CAST(substr(month, 1, 4) AS INTEGER) + 1 AS TEXT) || '-01'
        WHEN substr(month, 6) < '09'
            THEN substr(month, 1, 5) || '0' || CAST(CAST(substr(month, 6) AS INTEGER) + 1 AS TEXT)
        ELSE substr(month, 1, 5) || CAST(CAST(substr(month, 6) AS INTEGER) + 1 AS TEXT) END"""

COVERAGE = f"""
WITH RECURSIVE shown AS (
    SELECT e.portal, e.listing, e.below, e.last_seen_at, COALESCE(substr(a.sort_date, 1, 7), d.listed_month) AS month,
        CASE WHEN a.id IS NOT NULL AND a.withdrawn_at IS NULL THEN 'stored'
            WHEN a.withdrawn_at IS NOT NULL THEN 'refused'
            WHEN (SELECT c.state FROM capture c WHERE c.address_id = d.id ORDER BY c.seq DESC LIMIT 1) = 'held'
                THEN 'held'
            WHEN d.closed THEN 'refused'
            ELSE 'gap' END AS outcome
    FROM listing_entry e
    JOIN address d ON d.id = e.address_id
    LEFT JOIN article a ON a.id = d.article_id
), mark AS (
    SELECT s.portal, s.listing, l.complete_at, min(s.month) AS first_month,
        max(CASE WHEN substr(s.last_seen_at, 1, 7) > COALESCE(s.month, '') THEN substr(s.last_seen_at, 1, 7)
            ELSE s.month END) AS last_month,
        max(CASE WHEN s.below THEN s.month END) AS below_month, max(CASE WHEN s.below THEN 0 ELSE 1 END) AS loose
    FROM shown s
    LEFT JOIN listing l ON l.portal = s.portal AND l.key = s.listing
    GROUP BY s.portal, s.listing, l.complete_at
), months AS (
    SELECT portal, listing, first_month AS month, last_month FROM mark WHERE first_month IS NOT NULL
    UNION ALL
    SELECT portal, listing, {_NEXT_MONTH}, last_month FROM months WHERE month < last_month
), every AS (
    SELECT portal, listing, month, NULL AS outcome FROM months
    UNION ALL
    SELECT portal, listing, month, outcome FROM shown
)
SELECT v.portal, v.listing AS section, v.month, count(v.outcome) AS listed,
    count(CASE WHEN v.outcome = 'stored' THEN 1 END) AS stored, count(CASE WHEN v.outcome = 'held' THEN 1 END) AS held,
    count(CASE WHEN v.outcome = 'refused' THEN 1 END) AS refused,
    CASE WHEN m.complete_at IS NOT NULL AND (m.loose = 0 OR v.month < m.below_month)
        THEN count(CASE WHEN v.outcome = 'gap' THEN 1 END) END AS gaps,
    m.complete_at AS as_of
FROM every v
JOIN mark m ON m.portal = v.portal AND m.listing = v.listing
GROUP BY v.portal, v.listing, v.month, m.complete_at, m.loose, m.below_month"""  # noqa: S608 - our own text
