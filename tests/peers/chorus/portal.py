"""What the fake Chorus Pro knows and does: structures, flows, invoices, and the faults that a test asks for.

Strict: what the real one would refuse is refused, and kept in `refusals` for the test to read.
"""

import base64
import binascii
import json
import re
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

SYNTAXES = {"IN_DP_E2_CII_FACTURX", "IN_DP_E1_CII_16B", "IN_DP_E1_UBL_INVOICE"}
PARIS = ZoneInfo("Europe/Paris")


@dataclass
class Structure:
    """A public body that receives invoices."""

    number: int
    siret: str
    name: str
    service: bool = False
    engagement: bool = False
    either: bool = False
    services: dict[str, bool] = field(default_factory=dict)


@dataclass
class Invoice:
    """An invoice that came in a flow. `passages`: (code, comment, when)."""

    number: str
    cpp: int
    flow: str
    passages: list[tuple[str, str, datetime]]

    @property
    def status(self) -> str:
        return self.passages[-1][0]


@dataclass
class Flow:
    """A deposited file."""

    number: str
    name: str
    content: bytes
    state: str = "IN_EN_ATTENTE_TRAITEMENT"
    errors: list[str] = field(default_factory=list)
    at: datetime = field(default_factory=lambda: datetime.now(PARIS))


class Refusal(Exception):
    """The question is not one of the real portal's."""

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.why, self.status = why, status


@dataclass
class Portal:
    """The whole state. `faults`: path → what the next calls get, in order: a status (500, 401, 429…), "slow",
    "hang up", "nonsense", "redirect"; "hang up after", "slow after": it has acted (`acted` says so of the latter), and
    the answer is lost or late."""

    client_id: str = "application"
    client_secret: str = "s3cr3t-application"
    login: str = "TECH_1_35000@cpro.fr"
    password: str = "Clé-technique-1"
    token_seconds: int = 3600
    supplier: str = "13000796600018"
    integrates: bool = True  # a deposited flow is integrated at once
    slow_seconds: float = 3.0
    faults: dict[str, list[Any]] = field(default_factory=dict)
    structures: list[Structure] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    tokens: dict[str, float] = field(default_factory=dict)
    acted: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    clock: int = 0

    def fault(self, path: str) -> Any:
        """The fault that awaits the next call of this path, or None."""
        with self.lock:
            self.calls.append(path)
            waiting = self.faults.get(path) or []
            return waiting.pop(0) if waiting else None

    def give_token(self, form: dict[str, str]) -> dict[str, Any]:
        """OAuth 2.0, client credentials."""
        if set(form) != {"grant_type", "client_id", "client_secret", "scope"}:
            raise Refusal(f"invalid_request: {sorted(form)}")
        if form["grant_type"] != "client_credentials" or form["scope"] != "openid":
            raise Refusal("unsupported_grant_type")
        if (form["client_id"], form["client_secret"]) != (self.client_id, self.client_secret):
            raise Refusal("invalid_client", 401)
        token = f"jeton-{len(self.tokens) + 1}"
        self.tokens[token] = time.monotonic() + self.token_seconds
        return {"access_token": token, "token_type": "Bearer", "expires_in": self.token_seconds, "scope": "openid"}

    def check_headers(self, headers: Any) -> None:
        """Both identities: the application's token and the technical account."""
        if headers.get("Content-Type", "").lower().replace(" ", "") != "application/json;charset=utf-8":
            raise Refusal(f"Content-Type: {headers.get('Content-Type')}", 415)
        kind, _, token = headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or self.tokens.get(token, 0) < time.monotonic():
            raise Refusal("token", 401)
        try:
            account = base64.b64decode(headers.get("cpro-account", ""), validate=True).decode()
        except (binascii.Error, ValueError):
            raise Refusal("cpro-account is no base64", 401) from None
        if account != f"{self.login}:{self.password}":
            raise Refusal("cpro-account", 403)

    def deposit(self, question: dict[str, Any]) -> dict[str, Any]:
        """factures/v1/deposer/flux"""
        _exactly(question, {"fichierFlux": str, "nomFichier": str, "syntaxeFlux": str, "avecSignature": bool})
        name = question["nomFichier"]
        if len(name) > 50 or not re.fullmatch(r"[A-Za-z0-9._-]+\.(pdf|xml)", name):
            raise Refusal(f"nomFichier: {name}")
        if question["syntaxeFlux"] not in SYNTAXES or question["avecSignature"]:
            raise Refusal(f"syntaxeFlux: {question['syntaxeFlux']}")
        try:
            content = base64.b64decode(question["fichierFlux"], validate=True)
        except binascii.Error:
            raise Refusal("fichierFlux is no base64") from None
        if not content or (name.endswith(".pdf") and not content.startswith(b"%PDF")):
            return {"codeRetour": 20003, "libelle": "GDP_MSG_11.012 : le fichier n’est pas un PDF"}
        with self.lock:
            flow = Flow(f"CPP{len(self.flows) + 1:012}", name, content)
            self.flows.append(flow)
        if self.integrates:
            self.integrate(flow)
        day = flow.at.date().isoformat()
        return done(numeroFluxDepot=flow.number, dateDepot=day, syntaxeFlux=question["syntaxeFlux"])

    def integrate(self, flow: Flow) -> None:
        """The flow is read: its invoice begins to live. A number that lives already is refused, as a double."""
        number = flow.name.removesuffix(".pdf")
        if any(one.number == number and one.status != "REJETEE" for one in self.invoices):
            flow.state, flow.errors = "IN_REJETE", [f"Le numéro de facture {number} existe déjà pour ce fournisseur."]
            return
        flow.state = "IN_INTEGRE"
        invoice = Invoice(number, 900_000 + len(self.invoices), flow.number, [])
        self.invoices.append(invoice)
        self.say(number, "DEPOSEE")

    def say(self, number: str, code: str, comment: str = "") -> None:
        """The invoice takes another status."""
        self.clock += 1
        invoice = [one for one in self.invoices if one.number == number][-1]
        at = datetime(2026, 3, 2, 9, 0, tzinfo=PARIS) + timedelta(minutes=self.clock)
        invoice.passages.append((code, comment, at))

    def report(self, question: dict[str, Any]) -> dict[str, Any]:
        """transverses/v1/consulterCRDetaille"""
        _exactly(question, {"numeroFluxDepot": str})
        flow = next((one for one in self.flows if one.number == question["numeroFluxDepot"]), None)
        if flow is None:
            return {"codeRetour": 20001, "libelle": "Le flux n’existe pas."}
        errors = [{"numeroDP": flow.name, "libelleErreurDP": error} for error in flow.errors]
        return done(etatCourantDepotFlux=flow.state, nomFichier=flow.name, listeErreurDP=errors)

    def search(self, question: dict[str, Any]) -> dict[str, Any]:
        """factures/v1/rechercher/fournisseur: a number finds what contains it, as the real one does."""
        _only(question, {"numeroFacture": str, "numeroFluxDepot": str, "rechercheFactureParFournisseur": dict})
        _only(
            question.get("rechercheFactureParFournisseur", {}), {"nbResultatsParPage": int, "pageResultatDemandee": int}
        )
        found = [
            one
            for one in self.invoices
            if question.get("numeroFacture", "") in one.number and question.get("numeroFluxDepot", one.flow) == one.flow
        ]
        return done(
            listeFactures=[
                {
                    "numeroFacture": one.number,
                    "identifiantFactureCPP": one.cpp,
                    "numeroFluxDepot": one.flow,
                    "codeFournisseur": self.supplier,
                    "statut": one.status,
                }
                for one in found
            ],
            parametresRetour={"pages": 1, "total": len(found)},
        )

    def history(self, question: dict[str, Any]) -> dict[str, Any]:
        """factures/v1/consulter/historique"""
        _exactly(question, {"idFacture": int})
        invoice = next((one for one in self.invoices if one.cpp == question["idFacture"]), None)
        if invoice is None:
            return {"codeRetour": 20002, "libelle": "La facture n’existe pas."}
        passages = [
            {
                "histoStatutCode": code,
                "histoStatutCommentaire": comment,
                "histoStatutDatePassage": at.strftime("%Y-%m-%d %H:%M"),
            }
            for code, comment, at in reversed(invoice.passages)
        ]
        return done(
            idFacture=invoice.cpp, statutCourantCode=invoice.status, historiquesDesStatuts={"histoStatut": passages}
        )

    def find_structure(self, question: dict[str, Any]) -> dict[str, Any]:
        """structures/v1/rechercher"""
        _exactly(question, {"structure": dict})
        _exactly(question["structure"], {"identifiantStructure": str, "typeIdentifiantStructure": str})
        siret = question["structure"]["identifiantStructure"]
        if question["structure"]["typeIdentifiantStructure"] != "SIRET" or not re.fullmatch(r"[0-9]{14}", siret):
            raise Refusal(f"identifiantStructure: {siret}")
        found = [one for one in self.structures if one.siret == siret]
        return done(
            listeStructures=[
                {"idStructureCPP": one.number, "designationStructure": one.name, "statut": "ACTIF"} for one in found
            ]
        )

    def view_structure(self, question: dict[str, Any]) -> dict[str, Any]:
        """structures/v1/consulter"""
        _exactly(question, {"idStructureCPP": int})
        one = self._structure(question["idStructureCPP"])
        return done(
            parametres={
                "codeServiceDoitEtreRenseigne": one.service,
                "numeroEJDoitEtreRenseigne": one.engagement,
                "gestionNumeroEJOuCodeService": one.either,
            }
        )

    def list_services(self, question: dict[str, Any]) -> dict[str, Any]:
        """structures/v1/rechercher/services, by pages of two whatever is asked."""
        _exactly(question, {"idStructure": int, "parametresRechercherServicesStructure": dict})
        asked = question["parametresRechercherServicesStructure"]
        _exactly(asked, {"nbResultatsParPage": int, "pageResultatDemandee": int})
        services = list(self._structure(question["idStructure"]).services.items())
        page, pages = asked["pageResultatDemandee"], -(-len(services) // 2)
        rows = [{"codeService": code, "estActif": active} for code, active in services[2 * page - 2 : 2 * page]]
        return done(listeServices=rows, parametresRetour={"pages": pages, "pageCourante": page})

    def _structure(self, number: int) -> Structure:
        for one in self.structures:
            if one.number == number:
                return one
        raise Refusal(f"structure {number}", 404)


def done(**facts: Any) -> dict[str, Any]:
    """What every good answer says."""
    return {"codeRetour": 0, "libelle": "TRA_MSG_00.000", **facts}


def _only(question: dict[str, Any], known: dict[str, type]) -> None:
    for name, value in question.items():
        if name not in known:
            raise Refusal(f"unknown parameter {name}")
        if type(value) is not known[name]:
            raise Refusal(f"{name}: {json.dumps(value)[:80]}")


def _exactly(question: dict[str, Any], known: dict[str, type]) -> None:
    _only(question, known)
    if missing := known.keys() - question.keys():
        raise Refusal(f"missing {sorted(missing)}")
