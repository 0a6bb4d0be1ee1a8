"""The audit log is complete: every act of the permission table is audited or has its reason not to be, every command
that changes something tells it, and every act has its words in French."""

import ast
from collections.abc import Iterator
from functools import cache

from app.rooms import acts, permissions
from tests.house.acts import COMPUTED, audits, moves
from tests.house.commands import commands
from tests.house.imports import sources

# Reading. Whoever looks is in the request's log; an audit line for each page would drown what was done.
READS = {
    "list",
    "view",
    "mine",
    "check",
    "preview",
    "read",
    "follow",
}
# Acts that write no line of their own name, and why.
NOT_AUDITED = {
    "attachment.add": "a draft's answer, as any other: its history says who joined what, and the submission names it",
    "attachment.remove": "the same",
    "audit.verify": "it reads, and says what it found to whoever asked",
    "candidacy.save": "a draft saves itself every few seconds; the file says when and at which revision",
    "identity.finish": "told as session.start, or identity.link",
    "identity.start": "nobody is known yet",
    "passkey.sign_in": "told as session.start",
    "payment.refund": "told as payment.record",
    "payment_event.receive": "the payment provider's bell; what it changes is told as checkout.* and payment.*",
    "price.ask": "a calculation that changes nothing",
    "receivable.refund": "told as payment.record and matching.make",
    "receivable.use": "told as matching.make",
    "receivable.write_off": "told as matching.make",
    "register.import": "the national register belongs to no portal, and a log to one; editions are dated and signed",
    "sign_in_link.ask": "anybody may ask for anybody's: the answer is the same, and only its use is told",
    "sign_in_link.use": "told as session.start",
    "slot.write": "told as slot.open, slot.move and slot.cancel",
    "suppressed_address.lift_mine": "told as suppressed_address.lift",
    "time_account.book": "told as time_account.reserve and time_account.consume",
}
# Commands that change rows without an audit line, and why.
UNTOLD = {
    "billing.service.checkout.view_checkout": "asks the payment provider's news sooner",
    "billing.service.payment_event.claim_event": "takes the next bell in hand; what it changes is told",
    "bookings.service.feed.read_feed": "makes the address of a calendar the first time it is shown",
    "campaigns.service.attachment.join": "a draft's answer: its history says who joined what",
    "campaigns.service.attachment.remove_attachment": "a draft's answer: its history says who removed what",
    "campaigns.service.upload.begin_upload": "on its way: what it becomes is a draft's answer",
    "campaigns.service.upload.cancel_upload": "on its way: what it becomes is a draft's answer",
    "campaigns.service.upload.finish_upload": "a draft's answer: its history says who joined what",
    "campaigns.service.upload.receive_piece": "on its way: what it becomes is a draft's answer",
    "campaigns.service.scanning.forget_next": "removes an upload that nobody finished",
    "campaigns.service.saving.save_draft": "a draft saves itself every few seconds: its revision says so",
    "notifications.service.digest.make_digest": "puts waiting notices in one mail, which says which",
    "notifications.service.digest.make_due_digests": "the same, for everybody",
    "notifications.service.lease.give_back": "a worker lets go of mails",
    "notifications.service.lease.renew": "a worker takes mails in hand",
    "notifications.service.reading.read_notice": "a person's own mark of reading",
    "notifications.service.reading.read_notices": "a person's own mark of reading",
    "privacy.jobs.errands.open_purges": "opens the purge of the night, which is told when it ends",
    "privacy.service.exporting.expire_next": "removes a copy at the end of its days, told when it was made",
    "privacy.service.purging.open_due_purge": "opens the purge of the night, which is told when it ends",
    "tenants.jobs.forget": "removes links and sessions that ended",
    "tenants.service.forgetting.forget_account": "on no portal; the portal that erased somebody told it",
    "tenants.service.identity.begin": "a question to a browser, nobody is known yet",
    "tenants.service.identity.is_pending": "removes a question that is over",
    "tenants.service.identity.prove_address": "a question to a browser; its answer is told as session.start",
    "tenants.service.identity.signed_out": "removes a question that is over; the session's end was told",
    "tenants.service.new_factor.ask_new_passkey": "a question to a browser; its answer is told as second_factor.add",
    "tenants.service.passkey.ask_sign_in": "a question to a browser; its answer is told as session.start",
    "tenants.service.profile.view_portal": "makes the empty profile of a portal that has none",
    "tenants.service.retention.forget_ended": "removes sessions that ended",
    "tenants.service.retention.forget_links": "removes links that ended",
    "tenants.service.second_factor.ask_passkey": "a question to a browser; its answer is told as second_factor.prove",
    "tenants.service.session.find_bearer": "when a token was last used, once a minute",
    "tenants.service.session.find_signed_in": "when somebody was last seen, once a minute",
    "tenants.service.sign_in.ask_sign_in_link": "anybody may ask for anybody's; its use is told as session.start",
}


@cache
def audited() -> frozenset[str]:
    """Every action that some source audits."""
    found = set(moves())
    for path, tree in sources():
        for call in audits(tree):
            found |= set(_words(call.args[0]) or COMPUTED.get(path, ()))
    return frozenset(found)


def _words(node: ast.expr) -> list[str]:
    """The constants an expression chooses from; none when it is computed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return _words(node.body) + _words(node.orelse)
    return []


def _computed() -> Iterator[str]:
    for path, tree in sources():
        if any(not _words(call.args[0]) for call in audits(tree)):
            yield path


def test_where_an_action_is_computed_it_is_written_what_it_may_be() -> None:
    assert sorted(set(_computed())) == sorted(COMPUTED)


def test_every_act_has_its_words() -> None:
    missing = sorted(audited() - acts().keys())
    assert missing == [], "add them to <package>/rules/acts.py"
    assert sorted(acts().keys() - audited()) == [], "nobody audits these any more"


def test_words_are_short_and_french() -> None:
    for action, words in acts().items():
        assert words[:1].isupper(), action
        assert len(words) <= 60, action
        assert not words.endswith("."), action


def test_every_permission_that_is_no_reading_is_an_act_or_has_its_reason() -> None:
    silent = {action for action in permissions() if action not in audited() and action.partition(".")[2] not in READS}
    assert sorted(silent - NOT_AUDITED.keys()) == [], "audit it, or say why not"
    assert sorted(NOT_AUDITED.keys() - silent) == [], "these are audited, or are gone"


def test_a_command_that_changes_something_tells_it() -> None:
    """Read in the sources: what a command reaches by calls, it does."""
    untold = {str(one): ", ".join(sorted(one.writes)) for one in commands() if one.writes and not one.audits}
    assert {name: why for name, why in untold.items() if name not in UNTOLD} == {}, "audit it, or say why not"
    assert sorted(UNTOLD.keys() - untold.keys()) == [], "these audit, or are gone"
    assert len([one for one in commands() if one.audits]) > 200
