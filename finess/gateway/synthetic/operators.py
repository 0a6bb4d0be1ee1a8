"""Who runs establishments: kinds of legal entities, their statuses, how many ET each has, how far its seat may be."""

from dataclasses import dataclass

from finess.gateway.synthetic.dice import Weighted


@dataclass(frozen=True)
class Operator:
    """A kind of legal entity.

    `statuses` and `sizes` (how many ET) are drawn; `away` is the share of EJ seated in another département than their
    ET; `national` the share of ET run by large EJ with ET everywhere. `names` are the EJ's patterns.
    """

    statuses: Weighted[str]
    sizes: Weighted[int]
    away: float
    national: float
    names: tuple[str, ...]


ALONE = Weighted([(1, 1.0)])
FEW = Weighted([(1, 0.6), (2, 0.25), (3, 0.1), (5, 0.05)])
MANY = Weighted([(1, 0.3), (2, 0.18), (3, 0.14), (5, 0.14), (8, 0.12), (14, 0.08), (30, 0.04)])
HOSPITAL = Weighted([(2, 0.15), (5, 0.25), (9, 0.3), (16, 0.2), (35, 0.1)])
NATIONAL_SIZES = Weighted([(40, 0.5), (90, 0.3), (180, 0.15), (320, 0.05)])

OPERATORS: dict[str, Operator] = {
    "pharmacie": Operator(
        Weighted([("85", 0.4), ("70", 0.3), ("71", 0.18), ("78", 0.12)]),
        ALONE,
        0.0,
        0.0,
        ("PHARMACIE {proper}", "SELARL PHARMACIE {proper}", "PHARMACIE DE {town}"),
    ),
    "laboratoire": Operator(
        Weighted([("91", 0.6), ("85", 0.3), ("95", 0.1)]),
        Weighted([(3, 0.3), (8, 0.3), (20, 0.3), (45, 0.1)]),
        0.12,
        0.2,
        ("SELAS BIO {proper}", "LABORATOIRE {proper} BIOLOGIE"),
    ),
    "commercial": Operator(
        Weighted([("95", 0.5), ("72", 0.28), ("73", 0.14), ("75", 0.08)]),
        FEW,
        0.28,
        0.1,
        ("SAS {proper}", "SARL {proper}", "SA {proper} {town}", "SOCIETE D'EXPLOITATION {proper}"),
    ),
    "association": Operator(
        Weighted([("60", 0.72), ("61", 0.16), ("63", 0.05), ("47", 0.05), ("64", 0.02)]),
        MANY,
        0.1,
        0.2,
        (
            "ASSOCIATION {proper}",
            "ASSOCIATION {proper} {town}",
            "FONDATION {proper}",
            "ASSOCIATION DE GESTION {proper}",
            "ASSOCIATION POUR L'ACCUEIL ET L'ACCOMPAGNEMENT DES PERSONNES EN SITUATION DE HANDICAP DU PAYS DE {town}",
            "ASSOCIATION D'AIDE A DOMICILE DU CANTON DE {town}",
            "Association {mixed}",
        ),
    ),
    "hospital": Operator(
        Weighted([("13", 0.55), ("14", 0.25), ("11", 0.15), ("15", 0.05)]),
        HOSPITAL,
        0.16,
        0.0,
        ("CENTRE HOSPITALIER DE {town}", "CENTRE HOSPITALIER INTERCOMMUNAL {proper}", "CENTRE HOSPITALIER {proper}"),
    ),
    "municipal": Operator(Weighted([("17", 0.85), ("08", 0.1), ("03", 0.05)]), FEW, 0.0, 0.0, ("CCAS DE {town}",)),
    "public_esms": Operator(
        Weighted([("21", 0.55), ("19", 0.25), ("22", 0.12), ("30", 0.08)]),
        FEW,
        0.02,
        0.0,
        ("EHPAD PUBLIC DE {town}", "ETABLISSEMENT PUBLIC {proper}", "EPSMS {proper} {town}"),
    ),
    "departement": Operator(Weighted([("02", 1.0)]), HOSPITAL, 0.0, 0.0, ("DEPARTEMENT - {town}",)),
    "etat": Operator(Weighted([("01", 0.6), ("26", 0.4)]), HOSPITAL, 0.3, 0.0, ("DIRECTION DES SERVICES DE {town}",)),
    "sisa": Operator(Weighted([("80", 0.6), ("60", 0.4)]), ALONE, 0.0, 0.0, ("SISA {proper}", "MSP DE {town}")),
    "gcs": Operator(
        Weighted([("29", 0.4), ("89", 0.3), ("28", 0.3)]), ALONE, 0.1, 0.0, ("GCS {proper}", "GIP {proper} {town}")
    ),
}
