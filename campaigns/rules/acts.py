"""What the audit log says of calls and candidacies: each act, in French. Pure."""

from collections.abc import Mapping

ACTS: Mapping[str, str] = {
    "award.confirm": "Attribution confirmée",
    "award.decline": "Attribution refusée par l’organisme",
    "award.lapse": "Attribution caduque",
    "campaign.archive": "Appel archivé",
    "campaign.close": "Appel clos",
    "campaign.hold": "Appel mis en attente",
    "campaign.publish": "Appel publié",
    "campaign.release": "Décisions d’un appel publiées",
    "campaign.reopen": "Appel rouvert",
    "campaign.repin": "Appel rattaché à une autre édition du registre",
    "campaign.schedule": "Publication d’un appel programmée",
    "campaign.unhold": "Attente d’un appel levée",
    "campaign.unschedule": "Publication d’un appel déprogrammée",
    "campaign.write": "Appel modifié",
    "candidacy.accept": "Candidature acceptée",
    "candidacy.refuse": "Candidature refusée",
    "candidacy.settle": "Choix d’une candidature arrêtés",
    "candidacy.start": "Candidature commencée",
    "candidacy.submit": "Candidature déposée",
    "candidacy.waitlist": "Candidature en liste d’attente",
    "candidacy.withdraw": "Candidature retirée",
    "decision.release": "Décision notifiée",
    "decision.write": "Décision écrite",
    "milestone.prove": "Jalon prouvé",
    "review.assign": "Instruction confiée",
    "review.write": "Instruction écrite",
}
