"""The states of calls, files and decisions, and the moves between them."""

from kit.machine import Machine, move

KINDS = ("ami", "aap", "aac", "guichet")
KIND_LABELS = {
    "ami": "Appel à manifestation d’intérêt",
    "aap": "Appel à projets",
    "aac": "Appel à candidatures",
    "guichet": "Guichet",
}
OUTCOMES = ("eligible", "not_eligible", "information_missing")
DECISIONS = ("accepted", "refused", "waitlisted")
COMPLETENESS = ("unknown", "complete", "incomplete")

CAMPAIGN = Machine(
    "campaign",
    "draft",
    {
        "schedule": move("draft", "scheduled", "Seul un brouillon peut être programmé."),
        "unschedule": move("scheduled", "draft", "Cette campagne n’est pas programmée."),
        "publish": move("draft scheduled", "published", "Cette campagne est déjà publiée."),
        # Whether files are accepted is a matter of clock (rules/window.py): closing says that the last window is over.
        "close": move("published", "closed", "Seule une campagne publiée peut être close."),
        "reopen": move("closed", "published", "Cette campagne n’est pas close."),
        "release": move("published closed", "released", "Les décisions de cette campagne ont déjà été notifiées."),
        "archive": move("draft released", "archived", "Cette campagne ne peut pas encore être archivée."),
    },
)

CANDIDACY = Machine(
    "candidacy",
    "draft",
    {
        "submit": move("draft submitted withdrawn", "submitted", "Ce dossier a reçu sa décision : il ne change plus."),
        "withdraw": move("draft submitted", "withdrawn", "Ce dossier ne peut plus être retiré."),
        "accept": move("submitted", "accepted", "Seul un dossier déposé peut être accepté."),
        "refuse": move("submitted", "refused", "Seul un dossier déposé peut être refusé."),
        "waitlist": move("submitted", "waitlisted", "Seul un dossier déposé peut être mis en liste d’attente."),
    },
)

DECISION = Machine(
    "decision",
    "pending",
    {"release": move("pending", "released", "Cette décision a déjà été notifiée.")},
)
AWARD = Machine(
    "award",
    "offered",
    {
        "confirm": move("offered", "confirmed", "Cette attribution a déjà reçu sa réponse."),
        "decline": move("offered", "declined", "Cette attribution a déjà reçu sa réponse."),
        # Silence loses nothing by itself: somebody at the ARS says so, and answers for it.
        "lapse": move("offered", "lapsed", "Seule une attribution sans réponse peut être déclarée caduque."),
    },
)
# An antivirus's word on a file, when the installation has one (CRRC_CLAMD); without, files stay as they came.
ATTACHMENT = Machine(
    "attachment",
    "unscanned",
    {
        "wait": move("unscanned", "pending", "Ce fichier a déjà été analysé."),
        "clear": move("pending", "clean", "Ce fichier n’attend pas d’analyse."),
        "condemn": move("pending", "infected", "Ce fichier n’attend pas d’analyse."),
    },
)
MOVE_OF = {"accepted": "accept", "refused": "refuse", "waitlisted": "waitlist"}
