"""Chorus Pro (API of AIFE on PISTE): a Factur-X is a flow; the flow is integrated, then the invoice lives.

Names and codes as read in public integrations (OCA l10n-france, 2024; open clients, 2026): to be tried on the
qualification platform before the first real deposit.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from billing.gateway.channel import Deposit, Parcel, Refused, Status, Structure, Unknown
from billing.gateway.piste import CHORUS, UNREADABLE, Piste
from billing.rules.routing import LARGEST_FILE, LONGEST_NAME, requirement_of

SYNTAX = "IN_DP_E2_CII_FACTURX"
PARIS = ZoneInfo("Europe/Paris")  # Chorus Pro writes times without an offset
PAGE, MOST_PAGES = 1000, 20
# A rejected invoice may be deposited again under its number: it is not the one that is looked for.
DEAD = ("REJETEE", "A_RECYCLER")
# Services that every structure has and that no invoice names.
NO_SERVICE = "FACTURES_PUBLIQUES"
TOO_BIG = "Le fichier de cette facture dépasse les 10 Mo que Chorus Pro accepte."


@dataclass(frozen=True, slots=True)
class ChorusPro:
    """Chorus Pro, through an account."""

    piste: Piste
    # A flow is integrated some minutes after its deposit, hours on bad days: until then no search shows the invoice.
    patience: timedelta = timedelta(hours=6)

    def deposit(self, parcel: Parcel) -> Deposit:
        """Deposit the flow of one invoice; the reference is its flow number."""
        if len(parcel.content) > LARGEST_FILE or len(parcel.name) > LONGEST_NAME:
            raise Refused(TOO_BIG)
        question = {
            "fichierFlux": b64encode(parcel.content).decode(),
            "nomFichier": parcel.name,
            "syntaxeFlux": SYNTAX,
            "avecSignature": False,
        }
        return Deposit(_flow(self.piste.post("factures/v1/deposer/flux", question)))

    def find(self, parcel: Parcel) -> Deposit | None:
        """The last flow that brought this invoice, rejected ones apart."""
        found = [one for one in self._search({"numeroFacture": parcel.number}, parcel) if one.get("statut") not in DEAD]
        if not found:
            return None
        last = max(found, key=lambda one: int(one["identifiantFactureCPP"]))
        if not last.get("numeroFluxDepot"):
            raise Refused(f"Chorus Pro connaît déjà une facture {parcel.number}, entrée autrement que par un flux.")
        return Deposit(_flow(last))

    def news(self, parcel: Parcel, reference: str) -> Sequence[Status]:
        """Where the flow is; once it is integrated, the life of the invoice."""
        report = self.piste.post("transverses/v1/consulterCRDetaille", {"numeroFluxDepot": reference})
        state = report.get("etatCourantDepotFlux")
        if not isinstance(state, str) or not state:
            raise Unknown(f"{CHORUS} {UNREADABLE}")
        flow = Status(state, _errors(report), read_instant(report.get("dateHeureEtatCourantFlux")))
        if state not in ("IN_INTEGRE", "IN_INTEGRE_PARTIEL"):
            return [flow]
        found = self._search({"numeroFluxDepot": reference}, parcel)
        if not found:
            return [flow]
        history = self.piste.post("factures/v1/consulter/historique", {"idFacture": found[0]["identifiantFactureCPP"]})
        return [flow, *(_passages(history) or [_current(found[0])])]

    def test(self, siret: str) -> str:
        """Ask for our own structure: the account, its rights and our SIRET are tried at once."""
        found = self.structure(siret)
        if found is None:
            return f"Chorus Pro répond, mais ne connaît pas de structure au SIRET {siret}."
        name = f"«\N{NO-BREAK SPACE}{found.name}\N{NO-BREAK SPACE}»"
        return f"Chorus Pro répond. Votre structure y est connue sous le nom {name}."

    def structure(self, siret: str) -> Structure | None:
        """What Chorus Pro knows of a structure; None when it knows none by this SIRET."""
        asked = {"identifiantStructure": siret, "typeIdentifiantStructure": "SIRET"}
        listed = _rows(self.piste.post("structures/v1/rechercher", {"structure": asked}), "listeStructures")
        ids = [one.get("idStructureCPP") for one in listed]
        if len(ids) != 1 or not isinstance(ids[0], int):
            return None
        facts = self.piste.post("structures/v1/consulter", {"idStructureCPP": ids[0]})
        flags = facts.get("parametres")
        if not isinstance(flags, dict):
            raise Unknown(f"{CHORUS} {UNREADABLE}")
        wants = [
            flags.get(name) is True
            for name in ("codeServiceDoitEtreRenseigne", "numeroEJDoitEtreRenseigne", "gestionNumeroEJOuCodeService")
        ]
        name = str(listed[0].get("designationStructure") or siret)[:200]
        is_active = listed[0].get("statut", "ACTIF") == "ACTIF"
        return Structure(name, is_active, requirement_of(*wants), self._services(ids[0]))

    def _services(self, structure: int) -> dict[str, bool]:
        services: dict[str, bool] = {}
        for page in range(1, MOST_PAGES + 1):
            asked = {"nbResultatsParPage": PAGE, "pageResultatDemandee": page}
            question = {"idStructure": structure, "parametresRechercherServicesStructure": asked}
            answer = self.piste.post("structures/v1/rechercher/services", question)
            for one in _rows(answer, "listeServices"):
                if one.get("codeService") and one["codeService"] != NO_SERVICE:
                    services[str(one["codeService"])] = one.get("estActif") is True
            pages = answer.get("parametresRetour")
            if not isinstance(pages, dict) or page >= (pages.get("pages") or 1):
                break
        return services

    def _search(self, by: dict[str, str], parcel: Parcel) -> list[dict[str, Any]]:
        """Our invoices of this very number: the search may be broader, and show another issuer's."""
        page = {"nbResultatsParPage": 100, "pageResultatDemandee": 1}
        answer = self.piste.post("factures/v1/rechercher/fournisseur", {**by, "rechercheFactureParFournisseur": page})
        return [
            one
            for one in _rows(answer, "listeFactures")
            if one.get("numeroFacture") == parcel.number
            and one.get("codeFournisseur") in (parcel.siret, None)
            and isinstance(one.get("identifiantFactureCPP"), int)
        ]


def read_instant(text: object) -> datetime | None:
    """A time of Chorus Pro: ISO 8601 with or without an offset, « 2016-10-25 17:42 »; None when it is none."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=PARIS) if found is not None and found.tzinfo is None else found


def _flow(answer: dict[str, Any]) -> str:
    number = answer.get("numeroFluxDepot")
    if not isinstance(number, str) or not number.strip():
        raise Unknown(f"{CHORUS} n’a pas donné de numéro de flux.")
    return number.strip()[:100]


def _rows(answer: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = answer.get(name) or []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _errors(report: dict[str, Any]) -> str:
    """Why a flow was refused, in the portal's words."""
    said = [str(one.get("libelleErreur") or "") for one in _rows(report, "listeErreurTechnique")]
    said += [str(one.get("libelleErreurDP") or "") for one in _rows(report, "listeErreurDP")]
    return " ".join(" ".join(filter(None, said)).split())[:1000]


def _passages(history: dict[str, Any]) -> list[Status]:
    """The statuses an invoice went through, the oldest first."""
    whole = history.get("historiquesDesStatuts")
    passed = [
        Status(
            str(one["histoStatutCode"])[:60],
            " ".join(str(one.get("histoStatutCommentaire") or "").split())[:1000],
            read_instant(one.get("histoStatutDatePassage")),
        )
        for one in (_rows(whole, "histoStatut") if isinstance(whole, dict) else [])
        if one.get("histoStatutCode")
    ]
    return sorted(passed, key=lambda status: status.said_at.timestamp() if status.said_at else 0)


def _current(invoice: dict[str, Any]) -> Status:
    """The status of an invoice that has no history to show."""
    said_at = read_instant(invoice.get("dateHeureEtatCourant"))
    detail = " ".join(str(invoice.get("commentaireEtatCourant") or "").split())[:1000]
    return Status(str(invoice.get("statut") or "DEPOSEE")[:60], detail, said_at)
