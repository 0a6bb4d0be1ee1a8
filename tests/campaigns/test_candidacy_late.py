"""What an applicant reads of the answer: the announced day, then that it is late; never a day gone by."""

from datetime import timedelta

from flask import Flask

from campaigns.service.submission import submit_candidacy
from kit import clock
from tenants.models import Tenant
from tests.browser import Browser, text_of
from tests.campaigns.applying import AFTER, DURING, a_call, a_file, a_legal_entity, fill


def test_an_answer_that_is_late_is_not_announced_for_a_past_day(application: Flask, tenant: Tenant) -> None:
    ej, edition = a_legal_entity()
    call = a_call(tenant, edition)
    person, file = a_file(tenant, call, ej)
    fill(person, file.id)
    with clock.frozen(DURING):
        submit_candidacy(person, file.id)
    for at, late in ((AFTER, False), (call.notify_at + timedelta(hours=1), True)):
        with clock.frozen(at):
            browser = Browser(application, tenant).sign_in(person.email)
            for path in (f"/candidacies/{file.id}", f"/candidacies/{file.id}/submissions/1"):
                text = text_of(browser.get(path))
                assert "au même moment" in text
                assert ("n’est pas encore notifiée" in text) == late
