"""The access app."""

from django.apps import AppConfig
from typing_extensions import override


class AccessConfig(AppConfig):
    """Contracts, grants, sessions, recordings."""

    name = "reachback.access"
    label = "access"
    verbose_name = "Access"

    @override
    def ready(self) -> None:
        """Answer the slots of the rooms below."""
        from reachback.access import (  # noqa: PLC0415 - models must be loaded first
            acts,
            documents,
            installing,
            notices,
            returning,
        )
        from reachback.access.approvals import asking, waking  # noqa: PLC0415
        from reachback.access.approvals import notices as approval_notices  # noqa: PLC0415
        from reachback.access.operations.give_up_waiting import give_up_waiting  # noqa: PLC0415
        from reachback.access.operations.leave_recipe import leave_unattended  # noqa: PLC0415
        from reachback.access.web import navigation, panels  # noqa: PLC0415
        from reachback.audit import slots as audit_slots  # noqa: PLC0415
        from reachback.cases import slots as case_slots  # noqa: PLC0415
        from reachback.delivery import slots as delivery_slots  # noqa: PLC0415
        from reachback.devices import slots as device_slots  # noqa: PLC0415
        from reachback.kernel import timers  # noqa: PLC0415
        from reachback.ui import slots as ui_slots  # noqa: PLC0415

        timers.handle(returning.TIMER, give_up_waiting)
        timers.handle(installing.TIMER, leave_unattended)
        timers.handle(asking.TIMER, waking.wake)
        audit_slots.action_words.register(acts.WORDS)
        delivery_slots.message_kinds.register(notices.kinds)
        delivery_slots.message_kinds.register(approval_notices.kinds)
        device_slots.documents_for_device.register(documents.for_device)
        device_slots.keysets_for_enrolment.register(documents.keysets_for_enrolment)
        device_slots.device_panels.register(panels.device_panel)
        case_slots.case_panels.register(panels.case_panel, order=10)
        ui_slots.portal_home_panels.register(panels.home_panel)
        ui_slots.navigation.register(navigation.sessions, order=30)
        ui_slots.navigation.register(navigation.scripts, order=35)
        ui_slots.navigation.register(navigation.contract, order=30)
        ui_slots.navigation.register(navigation.approvals, order=32)
        ui_slots.navigation.register(navigation.my_sessions, order=31)
