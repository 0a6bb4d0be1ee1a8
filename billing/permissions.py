"""Who may do what to invoices, customers, payments and the issuer's settings.

The GRADeS invoices. A facility sees its own invoices (`thing.organisation_id`); the ARS those it pays
(`thing.is_funder`); nobody else those of an adherent that has no account.
"""

from typing import Any

from kit.actor import Actor
from kit.permissions import Table, anyone, confirmed, either, member, nobody, role

grades = role("grades_manager")
facility = member("owner", "editor", "billing", "reader")
payers = member("owner", "editor", "billing")
ars = role("ars_manager", "ars_instructor")


def _funder(actor: Actor, thing: Any) -> bool:
    """The ARS, for what it pays itself."""
    return ars(actor, thing) and (thing is None or thing.is_funder)


def _funding_manager(actor: Actor, thing: Any) -> bool:
    """Whoever may speak for the ARS about what it pays itself."""
    return _funder(actor, thing) and "ars_manager" in actor.roles


PERMISSIONS: Table = {
    "issuer.view": grades,
    "issuer.set": confirmed(grades),
    "vat_rule.view": grades,
    "vat_rule.set": grades,
    "channel_account.view": grades,
    "channel_account.set": confirmed(grades),
    "payment_account.view": grades,
    "payment_account.set": confirmed(grades),
    "customer.view": either(facility, grades),
    "customer.list": grades,
    "customer.set": grades,
    "subscription.view": grades,
    "subscription.create": grades,
    "subscription.end": grades,
    "adhesion_fee.view": grades,
    "adhesion_fee.set": grades,
    "adhesion_fee.charge": grades,
    # A draft is the GRADeS's business: its customer sees what was issued.
    "draft.view": grades,
    "draft.edit": grades,
    "draft.group": grades,
    "draft.create": grades,
    "invoice.view": either(facility, _funder, grades),
    "invoice.list": grades,
    "invoice.queue": grades,
    "invoice.return": nobody,
    "invoice.issue": nobody,
    "invoice.discard": grades,
    "invoice.restore": grades,
    "invoice.credit": grades,
    "invoice.correct": grades,
    "receivable.view": either(facility, _funder, grades),
    "receivable.list": grades,
    # The GRADeS writes down what reaches it by letter or by telephone.
    "receivable.contest": either(payers, _funding_manager, grades),
    "receivable.resume": grades,
    "receivable.write_off": grades,
    # What is left of a credit note.
    "receivable.use": grades,
    "receivable.refund": grades,
    "dunning.list": grades,
    "dunning.send": grades,
    "transmission.view": either(facility, _funder, grades),
    "transmission.list": grades,
    "transmission.route": grades,
    "transmission.deposit": grades,
    "transmission.accept": grades,
    "transmission.reject": grades,
    "transmission.fail": nobody,
    "transmission.retry": grades,
    "payment.view": grades,
    "payment.list": grades,
    "payment.record": grades,
    "payment.refund": grades,
    "bank_statement.view": grades,
    "bank_statement.import": grades,
    "matching.make": grades,
    "matching.undo": grades,
    # The provider's own people never sign in: the signature of an event is its permission.
    "payment_event.receive": anyone,
    "checkout.view": either(facility, grades),
    "checkout.create": payers,
    "checkout.open": nobody,
    "checkout.wait": nobody,
    "checkout.pay": nobody,
    "checkout.fail": nobody,
    "checkout.expire": nobody,
    "checkout.dispute": nobody,
    "checkout.win": nobody,
    "checkout.lose": nobody,
    "checkout.refund": grades,
    "checkout.recover": nobody,
    "checkout.list": grades,
    "online_refund.send": nobody,
    "online_refund.apply": nobody,
    "online_refund.fail": nobody,
    "payout.list": grades,
    "payout.send": nobody,
    "payout.pay": nobody,
    "payout.fail": nobody,
    "payout.cancel": nobody,
    "account_statement.view": either(facility, _funder, grades),
    "journal.view": grades,
    "journal.export": confirmed(grades),
    "billing_dashboard.view": either(grades, role("ars_manager")),
}
