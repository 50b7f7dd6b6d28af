"""The kinds of session channels this connector has: one line each.

A kind's `prepare` runs in the helper after the OPEN was admitted and before it is spent: it raises
Refusal for what cannot be done here, and returns what the new holder process begins with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from reachback_connector.helper.execution import prepare_execution
from reachback_connector.helper.files import prepare_files
from reachback_connector.helper.restart import prepare_restart
from reachback_connector.helper.shell import prepare_shell
from reachback_connector.helper.tunnel import prepare_tunnel
from reachback_connector.holder.plan import Begin
from reachback_connector.platform.port import Platform
from reachback_wire.documents import Open

KINDS: Final[dict[str, Callable[[Open, Platform], Begin]]] = {
    "files": prepare_files,
    "shell": prepare_shell,
    "tunnel": prepare_tunnel,
    "exec": prepare_execution,
    "reboot": prepare_restart,
}
