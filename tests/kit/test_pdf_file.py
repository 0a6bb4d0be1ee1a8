"""PDFs that cost more to read than to send."""

import sys
import time
import zlib

import pytest

from kit import pdf_file

BLANKS = 10 << 20  # in each stream: ten kilobytes once squeezed, two seconds of a reader's time


def that_unfolds(streams: int) -> bytes:
    """A PDF of one page whose objects hide at the end of streams of blanks."""
    body, places = b"%PDF-1.5\n", [(0, 0, 65535)]
    page = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R>>")
    for number, thing in enumerate(page, start=1):
        places.append((1, len(body), 0))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, thing)
    for number in range(4, 4 + streams):
        first = b"%d 0 " % (number + streams)
        kept = zlib.compress(first + b" " * BLANKS + b"<<>>", 9)
        places.append((1, len(body), 0))
        head = b"/Type/ObjStm/N 1/First %d/Filter/FlateDecode/Length %d" % (len(first), len(kept))
        body += b"%d 0 obj\n<<%b>>stream\n%b\nendstream\nendobj\n" % (number, head, kept)
    places += [(2, number, 0) for number in range(4, 4 + streams)]
    table = zlib.compress(b"".join(bytes([kind]) + a.to_bytes(4) + b.to_bytes(2) for kind, a, b in places))
    head = b"/Type/XRef/W[1 4 2]/Size %d/Root 1 0 R/Filter/FlateDecode/Length %d" % (len(places), len(table))
    last = b"%d 0 obj\n<<%b>>stream\n%b\nendstream\nendobj\n" % (4 + 2 * streams, head, table)
    return body + last + b"startxref\n%d\n%%%%EOF" % len(body)


def test_what_unfolds_without_end_is_refused_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    content = that_unfolds(40)
    assert len(content) < 500_000
    monkeypatch.setattr(pdf_file, "MOST_SECONDS", 0.5)
    begun = time.thread_time()
    assert "trop complexe" in pdf_file.fault(content)
    assert time.thread_time() - begun < 3


@pytest.mark.parametrize("again", [b"/Prev 9 ", b"stream\n"])
def test_the_cheap_look_is_bounded_too(monkeypatch: pytest.MonkeyPatch, again: bytes) -> None:
    """What it looks for, written so often that each costs as much as the file is long."""
    content = b"%PDF-1.5\n1 0 obj <</Type/XRef/Type/Page>> " + again * 60_000 + b"\nstartxref\n9\n%%EOF"
    monkeypatch.setattr(pdf_file, "MOST_SECONDS", 0.2)
    assert "trop complexe" in pdf_file.fault(content)


def test_nothing_watches_afterwards() -> None:
    before = sys.getprofile()
    pdf_file.fault(b"%PDF-1.5\n")
    pdf_file.fault(that_unfolds(0))
    assert sys.getprofile() is before
