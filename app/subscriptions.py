"""Who listens to what, on one page.

A topic is `thing.move`; a listener takes the transaction and the news, and touches the database only.
"""

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
    "award.confirm": [award.tell_confirmation],
    "award.decline": [award.tell_refusal],
    "award.lapse": [award.tell_lapse],
    "provider.create": [provider.tell_opening],
    "provider.suspend": [provider.tell_suspension],
    "provider.resume": [provider.tell_resumption],
    "qualification.ends_soon": [provider.tell_qualification_end],
    "insurance.ends_soon": [provider.tell_insurance_end],
}
