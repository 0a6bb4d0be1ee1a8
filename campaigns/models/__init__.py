"""Tables of campaigns, candidacies, reviews and decisions."""

from campaigns.models.attachment import Attachment, AttachmentUpload
from campaigns.models.award import Award, Evidence, Milestone
from campaigns.models.campaign import Campaign, CampaignVersion, CampaignWindow
from campaigns.models.candidacy import AnswerRevision, Candidacy, Submission, Verdict
from campaigns.models.decision import Decision, Review

__all__ = [
    "AnswerRevision",
    "Attachment",
    "AttachmentUpload",
    "Award",
    "Campaign",
    "CampaignVersion",
    "CampaignWindow",
    "Candidacy",
    "Decision",
    "Evidence",
    "Milestone",
    "Review",
    "Submission",
    "Verdict",
]
