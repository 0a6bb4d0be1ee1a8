"""The words of portals: what each status is called in French, and what it changes for us. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """`move`: what the status does to a transmission. `is_last`: nothing else will be said. `is_asking`: somebody of
    ours must do something at the portal."""

    label: str
    move: str = ""
    is_last: bool = False
    is_asking: bool = False


# Ours: facts of this portal, beside what other portals say.
DEPOSITED, FOUND, AGAIN, MAILED, RECORDED = "DEPOT", "DEPOT_RETROUVE", "NOUVEAU_DEPOT", "COURRIEL_REMIS", "DEPOT_MANUEL"
ACCEPTED_BY_HAND, REJECTED_BY_HAND = "ACCEPTATION_NOTEE", "REJET_NOTE"

WORDS: dict[str, Word] = {
    DEPOSITED: Word("Déposée"),
    FOUND: Word("Dépôt retrouvé sur le portail"),
    AGAIN: Word("Nouveau dépôt, le premier n’ayant laissé aucune trace"),
    MAILED: Word("Remise au serveur de courrier"),
    RECORDED: Word("Dépôt noté à la main"),
    ACCEPTED_BY_HAND: Word("Acceptation notée à la main"),
    REJECTED_BY_HAND: Word("Rejet noté à la main"),
    # A flow of Chorus Pro (etatCourantDepotFlux).
    "IN_RECU": Word("Flux reçu"),
    "IN_EN_COURS_TRAITEMENT": Word("Flux en cours de traitement"),
    "IN_EN_ATTENTE_TRAITEMENT": Word("Flux en attente de traitement"),
    "IN_TRAITE_SE_CPP": Word("Flux contrôlé"),
    "IN_EN_ATTENTE_RETRAITEMENT": Word("Flux en attente de retraitement"),
    "IN_INCIDENTE": Word("Flux en incident chez Chorus Pro"),
    "IN_INTEGRE": Word("Flux intégré"),
    "IN_INTEGRE_PARTIEL": Word("Flux intégré en partie"),
    "IN_REJETE": Word("Flux rejeté", "reject", is_last=True),
    # An invoice of Chorus Pro (statut).
    "DEPOSEE": Word("Déposée sur le portail"),
    "EN_COURS_ACHEMINEMENT": Word("En cours d’acheminement"),
    "MISE_A_DISPOSITION": Word("Mise à disposition du client", "accept"),
    "MISE_A_DISPOSITION_COMPTABLE": Word("Mise à disposition du comptable", "accept"),
    "PRISE_EN_COMPTE_DESTINATAIRE": Word("Prise en compte par le client", "accept"),
    "A_RECYCLER": Word("À recycler\N{NO-BREAK SPACE}: le destinataire est à corriger", "reject", is_last=True),
    "REJETEE": Word("Rejetée par le client", "reject", is_last=True),
    "SUSPENDUE": Word("Suspendue\N{NO-BREAK SPACE}: le client attend un complément", is_asking=True),
    "A_COMPLETER": Word("À compléter", is_asking=True),
    "COMPLETEE": Word("Complétée"),
    "SERVICE_FAIT": Word("Service fait", "accept"),
    "VALIDEE": Word("Validée", "accept"),
    "MANDATEE": Word("Mandatée", "accept"),
    "COMPTABILISEE": Word("Comptabilisée", "accept", is_last=True),
    "MISE_EN_PAIEMENT": Word("Mise en paiement", "accept", is_last=True),
    # A flow of an accredited platform (AFNOR XP Z12-013).
    "Pending": Word("En cours de contrôle par la plateforme"),
    "Ok": Word("Prise en charge par la plateforme", "accept", is_last=True),
    "Error": Word("Refusée par la plateforme", "reject", is_last=True),
}


def word(status: str) -> Word:
    """What a status means; one that is not known is shown in the portal's own words, and changes nothing."""
    return WORDS.get(status) or Word(status.replace("_", " ").capitalize())
