"""The cheap look at PDFs says « plain » of nothing that acts, however it is hidden, and of most that does not."""

import time
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from kit import pdf_file, pdf_scan
from tests.bookings import sent

ACTS = b"<</S/JavaScript/JS(app.alert(1))>>"


def with_streams(
    objects: bytes,
    said: bytes = b"/Filter/FlateDecode",
    kept: bytes = b"",
    extra: bytes = b"",
    table_said: bytes = b"",
    rows: Callable[[bytes], bytes] = zlib.compress,
) -> bytes:
    """A PDF of one page whose last object is in an object stream, under the filter `said`; its table of objects under
    `table_said`, its bytes made by `rows`."""
    body, places = b"%PDF-1.5\n", [(0, 0, 65535)]
    page = (b"<</Type/Catalog/Pages 2 0 R/OpenAction 5 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>")
    for number, thing in enumerate((*page, b"<</Type/Page/Parent 2 0 R>>" + extra), start=1):
        places.append((1, len(body), 0))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, thing)
    places.append((1, len(body), 0))
    kept = kept or zlib.compress(b"5 0 " + objects)
    head = b"/Type/ObjStm/N 1/First 4%b/Length %d" % (said, len(kept))
    body += b"4 0 obj\n<<%b>>stream\n%b\nendstream\nendobj\n" % (head, kept)
    places.append((2, 4, 0))
    table = rows(b"".join(bytes([kind]) + a.to_bytes(4) + b.to_bytes(3) for kind, a, b in places))
    table_said = table_said or b"/Filter/FlateDecode"
    head = b"/Type/XRef/W[1 4 3]/Size 6/Root 1 0 R%b/Length %d" % (table_said, len(table))
    return (
        body + b"6 0 obj\n<<%b>>stream\n%b\nendstream\nendobj\n" % (head, table) + b"startxref\n%d\n%%%%EOF" % len(body)
    )


def predicted_rows(text: bytes) -> bytes:
    """Rows of PNG's « up » predictor: no word can be read in them."""
    rows, before = b"", b"\0" * 8
    padded = text + b" " * (-len(text) % 8)
    for start in range(0, len(padded), 8):
        row = padded[start : start + 8]
        rows += b"\2" + bytes((one - up) % 256 for one, up in zip(row, before, strict=True))
        before = row
    return rows


def predicted(text: bytes) -> bytes:
    return zlib.compress(predicted_rows(text))


HIDDEN = {
    "in the open": sent.with_script(),
    "its letters as numbers": sent.hidden_script(),
    "launch": sent.with_launch(),
    "carried": sent.with_attachment(),
    "encrypted": sent.with_password(),
    "in an object stream": with_streams(ACTS),
    "in an object stream, escaped": with_streams(ACTS.replace(b"/JS", b"/J#53").replace(b"JavaS", b"Java#53")),
    "squeezed twice": with_streams(
        b"", b"/Filter[/FlateDecode/FlateDecode]", zlib.compress(zlib.compress(b"5 0 " + ACTS))
    ),
    "another filter": with_streams(b"", b"/Filter/ASCIIHexDecode", (b"5 0 " + ACTS).hex().encode() + b">"),
    "a filter said elsewhere": with_streams(
        b"", b"/Filter 7 0 R", (b"5 0 " + ACTS).hex().encode() + b">", b"\nendobj\n7 0 obj\n/ASCIIHexDecode"
    ),
    "a filter by its short name": with_streams(b"", b"/F/AHx", (b"5 0 " + ACTS).hex().encode() + b">"),
    "a filter whose name is escaped": with_streams(
        b"", b"/F#69lter/ASCIIHexDecode", (b"5 0 " + ACTS).hex().encode() + b">"
    ),
    "behind a comment": with_streams(b"", b"/Filter%\n/ASCIIHexDecode", (b"5 0 " + ACTS).hex().encode() + b">"),
    "behind a predictor": with_streams(
        b"", b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 8>>", predicted(b"5 0 " + ACTS)
    ),
    "a picture's filter": with_streams(b"", b"/Filter/CCITTFaxDecode", b"any"),
    "its dictionary begins elsewhere": with_streams(
        b"", b"/Filter/FlateDecode/X(1 0 obj <<)", zlib.compress(b"5 0 " + ACTS)
    ),
    "a broken end": with_streams(b"", b"/Filter/FlateDecode", zlib.compress(b"5 0 " + ACTS)[:-6]),
    "unfolds without end": with_streams(b" " * 40_000_000),
}


@pytest.mark.parametrize("way", HIDDEN)
def test_what_acts_is_never_plain(way: str) -> None:
    begun = time.thread_time()
    assert not pdf_scan.is_plain(HIDDEN[way])
    assert time.thread_time() - begun < 1


@pytest.mark.parametrize("way", ["in an object stream", "behind a predictor", "another filter", "squeezed twice"])
def test_the_whole_reading_finds_what_is_hidden(way: str) -> None:
    """Or the samples above would hide nothing."""
    assert "script" in pdf_file.fault(HIDDEN[way])


def test_what_does_not_act_is_plain() -> None:
    assert pdf_scan.is_plain(sent.a_pdf())
    assert pdf_scan.is_plain(with_streams(b"<</S/GoTo/D[3 0 R/Fit]>>"))


UP = b"/Filter/FlateDecode/DecodeParms<</Columns 8/Predictor 12>>"
GOES = b"<</S/GoTo/D[3 0 R/Fit]>>"


def with_table(said: bytes = UP, rows: Callable[[bytes], bytes] = predicted) -> bytes:
    """A PDF whose table of objects is written so."""
    return with_streams(GOES, table_said=said, rows=rows)


def test_tables_of_differences_are_plain() -> None:
    """What most programs write: the list of a file's objects, each row as what it adds to the one above."""
    assert pdf_file.fault(with_table()) == ""
    assert pdf_scan.is_plain(with_table())
    assert pdf_scan.is_plain(with_table(UP.replace(b"/Columns 8", b"\n/Columns  8 ") + b"/ID[<0aF f><00>]"))
    folder = BytesIO()
    with pikepdf.open(BytesIO(sent.a_pdf())) as paper:
        paper.save(folder, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"/Predictor" in folder.getvalue()
    assert pdf_scan.is_plain(folder.getvalue())


@pytest.mark.parametrize(
    "said",
    [
        UP.replace(b"12", b"2"),
        UP.replace(b"/Columns 8", b"/Columns 0"),
        UP.replace(b"/Columns 8", b"/Columns 7"),
        UP.replace(b"/Columns 8", b"/Columns 8/Colors 2"),
        UP.replace(b"/Columns 8", b"/Columns 8/Columns 8"),
        UP.replace(b"/Predictor", b"/Pre#64ictor"),
        UP.replace(b"DecodeParms<</Columns 8/Predictor 12>>", b"DecodeParms 7 0 R"),
        UP.replace(b"Parms<<", b"Parms[<<").replace(b">>", b">>]"),
        UP + b"/DecodeParms<</Columns 8/Predictor 12>>",
        UP + b"/X(obj)",
        UP + b"/X(stream\n)",
        UP + b"/X<stream\n>",
        UP + b"/Xobj<</Y 1>>",
        UP + b"%",
        UP + b">><<",
        UP + b"<<",
    ],
)
def test_another_predictor_is_read_whole(said: bytes) -> None:
    assert not pdf_scan.is_plain(with_table(said))


def test_rows_of_another_kind_are_read_whole() -> None:
    for change in (
        lambda rows: b"\1" + rows[1:],
        lambda rows: rows[:-1],
        lambda rows: rows[:9] + b"\4" + rows[10:],
    ):
        assert not pdf_scan.is_plain(
            with_table(rows=lambda text, change=change: zlib.compress(change(predicted_rows(text))))
        )
    assert not pdf_scan.is_plain(with_table(rows=lambda text: predicted(text + ACTS))), (
        "what is made of it is looked at"
    )
    assert not pdf_scan.is_plain(with_table(rows=lambda text: zlib.compress(b"\2/JS(a)  " + predicted_rows(text))))


def test_a_predictor_anywhere_else_is_read_whole() -> None:
    """However innocent; also where the words that begin a dictionary are in a string or a comment of another one."""
    params, flate = b"/DecodeParms<</Columns 8/Predictor 12>>", b"/Filter/FlateDecode"
    for said in (
        UP,
        params + b"/X(obj)" + flate,
        params + b"/X(1 0 obj<<)" + flate,
        params + b"\n%\nendobj 1 0 obj<<\n" + flate,
        params + b"/X(\nendobj\n1 0 obj<<)" + flate,
        params + b"/X<\nendobj\n1 0 obj<<>" + flate,
        params + b"/Xobj<</Y 1>>" + flate,
        b"/X(\nendobj\n1 0 obj<<" + UP + b">>stream\n" + zlib.compress(b"") + b"\nendstream)" + UP,
    ):
        tables: list[dict[str, Any]] = [{}, {"table_said": UP, "rows": predicted}]
        for more in tables:
            assert not pdf_scan.is_plain(with_streams(b"", said, predicted(b"5 0 " + ACTS), **more))
    # The table of objects is said to be where the hidden stream is.
    hidden = with_streams(b"", UP, predicted(b"5 0 " + ACTS))
    for place in range(len(hidden)):
        if hidden.startswith(b"4 0 obj", place):
            assert not pdf_scan.is_plain(hidden.replace(b"/Size 6", b"/Size 6/Prev %d" % place))


def test_whatever_is_odd_is_read_whole() -> None:
    whole = sent.a_pdf()
    for odd in (b"", b"%PDF-1.7\n", whole[:-20], whole[: len(whole) // 2], whole.replace(b"xref\n", b"xxxx\n", 1)):
        assert not pdf_scan.is_plain(odd)
    assert not pdf_scan.is_plain(whole.replace(b"/Page", b"/Nope"))


def test_it_costs_little() -> None:
    noise = zlib.compress(bytes(range(256)) * 4000, 0)
    heavy = sent.a_pdf().replace(
        b"endobj\n", b"endobj\n9 0 obj\n<</Length 1>>stream\n" + noise + b"\nendstream\nendobj\n", 1
    )
    begun = time.thread_time()
    for _ in range(10):
        pdf_scan.is_plain(heavy)
    assert (time.thread_time() - begun) / 10 < 0.2
