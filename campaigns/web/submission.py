"""Reading a file again, submitting it, withdrawing it; and what was submitted."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import segno
from flask import flash, redirect, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from campaigns.permissions import PERMISSIONS
from campaigns.rules import filing
from campaigns.rules import form as forms
from campaigns.service import candidacy as files
from campaigns.service import submission as submitting
from campaigns.service.candidacy import FilePage
from campaigns.service.receipt import address, local_time
from campaigns.service.submission import SubmissionPage
from campaigns.web.applicant import applicant_facts
from campaigns.web.candidacy import blueprint
from campaigns.web.countdown import countdown
from campaigns.web.eligibility_words import verdict_words
from campaigns.web.section import revision
from kit import clock
from kit.errors import CrrcError
from kit.permissions import allows
from kit.web import actor, page, permission


@blueprint.get("/candidacies/<uuid:candidacy_id>/submit")
@permission("candidacy.read")
def check(candidacy_id: UUID) -> Response:
    """The whole file, to read again before submitting it."""
    return _check_page(files.view_candidacy(actor(), candidacy_id))


@blueprint.post("/candidacies/<uuid:candidacy_id>/submit")
@permission("candidacy.submit")
def submit(candidacy_id: UUID) -> Response:
    """Submit; a second click finds the receipt of the first."""
    try:
        submission = submitting.submit_candidacy(actor(), candidacy_id, revision())
    except CrrcError as error:
        if error.status in (403, 404):
            raise
        return _check_page(files.view_candidacy(actor(), candidacy_id), error)
    return redirect(url_for(".submission", candidacy_id=candidacy_id, number=submission.number), 303)


@blueprint.get("/candidacies/<uuid:candidacy_id>/submissions/<int:number>")
@permission("candidacy.view")
def submission(candidacy_id: UUID, number: int) -> Response:
    """One submission: its receipt, and what was submitted."""
    found = submitting.view_submission(actor(), candidacy_id, number)
    zone = found.campaign.zone
    where = address(found.tenant, found.submission.code)
    return page(
        "candidacies/submission.html",
        found=found,
        candidacy=found.candidacy,
        campaign=found.campaign,
        receipt=_receipt(found, where),
        qr=_qr(where),
        sections=forms.submitted_sections(found.submission.content, zone),
        time=countdown(found.moment, clock.now(), zone),
        is_open=found.moment.status == "open",
        is_late=clock.now() >= found.campaign.notify_at,
    )


@blueprint.get("/candidacies/<uuid:candidacy_id>/submissions/<int:number>/content.json")
@permission("candidacy.view")
def content(candidacy_id: UUID, number: int) -> Response:
    """What was submitted, byte for byte: its SHA-256 is the receipt's."""
    found = submitting.view_submission(actor(), candidacy_id, number)
    name = f"{found.candidacy.reference}-{number}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(found.submission.content.encode(), mimetype="application/json", headers=headers)


@blueprint.get("/candidacies/<uuid:candidacy_id>/withdraw")
@permission("candidacy.read")
def confirm_withdrawal(candidacy_id: UUID) -> Response:
    """What withdrawing means, before it is done."""
    return _withdraw_page(candidacy_id)


@blueprint.post("/candidacies/<uuid:candidacy_id>/withdraw")
@permission("candidacy.withdraw")
def withdraw(candidacy_id: UUID) -> Response:
    """Withdraw."""
    try:
        submitting.withdraw_candidacy(actor(), candidacy_id)
    except CrrcError as error:
        if error.status in (403, 404):
            raise
        return _withdraw_page(candidacy_id, error)
    flash("Votre dossier est retiré. Tout ce qu’il contient est conservé.", "good")
    return redirect(url_for(".view", candidacy_id=candidacy_id), 303)


def _withdraw_page(candidacy_id: UUID, error: CrrcError | None = None) -> Response:
    draft = files.open_file(actor(), candidacy_id).draft
    return page(
        "candidacies/withdraw.html",
        error.status if error else 200,
        candidacy=draft.candidacy,
        campaign=draft.campaign,
        moment=draft.moment,
        refusal=error.sentence if error else None,
    )


def _check_page(file: FilePage, error: CrrcError | None = None) -> Response:
    draft, candidacy, campaign = file.draft, file.draft.candidacy, file.draft.campaign
    is_open = filing.may(lambda: filing.check_submit(campaign.state, candidacy.state, draft.moment, campaign.zone))
    return page(
        "candidacies/check.html",
        error.status if error else 200,
        file=file,
        candidacy=candidacy,
        campaign=campaign,
        sections=[_section(file, section) for section in draft.form.sections if section.fields],
        facts=applicant_facts(candidacy.applicant),
        gaps=_gaps(file),
        verdict=verdict_words(file.assessment, candidacy.applicant_name),
        time=countdown(draft.moment, clock.now(), campaign.zone),
        is_open=is_open and candidacy.state in filing.WORKING,
        may_submit=allows(PERMISSIONS, actor(), "candidacy.submit", candidacy),
        refusal=error.sentence if error else None,
    )


def _section(file: FilePage, section: forms.FormSection) -> dict[str, Any]:
    draft = file.draft
    href = url_for(".section", candidacy_id=draft.candidacy.id, key=section.key)
    rows = [
        (
            field.label,
            forms.shown(field, draft.answers.get(field.key), draft.campaign.zone),
            "Modifier",
            f"{href}#{field.key}",
        )
        for field in section.fields
    ]
    return {"title": section.title, "rows": rows}


def _gaps(file: FilePage) -> list[Mapping[str, str]]:
    """What is missing or wrong, each with the address of its field."""
    found = file.progress.gaps
    return [
        {
            "sentence": gap.sentence,
            "href": url_for(".section", candidacy_id=file.draft.candidacy.id, key=gap.section, check=1)
            + f"#{gap.field}",
        }
        for gap in found
    ]


def _receipt(found: SubmissionPage, where: str) -> dict[str, str]:
    submission = found.submission
    return {
        "issuer": found.tenant.name,
        "campaign": found.campaign.title,
        "applicant": found.candidacy.applicant_name,
        "finess_ej": found.candidacy.finess_ej,
        "reference": found.candidacy.reference,
        "submitted": local_time(submission, found.campaign.zone),
        "submitted_by": found.submitted_by,
        "sha256": submission.sha256,
        "signature": submission.signature,
        "verify_url": where,
    }


def _qr(where: str) -> Markup:
    # One mask, where looking for the best of eight takes four times as long: a reader takes any.
    return Markup(segno.make(where, error="m", mask=2).svg_inline(scale=4, border=2, omitsize=True))  # noqa: S704 (our own drawing)
