"""The processings of the product, as its code does them: where every portal's register begins. Pure."""

from privacy.rules.register import Processing

NONE = "Aucun"
GUARD = (
    "Cloisonnement de chaque portail par la base de données (RLS), second facteur pour les rôles choisis, sessions "
    "limitées et révocables, chiffrement des échanges (TLS) et des secrets, journal des actions chaîné et signé, "
    "sauvegardes."
)
STAFF = (
    "Agents de l’ARS et du GRADeS qui ont un rôle sur le portail\N{NO-BREAK SPACE}; hébergeur, pour le compte du GRADeS"
)
MISSION = "Mission d’intérêt public confiée par l’ARS (RGPD 6.1.e)"


def _processing(
    key: str, title: str, purpose: str, basis: str, people: str, data: str, kinds: str, **more: str
) -> Processing:
    words = {"recipients": STAFF, "transfers": NONE, "security": GUARD, "retention": "Durées adoptées par le portail."}
    return Processing(key, title, purpose, basis, people, data, kinds=tuple(kinds.split()), **{**words, **more})


PROCESSINGS = (
    _processing(
        "comptes",
        "Comptes, rôles et accès",
        "Reconnaître les personnes, leur donner ce que leur rôle permet, protéger les accès",
        f"{MISSION}\N{NO-BREAK SPACE}; sécurité du traitement (RGPD 32)",
        "Agents de l’ARS et du GRADeS, membres des organismes, membres des prestataires",
        "Nom, adresse électronique, rôle, fonction, organisme\N{NO-BREAK SPACE}; identifiant ProConnect ou Pro Santé "
        "Connect\N{NO-BREAK SPACE}; second facteur\N{NO-BREAK SPACE}; sessions (navigateur, adresse IP)",
        "account sign_in organisation_claim program",
    ),
    _processing(
        "candidatures",
        "Candidatures aux appels de l’ARS",
        "Recevoir, instruire et décider les candidatures, en garder la preuve",
        MISSION,
        "Référents et signataires nommés par les organismes, personnes qui écrivent les dossiers, agents instructeurs",
        "Nom, fonction, adresse électronique, téléphone\N{NO-BREAK SPACE}; réponses, notes d’instruction, décisions",
        "candidacy_draft candidacy_refused candidacy_selected decision",
        recipients=f"{STAFF}\N{NO-BREAK SPACE}; membres de l’organisme candidat",
    ),
    _processing(
        "prestations",
        "Commandes, missions et services faits",
        "Organiser les prestations, prouver la commande et le service fait",
        "Exécution du contrat (RGPD 6.1.b)\N{NO-BREAK SPACE}; code de la commande publique",
        "Contacts des établissements, acheteurs, consultants des prestataires",
        "Nom, fonction, adresse électronique, téléphone\N{NO-BREAK SPACE}; rendez-vous, livrables, avis",
        "order order_contact satisfaction availability calendar_feed waiting_entry catalogue",
        recipients=f"{STAFF}\N{NO-BREAK SPACE}; prestataire de la mission, membres de l’établissement",
    ),
    _processing(
        "facturation",
        "Factures, paiements et comptabilité",
        "Facturer, encaisser, tenir les comptes",
        "Obligation légale (RGPD 6.1.c)\N{NO-BREAK SPACE}: code de commerce, L. 123-22",
        "Personnes qui reçoivent les factures, agents qui les préparent, payeurs",
        "Adresse électronique, auteur de chaque acte, nom et compte des virements. Aucun numéro de carte",
        "invoice journal",
        recipients=f"{STAFF}\N{NO-BREAK SPACE}; Chorus Pro, agent comptable, prestataire de paiement",
    ),
    _processing(
        "courriels",
        "Courriels et notifications",
        "Prévenir les personnes de ce qui les concerne, prouver qu’elles l’ont été",
        f"{MISSION}\N{NO-BREAK SPACE}; obligation de notifier (CRPA, L. 221-8)",
        "Toutes les personnes qui ont un compte, contacts et référents",
        "Adresse électronique, texte et dates des messages, préférences, adresses qui refusent nos courriels",
        "notification webhook_delivery message",
    ),
    _processing(
        "consentements",
        "Nouvelles du centre de ressources et retours d’expérience",
        "Annoncer un appel ou un événement, demander un avis, mettre en relation des établissements",
        "Consentement (RGPD 6.1.a), retiré aussi simplement qu’il a été donné",
        "Personnes qui ont dit oui depuis leur compte",
        "Identifiant du compte, finalité, version du texte, date",
        "consent",
    ),
    _processing(
        "journal",
        "Journal des actions",
        "Savoir qui a fait quoi, détecter un usage anormal",
        "Sécurité du traitement (RGPD 32)\N{NO-BREAK SPACE}; recommandation de la CNIL du 14 octobre 2021",
        "Toutes les personnes qui ont un compte",
        "Identifiant, action, objet, date, adresse IP. Jamais ce que les personnes écrivent",
        "audit",
        recipients="Gestionnaires de l’ARS et du GRADeS",
    ),
    _processing(
        "droits",
        "Droits des personnes et violations de données",
        "Répondre aux demandes, tenir le cahier des violations",
        "Obligation légale (RGPD 6.1.c, 12 à 22, 33 et 34)",
        "Personnes qui demandent",
        "Nom, adresse électronique, demande, réponse, pièces de vérification de l’identité (décrites, jamais copiées)",
        "privacy_request copy breach",
        recipients="Gestionnaires du GRADeS, délégué à la protection des données, CNIL",
    ),
)
BY_KEY = {one.key: one for one in PROCESSINGS}
