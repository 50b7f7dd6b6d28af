"""What the sample history is about: twenty kinds of trouble, with how each ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of trouble. `avoided` is the alternative a remote repair made unnecessary."""

    title: str
    words: str
    category: str
    channel: str
    priority: int
    cause: str
    action: str
    avoided: str = "none"
    minutes: int = 60  # typical time to resolve


SUBJECTS = (
    Subject("Guest registration page does not load", "Guests cannot check in at the desk tablet.",
            "software", "alert", 1, "A configuration file was overwritten", "Restored the file",
            "truck_roll", 35),
    Subject("Till prints no receipts", "The receipt printer blinks orange since this morning.",
            "printing", "phone", 2, "Printer queue stopped", "Cleared and restarted the queue",
            "call_back", 50),
    Subject("Kiosk shows a white screen", "Touching the screen does nothing.",
            "kiosk", "alert", 1, "Browser profile on the kiosk was damaged", "Rebuilt the profile",
            "truck_roll", 70),
    Subject("Cannot send mail to one supplier", "Mail to one address comes back after a day.",
            "mail", "email", 3, "The supplier's domain expired", "Told the supplier", "none", 300),
    Subject("Door access list is out of date", "Two new colleagues cannot open the side door.",
            "access control", "portal", 3, "Night import failed", "Ran the import again",
            "none", 180),
    Subject("Disk almost full on the back-office server", "91 percent used.",
            "server", "alert", 2, "Old backups were never removed", "Removed and scheduled removal",
            "truck_roll", 90),
    Subject("VPN drops every evening", "About 18:00 the line drops for ten minutes.",
            "network", "email", 2, "Router restarted by a timer switch", "Moved to another socket",
            "truck_roll", 420),
    Subject("New card terminal to be set up", "The terminal arrived, who configures it?",
            "payment", "portal", 3, "New equipment", "Configured remotely", "truck_roll", 240),
    Subject("Label printer prints half labels", "Cut off on the right side.",
            "printing", "chat", 3, "Wrong paper size", "Corrected the driver's paper size",
            "call_back", 40),
    Subject("Backup did not run", "The report of last night is missing.",
            "server", "alert", 2, "Clock of the server was wrong", "Corrected time synchronisation",
            "escalation", 80),
    Subject("Screens in the lobby are dark", "Both signage screens are off.",
            "signage", "phone", 3, "Player lost its licence file", "Installed the licence again",
            "truck_roll", 110),
    Subject("Booking export is empty", "The file has a header only.",
            "software", "api", 2, "A field was renamed", "Adjusted the export", "escalation", 200),
    Subject("Wi-Fi for guests asks for a password", "It should show the welcome page.",
            "network", "phone", 2, "Captive portal certificate expired", "Renewed the certificate",
            "truck_roll", 95),
    Subject("Please reset a colleague's account", "She is back from leave.",
            "accounts", "portal", 4, "Account was locked", "Unlocked after a call", "none", 25),
    Subject("Till clock is an hour wrong", "Receipts show yesterday's hour.",
            "till", "chat", 3, "Daylight saving rule missing", "Updated time-zone data",
            "call_back", 45),
    Subject("Scanner does not read codes", "Only every third code is read.",
            "kiosk", "phone", 3, "Scratched scanner window", "Sent a replacement", "none", 1500),
    Subject("Slow search in the patient list", "It takes half a minute.",
            "software", "email", 2, "Index was damaged", "Rebuilt the index", "escalation", 130),
    Subject("Temperature sensor reports nothing", "The medicine fridge has no values.",
            "sensors", "alert", 1, "Sensor gateway needed a restart", "Restarted the gateway",
            "truck_roll", 30),
    Subject("Request for an additional report", "Sales by hour and store.",
            "reports", "portal", 4, "New wish", "Built and explained the report", "none", 2400),
    Subject("Certificate of the booking page expires soon", "14 days left.",
            "server", "alert", 3, "Renewal job was switched off", "Switched renewal on",
            "none", 60),
)  # fmt: skip
AVOIDED_COSTS = {"truck_roll": (340, "EUR"), "call_back": (25, "EUR"), "escalation": (110, "EUR")}
COST_SOURCE = "Northstar price list 2026, section 3"
