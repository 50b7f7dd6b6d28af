"""`reachback-scan`: what the provider's scanner said of a file that is to go to a device."""

from dataclasses import dataclass
from typing import ClassVar, Final

from reachback_wire import canonical
from reachback_wire.documents.members import malformed, open_document

SCANNERS: Final = ("clamav",)
"""Scanners a contract may demand."""
VERDICTS: Final = ("clean", "infected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One scan of one content, for one device: `size` in bytes, instants in ms since 1970.

    `database` is the version of the signatures the scanner used, `database_issued` when they were
    made (0 where the scanner does not say); `found` is the scanner's name for what it found, ""
    when `verdict` is `clean`.
    """

    TYPE: ClassVar[str] = "reachback-scan"
    organisation: str
    device: str
    sha256: str
    size: int
    scanner: str
    engine: str
    database: str
    database_issued: int
    verdict: str
    found: str
    scanned: int
    expires: int

    @classmethod
    def parse(cls, body: str) -> "Scan":
        members = open_document(body, cls.TYPE)
        found = cls(
            organisation=members.filled("organisation"),
            device=members.key("device"),
            sha256=members.digest("sha256"),
            size=members.integer("size"),
            scanner=members.choice("scanner", SCANNERS),
            engine=members.filled("engine"),
            database=members.text("database"),
            database_issued=members.integer("database_issued"),
            verdict=members.choice("verdict", VERDICTS),
            found=members.text("found"),
            scanned=members.integer("scanned"),
            expires=members.integer("expires"),
        )
        members.finish()
        if (found.verdict == "clean") != (not found.found):
            malformed("What was found is named when the verdict is “infected”, and only then.")
        return found

    def to_body(self) -> str:
        value: dict[str, object] = {
            "type": self.TYPE,
            "version": 1,
            "organisation": self.organisation,
            "device": self.device,
            "sha256": self.sha256,
            "size": self.size,
            "scanner": self.scanner,
            "engine": self.engine,
            "database": self.database,
            "database_issued": self.database_issued,
            "verdict": self.verdict,
            "found": self.found,
            "scanned": self.scanned,
            "expires": self.expires,
        }
        return canonical.dumps(value)
