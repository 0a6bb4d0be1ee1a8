"""The life of an export of a whole portal, and how its archive is laid out. Pure."""

from datetime import timedelta

from kit.machine import Machine, move

EXPORT = Machine(
    "tenant_export",
    "asked",
    {
        "start": move("asked", "running", "Cet export est déjà commencé."),
        "finish": move("running", "ready", "Cet export n’est pas en cours."),
        "fail": move("running", "failed", "Cet export n’est pas en cours."),
        "expire": move("ready", "expired", "Cet export n’est plus là."),
    },
)
KEPT = timedelta(days=7)
# Whoever makes an export holds it this long; longer than a worker may run without saying so (kit.queue).
HELD = timedelta(seconds=150)
# What is kept to recognise a secret, beside the columns that are sealed: of no use to anybody else, so it stays here.
DIGESTS = frozenset({"digest", "previous_digest"})
# Of somebody on their way in: the name of their browser, and what their identity provider said, with its sealed token.
ON_THE_WAY = frozenset({"sign_in_link.browser", "sign_in_link.identity"})
FORMAT = "crrc-export/1"
README = """\
Export de tout un portail CRRC.

manifest.json     ce que contient l'archive : chaque fichier, sa taille, son empreinte SHA-256 ; ce qui n'y est
                  pas ; les clés publiques qui ont signé ses accusés de réception et ses ancres ; et la signature
                  Ed25519 de cette liste (JSON canonique : clés triées, sans blancs, UTF-8)
schema.json       chaque table : ses colonnes, leur type, sa clé, ce qu'elle désigne
registers.json    les éditions du registre national que des lignes désignent, et leur empreinte
rows/<table>.csv  les lignes de la table : CSV (RFC 4180), UTF-8, virgules, titres ; vide : valeur absente
rows/<table>.jsonl  les mêmes lignes, un objet JSON par ligne
files/            les fichiers, sous l'identifiant de leur ligne ou sous l'empreinte SHA-256 que donnent les tables
files/pieces/     ceux des fichiers qui n'étaient pas encore arrivés entiers : des morceaux, nommés par leur place

Pour ouvrir un CSV dans un tableur, importez-le en déclarant que chaque colonne est du texte. Ce que des personnes ont
écrit y est tel quel, même quand un tableur le prendrait pour une formule.

Les instants sont en UTC (ISO 8601), les montants en centimes. Les secrets scellés et les empreintes de secrets n'y sont
pas : manifest.json les nomme. « crrc tenant restore » remet cet export dans une autre installation.
"""


def storage_name(tenant_id: object, export_id: object, digest: str) -> str:
    """Where the storage keeps an archive. Made twice, after a kill, it may differ: its SHA-256 is in its name."""
    return f"exports/{tenant_id}/{export_id}-{digest}.zip"


def is_in_archive(stored: str) -> bool:
    """Whether a file of the storage is the portal's: not its archives, nor the copies that people asked for, where
    their account in every portal is."""
    kind, _, rest = stored.split("/", 2)
    return kind != "exports" and not (kind == "tenants" and rest.startswith("personal/"))


def path_in_archive(stored: str) -> str:
    """« deliverables/<tenant>/ab/abcd… » is « files/deliverables/ab/abcd… » in the archive."""
    kind, _, rest = stored.split("/", 2)
    return f"files/{kind}/{rest}"
