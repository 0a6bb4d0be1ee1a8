"""A file of the bank, camt.053 or CSV, told apart by its content."""

from billing.gateway.bank_csv import read_csv
from billing.gateway.bank_refusal import refuse
from billing.gateway.camt import read_camt
from billing.rules.bank import BankFile
from kit.french import NBSP

LARGEST = 10 * 1024 * 1024
_BINARY = (b"PK", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")


def read_bank_file(content: bytes) -> BankFile:
    """What a file says, whatever its name. Raises Invalid: `file`, or one field per line that cannot be taken."""
    if not content.strip():
        refuse("Choisissez un relevé, camt.053 (XML) ou CSV.")
    if len(content) > LARGEST:
        refuse(f"Ce fichier dépasse {LARGEST // 1024**2}{NBSP}Mo{NBSP}: demandez à la banque un fichier par mois.")
    if content.startswith(_BINARY):
        refuse(f"Ce fichier n’est pas un relevé{NBSP}: téléchargez-le en camt.053 (XML) ou en CSV, sans l’ouvrir.")
    head = content[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    found = read_camt(content.lstrip(b" \t\r\n")) if head.startswith(b"<") else read_csv(content)
    if not found.movements:
        refuse(f"Ce relevé se lit, mais il ne contient aucun mouvement{NBSP}: rien n’est importé.")
    return found
