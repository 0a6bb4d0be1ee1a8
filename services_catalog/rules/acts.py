"""What the audit log says of the market and the catalogue: each act, in French. Pure."""

from collections.abc import Mapping

ACTS: Mapping[str, str] = {
    "agreement.write": "Marché modifié",
    "consultant.write": "Consultant enregistré ou modifié",
    "insurance.write": "Assurance d’un prestataire modifiée",
    "price_schedule.discard": "Bordereau de prix abandonné",
    "price_schedule.end": "Bordereau de prix clos",
    "price_schedule.import": "Bordereau de prix importé",
    "price_schedule.publish": "Bordereau de prix publié",
    "price_schedule.revise": "Bordereau de prix révisé",
    "provider.create": "Prestataire enregistré",
    "provider.resume": "Prestataire repris",
    "provider.suspend": "Prestataire suspendu",
    "provider.write": "Fiche d’un prestataire modifiée",
    "qualification.write": "Qualification d’un prestataire modifiée",
    "service.publish": "Prestation publiée",
    "service.withdraw": "Prestation retirée du catalogue",
    "service.write": "Fiche d’une prestation modifiée",
    "subcontractor.accept": "Sous-traitant accepté",
    "subcontractor.write": "Sous-traitant déclaré ou modifié",
}
