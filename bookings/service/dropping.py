"""A mission without an order is cancelled by itself: its half-days are free again. One with an order goes with it."""

from uuid import UUID

from bookings.models import Mission
from bookings.permissions import PERMISSIONS
from bookings.queries import mission as missions
from bookings.rules.states import MISSION
from bookings.service.delivery import check_read
from bookings.service.mission import cancel_mission
from kit.actor import Actor
from kit.errors import Conflict
from kit.permissions import permit
from kit.transaction import transaction

WITH_ITS_ORDER = (
    "Cette mission vient d’une commande\N{NO-BREAK SPACE}: annulez la commande, qui dit ce que l’annulation coûte."
)


def drop_mission(actor: Actor, mission_id: UUID, revision: int | None = None) -> Mission:
    """Cancel a mission that has no order. Raises Conflict once it has begun, or with an order; Stale."""
    with transaction(actor) as tx:
        mission = missions.lock_with_order(tx.session, tx.tenant_id, mission_id)
        permit(PERMISSIONS, actor, "mission.cancel", mission)
        MISSION.target(mission.state, "cancel")
        if mission.order_id is not None:
            raise Conflict(WITH_ITS_ORDER)
        check_read(mission, revision)
        cancel_mission(tx, mission)
        return mission
