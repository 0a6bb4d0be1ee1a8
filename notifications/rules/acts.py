"""What the audit log says of notices and webhooks: each act, in French. Pure."""

from collections.abc import Mapping

ACTS: Mapping[str, str] = {
    "incident.open": "Incident du service annoncé",
    "incident.resolve": "Incident du service clos",
    "incident.tell": "Nouvelle donnée d’un incident du service",
    "mail.subscribe_again": "Abonnement à des messages repris",
    "mail.unsubscribe": "Désabonnement de messages",
    "notification.bounce": "Message revenu",
    "notification.drop": "Message abandonné",
    "notification.fail": "Message en échec",
    "notification.gather": "Message groupé avec d’autres",
    "notification.release": "Message retenu, puis envoyé",
    "notification.retry": "Message envoyé de nouveau",
    "notification.send": "Message envoyé",
    "notification.withhold": "Message retenu",
    "preference.set": "Préférences de messages modifiées",
    "suppressed_address.add": "Adresse mise de côté",
    "suppressed_address.lift": "Adresse rétablie",
    "webhook_delivery.replay": "Appel d’un webhook rejoué",
    "webhook_delivery.skip": "Appel d’un webhook écarté",
    "webhook_endpoint.change": "Webhook modifié",
    "webhook_endpoint.create": "Webhook créé",
    "webhook_endpoint.pause": "Webhook mis en pause",
    "webhook_endpoint.remove": "Webhook supprimé",
    "webhook_endpoint.renew": "Secret d’un webhook renouvelé",
    "webhook_endpoint.resume": "Webhook repris",
    "webhook_endpoint.test": "Webhook essayé",
}
