"""Plain text: CSV and TXT, as long as no browser could take it for a page or a program. Pure."""

import re

_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")
_PAGE = re.compile(
    rb"<\s*(script|html|svg|iframe|object|embed|body|head|!doctype|\?xml|\?php)\b|<!doctype", re.IGNORECASE
)
_NOT_TEXT = (
    "Ce type de fichier n’est pas accepté. Déposez un PDF, un document Word, Excel, PowerPoint ou OpenDocument, "
    "une image PNG ou JPEG, un CSV ou un texte."
)


def fault(content: bytes) -> str:
    """Why this is no harmless text; "" when it is one."""
    if _CONTROLS.search(content):
        return _NOT_TEXT
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"#!")) or _PAGE.search(content):
        return (
            "Ce texte contient une page web, un dessin SVG ou un script, qui pourrait s’exécuter chez qui le lit\xa0: "
            "déposez-le en PDF."
        )
    return ""
