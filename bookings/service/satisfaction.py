"""What the facility thinks of an accepted mission, in three questions."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bookings.models import Satisfaction
from bookings.permissions import PERMISSIONS
from bookings.queries import delivery as deliveries
from bookings.queries import mission as missions
from bookings.queries.delivery import Opinion
from bookings.rules.satisfaction import check_answers
from kit.actor import Actor
from kit.errors import Conflict
from kit.permissions import permit
from kit.transaction import transaction


def answer_satisfaction(
    actor: Actor, mission_id: UUID, answers: Mapping[str, int | None], comment: str = ""
) -> Satisfaction:
    """Keep the facility's answers, once. Raises Invalid (a question without answer, comment), Conflict."""
    with transaction(actor) as tx:
        mission = missions.get_mission(tx.session, tx.tenant_id, mission_id, lock=True)
        permit(PERMISSIONS, actor, "mission.view", mission)
        permit(PERMISSIONS, actor, "satisfaction.answer", mission)
        if mission.state != "accepted":
            raise Conflict("Votre avis est demandé une fois la prestation acceptée.")
        if deliveries.find_satisfaction(tx.session, tx.tenant_id, mission_id) is not None:
            raise Conflict("Votre organisme a déjà donné son avis sur cette mission. Merci\N{NO-BREAK SPACE}!")
        checked = check_answers(answers, comment)
        satisfaction = Satisfaction(
            mission_id=mission.id,
            usefulness=checked.usefulness,
            quality=checked.quality,
            recommendation=checked.recommendation,
            comment=checked.comment,
            answered_by=actor.user_id,
            answered_at=tx.now,
        )
        tx.audit("satisfaction.answer", mission.id)
        return tx.add(satisfaction)


def list_opinions(actor: Actor) -> Sequence[Opinion]:
    """What facilities think, by provider and service, for the GRADeS: three answers at least, nobody's name."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "satisfaction.list")
        return deliveries.list_opinions(tx.session)
