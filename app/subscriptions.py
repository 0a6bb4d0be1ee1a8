"""Who listens to what, on one page.

A topic is `thing.move`; a listener takes the transaction and the news, and touches the database only.
"""

from billing.jobs import dunning, invoice_news, subscription, work
from bookings.jobs import entitlement, invitation, mission, order, time, waiting
from campaigns.jobs import award, campaign, candidacy, release
from kit.relay import Subscriptions
from notifications import jobs as notices
from services_catalog.jobs import consultant, provider

SUBSCRIPTIONS: Subscriptions = {
    "sign_in_link.ask": [notices.tell_sign_in_link],
    "organisation_member.add": [notices.tell_new_member, consultant.link_consultants],
    "organisation_member.remove": [consultant.link_consultants],
    "campaign.publish_due": [campaign.publish_due],
    "window.close": [campaign.close_window],
    "window.remind": [candidacy.remind_unsubmitted],
    "candidacy.submit": [candidacy.acknowledge_submission],
    "candidacy.withdraw": [candidacy.tell_withdrawal],
    "campaign.release_soon": [release.release_soon],
    "campaign.release_due": [release.release_due],
    "campaign.release": [release.tell_applicants],
    "award.remind": [award.remind_unconfirmed],
    "award.unconfirmed": [award.tell_unconfirmed],
    "award.confirm": [award.tell_confirmation, entitlement.open_from_award],
    "award.decline": [award.tell_refusal],
    "award.lapse": [award.tell_lapse],
    "service.publish": [entitlement.open_with_service],
    "order.request": [order.tell_request],
    "order.place": [order.tell_place],
    "order.refuse": [order.tell_refusal],
    "order.cancel": [order.tell_cancellation, work.charge_late_fee],
    "order.complete": [time.prove_use, work.charge_work],
    "time_account.grant": [time.tell_grant],
    "time_account.carry_over": [time.tell_carry_over],
    "time_account.transfer": [time.tell_transfer],
    "time_account.correct": [time.close_corrected],
    "time_packet.expire_soon": [time.warn_of_expiry],
    "time_packet.expire": [time.expire_packet],
    "time_packet.lapse": [time.tell_lapse],
    "mission.unassigned": [mission.tell_unassigned],
    "mission.assign": [mission.tell_assigned],
    "mission.leave": [mission.tell_left],
    "mission.plan": [mission.tell_planned],
    "mission.cancel": [mission.tell_cancelled],
    "mission.deliver": [mission.tell_delivered],
    "deliverable.add": [mission.tell_added],
    "mission.reserve": [mission.tell_reserved],
    "mission.accept": [mission.prove_service, mission.tell_accepted, time.close_orders],
    "mission.accept_remind": [mission.remind_acceptance],
    "mission.accept_late": [mission.end_delay],
    "invoice.issue": [dunning.plan],
    "invoice.document": [invoice_news.tell_document],
    "receivable.remind": [dunning.remind],
    "subscription.charge": [subscription.charge_period],
    "receivable.contest": [invoice_news.tell_contest],
    "receivable.resume": [invoice_news.tell_answer],
    "slot.open": [invitation.invite],
    "slot.move": [invitation.tell_move],
    "slot.cancel": [invitation.tell_cancellation],
    "booking.take": [invitation.invite_buyer],
    "booking.release": [invitation.tell_release],
    "waiting.offer": [waiting.tell_offer],
    "waiting.offer_expires": [waiting.expire_offer],
    "waiting.expire": [waiting.tell_expiry],
    "waiting.leave": [waiting.tell_who_waited],
    "provider.create": [provider.tell_opening],
    "provider.suspend": [provider.tell_suspension],
    "provider.resume": [provider.tell_resumption],
    "qualification.ends_soon": [provider.tell_qualification_end],
    "insurance.ends_soon": [provider.tell_insurance_end],
}
