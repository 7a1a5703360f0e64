"""What must hold of an archive and its database after any death and one more run (reliability.md, I1 to I7)."""

from pathlib import Path

from sqlalchemy import Engine, text

from storage.archive import read, scan, segments

_NONE_OF = {
    "captures left pending": "SELECT count(*) FROM capture WHERE state = 'pending'",
    "captures quarantined": "SELECT count(*) FROM capture WHERE state = 'quarantined'",
    "pages whose reader was killed": "SELECT count(*) FROM capture WHERE state_reason = 'reader_killed'",
    "records entered twice": "SELECT count(*) - count(DISTINCT record_id) FROM capture",
    "one place entered twice": "SELECT count(*) FROM (SELECT 1 FROM capture GROUP BY portal, segment, segment_offset "
    "HAVING count(*) > 1) twice",
    "addresses entered twice": "SELECT count(*) FROM (SELECT 1 FROM address GROUP BY portal, key HAVING count(*) > 1) t",
    "articles of one text": "SELECT count(*) FROM (SELECT 1 FROM v1_articles GROUP BY portal, title, text "
    "HAVING count(*) > 1) t",
    "versions of one text": "SELECT count(*) FROM (SELECT 1 FROM v1_article_versions GROUP BY article_id, text_hash "
    "HAVING count(*) > 1) t",
    "articles without their version": "SELECT count(*) FROM v1_articles a WHERE NOT EXISTS (SELECT 1 FROM "
    "v1_article_versions v WHERE v.article_id = a.article_id AND v.version_no = a.version_no)",
    "articles that the feed does not tell of": "SELECT count(*) FROM v1_articles a WHERE NOT EXISTS (SELECT 1 FROM "
    "v1_changes c WHERE c.article_id = a.article_id AND c.change = 'created')",
    "articles told of twice": "SELECT count(*) FROM (SELECT 1 FROM v1_changes WHERE change = 'created' "
    "GROUP BY article_id HAVING count(*) > 1) t",
    "listing pages not settled": "SELECT count(*) FROM capture WHERE purpose = 'listing' AND settled = :no",
    "runs without an end": "SELECT count(*) FROM run WHERE verdict IS NULL",
}


def broken(engine: Engine, var: Path) -> list[str]:
    """Return what is wrong with a place where no run is at work; nothing if all is well."""
    found = [f"open segment {path.name}" for path in var.rglob("*.open")]
    with engine.connect() as connection:
        for what, query in _NONE_OF.items():
            values = {"no": False} if ":no" in query else {}
            if number := connection.execute(text(query), values).scalar_one():
                found.append(f"{what}: {number}")
        entered = {
            row.record_id: (row.portal, row.segment, row.segment_offset, row.payload_sha256)
            for row in connection.execute(
                text("SELECT record_id, portal, segment, segment_offset, payload_sha256 FROM capture")
            )
        }
    archive = var / "archive"
    archived = {}
    for folder in sorted(archive.iterdir()):
        for segment in segments(archive, folder.name):
            for capture, location in scan(archive, folder.name, segment):
                archived[capture.record_id] = (folder.name, segment, location.offset, capture.payload_sha256)
                read_back = capture if capture.status != 200 else read(archive, folder.name, location)[0]
                if read_back.payload_sha256 != capture.payload_sha256:
                    found.append(f"record {capture.record_id} has other bytes than it says")
    if missing := archived.keys() - entered.keys():
        found.append(f"records that the database does not know: {len(missing)}")
    if beyond := entered.keys() - archived.keys():
        found.append(f"captures without a record: {len(beyond)}")
    if moved := [one for one in archived.keys() & entered.keys() if archived[one] != entered[one]]:
        found.append(f"captures whose place or hash is another: {len(moved)}")
    return found
