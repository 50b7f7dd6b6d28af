"""`network`: hosts and ports, on one page for the people who run the customer's network."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping

from reachback_connector import settings
from reachback_connector.commands.output import say, say_json
from reachback_connector.control.address import parse, proxy_for
from reachback_connector.layout import Layout


def execute(layout: Layout, options: argparse.Namespace) -> int:
    """The command."""
    found = settings.load(layout)
    if options.json:
        say_json(openings(found))
    else:
        say(page(found, os.environ))
    return 0


def openings(found: settings.Settings) -> list[dict[str, object]]:
    """What must be let out: each host and port once."""
    links = {(parse(url).host, parse(url).port) for url in (found.link_url, found.url)}
    return [
        {"host": host, "port": port, "protocol": "TCP", "direction": "out"}
        for host, port in sorted(links)
    ]


def page(found: settings.Settings, environment: Mapping[str, str]) -> list[str]:
    """The page, line by line."""
    link = parse(found.link_url)
    proxy = proxy_for(link, environment)
    way = f"through the proxy {proxy.host}:{proxy.port} (CONNECT)" if proxy else "directly"
    own = f"It trusts the authorities in {found.ca} only." if found.ca else ""
    return [
        f"What the support connector on {found.name or found.device} needs from the network",
        "",
        "Open, from this device outwards:",
        *(f"  {o['host']}, port {o['port']}, TCP" for o in openings(found)),
        f"  the name service (DNS) for {link.host}",
        "",
        "Nothing listens on this device: no port is to be opened or forwarded inwards.",
        f"The device goes out {way}. A proxy is named in HTTPS_PROXY, with or without sign-in:",
        "  http://proxy:port or http://name:password@proxy:port",
        "",
        f"Exempt {link.host} from TLS inspection: the connector refuses a foreign certificate.",
        *([own] if own else []),
        "Let WebSockets (the Upgrade header) pass; without them the link is slower and costs more.",
        "Leave an idle connection open for 5 minutes; the connector probes at most every 240 s.",
        "IPv4 and IPv6 both serve. No UDP is used.",
        "",
        "To check all this from the device: reachback-connector doctor",
    ]
