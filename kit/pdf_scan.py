"""The cheap look at a PDF: words, wherever they could be written. Most files hold none that acts, and end here.

Whatever acts must be named, in the open or inside an object stream. A file without object streams hides no name: its
bytes are looked at. In one that has some, every squeezed stream is looked at too, and nothing else may hide names: no
other filter, no predictor but that of the tables of objects (undone here), no encryption. Anything odd is not
« plain », and then kit.pdf_file reads the file whole. So this says yes for sure, or nothing, at a hundredth of the
price of that reading.
"""

import re
import zlib
from collections.abc import Iterator
from itertools import accumulate, chain

MOST_UNSQUEEZED = 30_000_000
MOST_PREDICTED = 2_000_000  # a table of the file's objects: a few bytes for each
# What acts, what carries, what hides: the beginning of a name.
_ACTS = rb"JS|JavaScript|XFA|Launch|ImportData|RichMedia|Rendition|Embedded|Encrypt|Crypt"
_WORDS = re.compile(rb"/(?:" + _ACTS + rb")")
_ESCAPED = re.compile(rb"/([^\x00\t\n\x0c\r /<>\[\](){}%]{0,60}#[0-9A-Fa-f]{2}[^\x00\t\n\x0c\r /<>\[\](){}%]{0,60})")
_TOLD = re.compile(rb"(?:" + _ACTS + rb"|Filter|F$|Fl$|DP$|DecodeParms|Predictor|ObjStm|XRef|Prev|Flate)")
_LETTER = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECT_STREAMS = re.compile(rb"/(?:XRef|ObjStm)")
_SHORT_FILTER = re.compile(rb"/F\s*(?:[\[/%]|\d+\s+\d+\s+R\b)")
_FILTER = re.compile(rb"/Filter")
_PLAIN_FILTER = re.compile(rb"/Filter\s*(\[\s*)?/FlateDecode(?(1)\s*\]|(?=[/>\s]))")
_HIDES = re.compile(rb"/(?:Filter|FlateDecode|Predictor|DecodeParms|DP)")
_PREDICTED = re.compile(rb"/(?:Predictor|DecodeParms|DP)")
_UP = re.compile(
    rb"/DecodeParms\s*<<\s*(?:/Columns\s+(\d{1,2})\s*/Predictor\s+1[0-5]|/Predictor\s+1[0-5]\s*/Columns\s+(\d{1,2}))\s*>>"
)
_DICTIONARY = re.compile(rb"\s*\d+\s+\d+\s+obj\s*(<<.*>>)\s*\Z", re.DOTALL)
_TOKENS = re.compile(rb"<<|>>|<[0-9A-Fa-f\s]*>|[<>()%]|obj")
_STREAM = re.compile(rb"(?<!end)stream[\x00\t\x0c ]*(?:\r\n|\n|\r)")
_ENDS = b"endstream"
_START = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF\s*\Z")
_PREVIOUS = re.compile(rb"/Prev\s*(\d{1,10})(?!\d|\s+\d+\s+R\b)")
_PLACES = re.compile(rb"\s*xref\s")
_OBJECT = re.compile(rb"\s*\d+\s+\d+\s+obj\b")
_PAGE = re.compile(rb"/Type\s*/Pages?\b")


def is_plain(content: bytes) -> bool:
    """Whether this is a whole PDF in which nothing can act. False says nothing: it must be read."""
    found = _START.search(content[-1024:])
    if found is None or _WORDS.search(content) or _tells_escaped(content):
        return False
    starts = [int(found[1]), *(int(place) for place in _PREVIOUS.findall(content))]
    in_the_open = all(_PLACES.match(content, place, place + 64) for place in starts)
    if in_the_open and not _OBJECT_STREAMS.search(content):
        return _PAGE.search(content) is not None
    if not in_the_open and not all(_OBJECT.match(content, place, place + 64) for place in starts):
        return False
    return _is_plain_inside(content, starts)


def _tells_escaped(content: bytes) -> bool:
    """Whether a name that matters is written with letters as numbers (« /J#53 »)."""
    return any(_TOLD.match(_LETTER.sub(_letter, name)) for name in _ESCAPED.findall(content))


def _letter(number: "re.Match[bytes]") -> bytes:
    return bytes([int(number[1], 16)])


def _is_plain_inside(content: bytes, starts: list[int]) -> bool:
    """Of a file that may have object streams: whether all that is squeezed holds nothing that acts or hides."""
    if _SHORT_FILTER.search(content) or len(_PREDICTED.findall(content)) != 2 * len(_tables(content, starts)):
        return False
    filters = len(_FILTER.findall(content))
    if filters != len(_PLAIN_FILTER.findall(content)) or filters != content.count(b"/FlateDecode"):
        return False
    has_page, seen = _PAGE.search(content) is not None, 0
    for one in _unsqueezed(content):
        if one is None or _WORDS.search(one) or _HIDES.search(one) or _tells_escaped(one):
            return False
        has_page, seen = has_page or _PAGE.search(one) is not None, seen + 1
    return has_page and seen == filters


def _unsqueezed(content: bytes) -> Iterator[bytes | None]:
    """What each stream that says to be squeezed holds; None for one that is not whole, or is too large."""
    room = MOST_UNSQUEEZED
    for found in _STREAM.finditer(content):
        begins = content.rfind(b"obj", 0, found.start())
        if begins < 0 or b"/FlateDecode" not in content[begins : found.start()]:
            continue
        predicted = _UP.findall(content, begins, found.start())
        opener = zlib.decompressobj()
        ends = content.find(_ENDS, found.end())  # no further: what follows is copied at each stream
        try:
            one = opener.decompress(content[found.end() : ends + len(_ENDS)], room)
        except zlib.error:
            yield None
            return
        room -= len(one)
        whole = opener.eof and room > 0 and opener.unused_data[:64].lstrip().startswith(_ENDS)
        yield _with_rows(one, predicted) if whole else None


def _tables(content: bytes, starts: list[int]) -> set[int]:
    """Where the predictors are of the tables that begin at `starts`, as every reader finds them."""
    places: set[int] = set()
    for begins in starts:
        found = _STREAM.search(content, begins)
        ends = found.start() if found else begins
        told = _DICTIONARY.match(content[begins:ends])
        if told is not None and _is_one(told[1]):
            places |= {one.start() for one in _UP.finditer(content, begins, ends)}
    return places


def _is_one(dictionary: bytes) -> bool:
    """Whether it is a whole dictionary and nothing else: no word of it is inside a string or a comment."""
    depth, tokens = 0, _TOKENS.findall(dictionary)
    for rank, token in enumerate(tokens, start=1):
        depth += {b"<<": 1, b">>": -1}.get(token, 0)
        if len(token) == 1 or token == b"obj" or (depth == 0 and rank < len(tokens)):
            return False
    return depth == 0


def _with_rows(one: bytes, predicted: list[tuple[bytes, bytes]]) -> bytes | None:
    """What a stream holds, and below it what its predictor makes of it; None for another one than « up »."""
    if not predicted:
        return one
    width = int(predicted[0][0] or predicted[0][1])
    rows = _summed(one, width) if len(predicted) == 1 and width and len(one) <= MOST_PREDICTED else None
    return None if rows is None else one + b"\n" + rows


def _summed(rows: bytes, width: int) -> bytes | None:
    """Rows whose first byte is 2 (PNG's « up »): each of the others is what is added to the one above."""
    if len(rows) % (width + 1) or rows[:: width + 1].strip(b"\2"):
        return None
    columns = [bytes(map((255).__and__, accumulate(rows[place :: width + 1]))) for place in range(1, width + 1)]
    return bytes(chain.from_iterable(zip(*columns, strict=True)))
