"""`reachback-connector`: enrol, run, status, contact, revoke, receipts, doctor,
network, version.

Exit codes: 0 done, 1 the answer is no (a broken chain, a block found), 2 wrong use, 3 the server
refused, 4 the customer's keys are others, 5 the network, 6 the state directory, 7 the helper is
not running, 8 the helper refused.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from reachback_connector import __version__
from reachback_connector.errors import ConnectorError
from reachback_connector.layout import Layout, default_state


def main(arguments: Sequence[str] | None = None) -> int:
    """The command's exit code."""
    options = _parser().parse_args(arguments)
    layout = Layout((options.state or default_state()).absolute())
    # Each command is a module of its own, loaded only when it is asked for: the control process
    # (`run`) must never load what `enrol` needs, above all no cryptography.
    module = import_module(f"reachback_connector.commands.{options.module}")
    try:
        return int(module.execute(layout, options))
    except ConnectorError as error:
        sys.stderr.write(error.sentence + "\n")
        return error.status
    except PermissionError as error:
        sys.stderr.write(f"This needs more rights: {error}.\n")
        return 6


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="reachback-connector",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--state", type=Path, default=None, help="state directory")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, parents=[shared], help=text, description=text)
        sub.set_defaults(module=name)
        return sub

    enrol = add("enrol", "join this device to a provider, on a customer's word")
    enrol.add_argument("url", help="the provider's address, https://…")
    enrol.add_argument("--token", required=True, help="from the provider, good once")
    enrol.add_argument("--customer-keys", required=True, help="SHA256:… from the customer")
    enrol.add_argument("--name", default="", help="what the device is called")
    enrol.add_argument("--ca", type=Path, default=None, help="certificates to trust instead")
    enrol.add_argument("--user", default="", help="user of the control process (as root)")
    run = add("run", "hold the link (the control process)")
    run.add_argument("--no-helper", action="store_true", help="systemd starts the helper")
    for name, text in (
        ("status", "what this device is, and who may do what"),
        ("receipts", "list and verify what was testified here"),
        ("doctor", "find what stands between this device and its server"),
        ("network", "hosts and ports, on one page for the people who run the network"),
    ):
        add(name, text).add_argument("--json", action="store_true", help="for programs")
    contact = add("contact", "be in contact at stated times only (dial-up and metered lines)")
    contact.add_argument("--every", default="", help="a contact every 6h, 30m, …")
    contact.add_argument("--at", action="append", default=[], help="a contact daily at HH:MM")
    contact.add_argument("--zone", default="", help="whose clock --at goes by, Asia/Shanghai")
    contact.add_argument("--for", dest="stay", default="", help="how long each lasts (5m)")
    contact.add_argument("--always", action="store_true", help="hold the link all the time")
    revoke = add("revoke", "the kill switch: cut every session, allow health only")
    revoke.add_argument("--reason", default="", help="told to customer and provider")
    revoke.add_argument("--lift", action="store_true", help="undo this device's own revocation")
    add("version", "print the version")
    return parser
