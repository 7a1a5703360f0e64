"""I3 of the store: what this machine has sent there is there, as long as it was and with the same bytes."""

from collections.abc import Iterator, Mapping, Sequence

from flows.steps.doctor.model import RESTORE, Checked, Finding, Invariant, Scope
from storage.archive import StoreError, sizes
from storage.archive.shared import stored_digest
from storage.archive.store import Store, Stored, store_of

_DOWN = "Xem kho chung (CONGTIN_ARCHIVE_STORE) có chạy không; đoạn lưu chờ ở máy này và được gửi khi nó trả lời."
_LOST = "Máy còn bản sao gửi lại trong một giờ; nếu không còn máy nào có, khôi phục từ bản sao lưu."
_DAMAGED = f"Xóa đối tượng đó khỏi kho chung. {_LOST}"


def stored(scope: Scope) -> Checked:
    """Return what the store says of I3. Of a whole portal every byte is read there, of a run only the listing."""
    store = store_of(scope.archive)
    if store is None:
        return Checked(Invariant.BYTES, 0)
    try:
        there = store.listed(scope.name).get(scope.name, {})
        findings = [*_sent(scope, there), *(_damaged(scope, store, there) if scope.run_id is None else ())]
    except StoreError as error:
        # A run's own end: what waits goes later, and that is no fault of the run.
        findings = [] if scope.live else [scope.finding("kho chung", f"không trả lời: {error}", _DOWN)]
        return Checked(Invariant.BYTES, 0, tuple(findings))
    return Checked(Invariant.BYTES, 0 if scope.run_id else len(there), tuple(findings))


def _sent(scope: Scope, there: Mapping[str, Sequence[Stored]]) -> Iterator[Finding]:
    mine = "" if scope.run_id is None else f"{scope.name}-{scope.run_id}-"
    for segment, size in sizes(scope.archive, scope.name).items():
        digest = stored_digest(scope.archive, scope.name, segment)
        if digest is None or not segment.startswith(mine) or not scope.holds(segment):
            continue
        found = [one for one in there.get(segment, ()) if one.digest == digest]
        if not found:
            yield scope.finding(segment, "đã gửi mà không còn trong kho chung", _LOST)
        elif found[0].bytes != size:
            yield scope.finding(found[0].key, f"dài {found[0].bytes} byte, ở máy này {size}", _DAMAGED)


def _damaged(scope: Scope, store: Store, there: Mapping[str, Sequence[Stored]]) -> Iterator[Finding]:
    for segment, objects in sorted(there.items()):
        if not scope.holds(segment):
            continue
        for one in objects:
            try:
                digest = store.digest_of(one.key)
            except FileNotFoundError:  # changed meanwhile
                continue
            if digest != one.digest:
                yield scope.finding(
                    one.key, "nội dung trong kho chung không còn đúng sha256 của nó", f"{_DAMAGED} {RESTORE}"
                )
