"""What other systems may be told, on one page: each topic with its sentence. Everything else stays inside.

A topic that is here is a promise: it is neither renamed nor taken away without a word in docs/api.md.
"""

from collections.abc import Mapping
from types import MappingProxyType

from flask import Flask

TOPICS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "Appels à candidatures": {
            "campaign.publish": "Un appel est publié.",
            "campaign.close": "La dernière fenêtre d’un appel est close.",
            "campaign.release": "Les décisions d’un appel sont notifiées.",
            "candidacy.start": "Un dossier est commencé.",
            "candidacy.submit": "Un dossier est déposé, ou déposé de nouveau.",
            "candidacy.withdraw": "Un dossier est retiré.",
            "award.confirm": "Un établissement confirme sa place.",
            "award.decline": "Un établissement renonce à sa place.",
            "award.lapse": "Une place est perdue, faute de réponse.",
        },
        "Prestations": {
            "service.publish": "Une prestation du catalogue est publiée.",
            "service.withdraw": "Une prestation est retirée du catalogue.",
            "order.request": "Une commande est demandée.",
            "order.place": "Une commande est passée au prestataire.",
            "order.refuse": "Une commande est refusée.",
            "order.cancel": "Une commande est annulée.",
            "order.complete": "Une commande est terminée.",
            "mission.assign": "Une mission est confiée à un prestataire.",
            "mission.plan": "Les dates d’une mission sont fixées.",
            "mission.cancel": "Une mission est annulée.",
            "mission.deliver": "Les livrables d’une mission sont remis.",
            "mission.accept": "Le service fait d’une mission est constaté.",
            "mission.reserve": "Un établissement émet des réserves.",
            "booking.take": "Une place à une séance collective est prise.",
            "booking.release": "Une place à une séance collective est rendue.",
            "slot.cancel": "Une séance collective est annulée.",
            "time_account.grant": "Du temps de RSSI est accordé à un établissement.",
        },
        "Prestataires": {
            "provider.create": "Un prestataire est référencé.",
            "provider.suspend": "Un prestataire est suspendu.",
            "provider.resume": "Un prestataire n’est plus suspendu.",
        },
        "Facturation": {
            "invoice.issue": "Une facture ou un avoir est émis.",
            "invoice.document": "Le document d’une facture (Factur-X) est prêt.",
            "receivable.contest": "Une facture est contestée.",
            "receivable.settle": "Une facture est soldée.",
            "transmission.accept": "Une facture est acceptée par le portail de son destinataire.",
            "transmission.reject": "Une facture est rejetée par le portail de son destinataire.",
            "matching.make": "Un encaissement ou un avoir est rapproché d’une facture.",
            "matching.undo": "Un rapprochement est défait.",
            "checkout.pay": "Un paiement en ligne aboutit.",
        },
        "Organisations": {
            "organisation.join": "Une organisation ouvre un compte.",
            "organisation_member.add": "Une personne rejoint le compte d’une organisation.",
            "organisation_member.remove": "Une personne quitte le compte d’une organisation.",
        },
    }
)


def install(app: Flask) -> None:
    """Let the pages and the API of webhooks know them."""
    app.extensions["crrc_topics"] = TOPICS
