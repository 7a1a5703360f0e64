import gzip
import random
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.archive import BodyCut, BodyError, BodyTooLarge, decode_body

PAGE = (
    "<html><body>" + "".join(f"<p>Đoạn {n * 7919 % 1000} của bài.</p>" for n in range(300)) + "</body></html>"
).encode()
HTML = {"content-type": "text/html; charset=utf-8"}


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


CODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "deflate-zlib": ("deflate", zlib.compress),
    "deflate-raw": ("deflate", raw_deflate),
    "brotli": ("br", brotli.compress),
    "zstd": ("zstd", zstd.compress),
}
each_coder = pytest.mark.parametrize("coder", CODERS)


@each_coder
def test_whole_bodies(coder: str) -> None:
    name, encode = CODERS[coder]
    assert decode_body(encode(PAGE), {"content-encoding": name, **HTML}) == PAGE
    assert (
        decode_body(encode(PAGE), {"content-encoding": f" {name.upper()} ", "content-type": "application/pdf"}) == PAGE
    )
    assert decode_body(encode(b""), {"content-encoding": name}) == b""


@each_coder
def test_bodies_larger_than_a_step(coder: str) -> None:
    name, encode = CODERS[coder]
    large = random.Random(1).randbytes(700_000) + b"a" * 700_000
    assert decode_body(encode(large), {"content-encoding": name}) == large


@each_coder
def test_cut_anywhere_is_cut(coder: str) -> None:
    name, encode = CODERS[coder]
    coded = encode(PAGE)
    for end in range(2, len(coded)):
        with pytest.raises(BodyCut):
            decode_body(coded[:end], {"content-encoding": name, **HTML})


@pytest.mark.parametrize("coder", ["gzip", "deflate-zlib", "zstd"])
def test_a_flipped_byte_never_passes_as_another_page(coder: str) -> None:
    name, encode = CODERS[coder]
    coded = (
        encode(PAGE) if coder != "zstd" else zstd.compress(PAGE, options={zstd.CompressionParameter.checksum_flag: 1})
    )
    for at in range(0, len(coded), 3):
        damaged = coded[:at] + bytes([coded[at] ^ 0x55]) + coded[at + 1 :]
        try:
            body = decode_body(damaged, {"content-encoding": name, **HTML})
        except BodyError:
            continue
        assert body == PAGE, at


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd", "aes128gcm", "gzip, br"])
@pytest.mark.parametrize(
    "plain", [PAGE, b"User-agent: *\n", "<p>Tức</p>".encode("utf-16"), "<p>Đồng bào</p>".encode("cp1258", "ignore") * 3]
)
def test_says_coded_sends_plain(name: str, plain: bytes) -> None:
    assert decode_body(plain, {"content-encoding": name, **HTML}) == plain


@pytest.mark.parametrize("name", ["gzip", "br", "deflate", "zstd", "x-unknown"])
def test_says_coded_sends_noise(name: str) -> None:
    with pytest.raises(BodyCut):
        decode_body(random.Random(3).randbytes(2000), {"content-encoding": name, **HTML})


@pytest.mark.parametrize("encode", [gzip.compress, zstd.compress])
def test_coded_without_a_word(encode: Callable[[bytes], bytes]) -> None:
    coded = encode(PAGE)
    for headers in (HTML, {}, {"content-encoding": "identity", "content-type": "application/xhtml+xml"}):
        assert decode_body(coded, headers) == PAGE
    with pytest.raises(BodyCut):
        decode_body(coded[:-5], HTML)
    file = {"content-type": "application/gzip"}
    assert decode_body(coded, file) == coded
    assert decode_body(gzip.compress(coded), {"content-encoding": "gzip", **file}) == coded


def test_another_coding_than_said() -> None:
    assert decode_body(gzip.compress(PAGE), {"content-encoding": "br", **HTML}) == PAGE
    assert decode_body(zstd.compress(PAGE), {"content-encoding": "gzip", **HTML}) == PAGE


def test_codings_on_top_of_each_other() -> None:
    assert decode_body(brotli.compress(gzip.compress(PAGE)), {"content-encoding": "gzip, br", **HTML}) == PAGE
    assert decode_body(gzip.compress(gzip.compress(PAGE)), {"content-encoding": "gzip", **HTML}) == PAGE
    assert decode_body(gzip.compress(PAGE), {"content-encoding": "gzip, gzip", **HTML}) == PAGE
    with pytest.raises(BodyCut):
        decode_body(PAGE, {"content-encoding": ", ".join(["gzip"] * 9)})


def test_gzip_members_and_what_follows() -> None:
    said = {"content-encoding": "gzip"}
    halves = gzip.compress(PAGE[:100]), gzip.compress(PAGE[100:])
    assert decode_body(b"".join(halves), said) == PAGE
    assert decode_body(b"".join(halves) + b"\0" * 20, said) == PAGE
    with pytest.raises(BodyCut):
        decode_body(halves[0] + halves[1][:-4], said)
    with pytest.raises(BodyCut):  # the CRC is wrong
        decode_body(halves[0][:-8] + b"abcd" + halves[0][-4:], said)


@pytest.mark.parametrize("name", ["gzip", "br", "zstd", "deflate", "x-unknown"])
def test_no_body(name: str) -> None:
    assert decode_body(b"", {"content-encoding": name}) == b""


def zeros(name: str, mebibytes: int) -> bytes:
    """Compress zeros without holding them."""
    piece = bytes(2**20)
    if name == "br":
        stream = brotli.Compressor(quality=5)
        return b"".join([*(stream.process(piece) for _ in range(mebibytes)), stream.finish()])
    if name == "zstd":
        frame = zstd.ZstdCompressor()
        return b"".join([*(frame.compress(piece) for _ in range(mebibytes)), frame.flush()])
    deflate = zlib.compressobj(6, zlib.DEFLATED, {"gzip": 31, "deflate": 15, "raw": -15}[name])
    return b"".join([*(deflate.compress(piece) for _ in range(mebibytes)), deflate.flush()])


@pytest.mark.parametrize("name", ["gzip", "deflate", "raw", "br", "zstd"])
def test_bombs_are_never_inflated_whole(name: str) -> None:
    bomb = zeros(name, 200)
    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLarge):
            decode_body(bomb, {"content-encoding": "deflate" if name == "raw" else name})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40 * 2**20


def test_bombs_in_layers_and_without_a_word() -> None:
    bomb = gzip.compress(zeros("gzip", 200))
    for headers in ({"content-encoding": "gzip, gzip"}, {"content-encoding": "gzip", **HTML}, HTML):
        with pytest.raises(BodyTooLarge):
            decode_body(bomb, headers)


def test_bounds() -> None:
    said = {"content-encoding": "gzip"}
    assert len(decode_body(gzip.compress(bytes(2**20)), said)) == 2**20  # repetitive, but small
    with pytest.raises(BodyTooLarge):
        decode_body(gzip.compress(bytes(2**20 + 1)), said)
    noise = random.Random(2).randbytes(2**20)
    assert decode_body(gzip.compress(noise * 16, 1), said) == noise * 16
    with pytest.raises(BodyTooLarge):
        decode_body(gzip.compress(noise * 17, 1), said)
    with pytest.raises(BodyTooLarge):
        decode_body(bytes(16 * 2**20 + 1), {})
    assert len(decode_body(bytes(16 * 2**20), {})) == 16 * 2**20


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(["", "gzip", "br", "deflate", "zstd", "gzip, br", "x"]),
    st.sampled_from(["", "text/html", "image/png"]),
)
def test_anything_decodes_or_raises_a_body_error(body: bytes, coding: str, kind: str) -> None:
    try:
        decode_body(body, {"content-encoding": coding, "content-type": kind})
    except BodyError:
        return


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=5000), st.sampled_from(sorted(CODERS)))
def test_every_body_comes_back(body: bytes, coder: str) -> None:
    name, encode = CODERS[coder]
    assert decode_body(encode(body), {"content-encoding": name, "content-type": "application/octet-stream"}) == body
