"""The devices app."""

from django.apps import AppConfig
from typing_extensions import override


class DevicesConfig(AppConfig):
    """Inventory, enrolment, health and alerts."""

    name = "reachback.devices"
    label = "devices"
    verbose_name = "Devices"

    @override
    def ready(self) -> None:
        """Say what happens when a device does not come back, and what the rail shows."""
        from reachback.audit import slots as audit_slots  # noqa: PLC0415
        from reachback.delivery import slots as delivery_slots  # noqa: PLC0415
        from reachback.devices import notices  # noqa: PLC0415
        from reachback.devices.acts import WORDS  # noqa: PLC0415
        from reachback.devices.facts import DeviceLinked  # noqa: PLC0415
        from reachback.devices.operations.lose_link import TIMER, not_back  # noqa: PLC0415
        from reachback.devices.web import navigation  # noqa: PLC0415 - models must be loaded
        from reachback.kernel import facts, timers  # noqa: PLC0415

        audit_slots.action_words.register(WORDS)
        delivery_slots.message_kinds.register(notices.kinds)
        facts.subscribe(DeviceLinked, name="devices.tell_who_waits", handler=notices.tell_who_waits)
        timers.handle(TIMER, not_back)
        navigation.register()
