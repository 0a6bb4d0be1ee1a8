"""What the audit log says of personal data: each act, in French. Pure."""

from collections.abc import Mapping

ACTS: Mapping[str, str] = {
    "breach.close": "Violation de données close",
    "breach.edit": "Violation de données complétée",
    "breach.notify": "Violation de données notifiée",
    "breach.open": "Violation de données ouverte",
    "personal_export.ask": "Copie de données personnelles demandée",
    "personal_export.download": "Copie de données personnelles téléchargée",
    "personal_export.ready": "Copie de données personnelles prête",
    "privacy_request.answer": "Réponse donnée à une demande de droits",
    "privacy_request.ask": "Demande de droits reçue",
    "privacy_request.erase": "Personne effacée",
    "privacy_request.extend": "Délai d’une demande de droits prolongé",
    "privacy_request.finish": "Demande de droits terminée",
    "privacy_request.forget": "Demande de droits oubliée",
    "privacy_request.record": "Demande de droits enregistrée",
    "privacy_request.refuse": "Demande de droits refusée",
    "privacy_request.withdraw": "Demande de droits retirée",
    "processing.edit": "Registre des traitements modifié",
    "retention.adopt": "Durées de conservation adoptées",
    "retention.purge": "Purge des données échues",
}
