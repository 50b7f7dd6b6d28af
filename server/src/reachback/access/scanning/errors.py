"""What keeps a scanner from a verdict. Each says what to do; nothing is lost, nothing was sent.

ReachbackError
  ScanTooLarge          413  the file is larger than the scanner takes
  FileInfected          422  the scanner found something; `found` is its name for it
Unavailable
  ScannerAway           503  no scanner is set, or it does not answer
  ScannerBusy           503  as many files as may be are being looked at
  SignaturesOld         503  the scanner's signatures are older than the operator allows
"""

from django.utils.translation import gettext as _

from reachback.kernel.errors import ReachbackError, Unavailable

_MIB = 1_048_576


class ScanTooLarge(ReachbackError):
    """Larger than the scanner takes; `limit` in bytes, 0 where only the scanner knows it."""

    status = 413

    def __init__(self, limit: int) -> None:
        if limit:
            text = _(
                "The contract asks for a scan, and the scanner takes files of at most %(n)s MiB. "
                "Nothing was sent to the device."
            )
            sentence = text % {"n": limit // _MIB}
        else:
            sentence = _(
                "The contract asks for a scan, and this file is larger than the scanner takes. "
                "Nothing was sent to the device."
            )
        super().__init__("scan-too-large", sentence, limit=limit)


class FileInfected(ReachbackError):
    """The scanner found something. `found` and `name` have been cleaned."""

    status = 422

    def __init__(self, found: str, name: str, engine: str) -> None:
        text = _(
            "%(engine)s found “%(found)s” in %(name)s. Nothing was sent to the device; "
            "the case and the log say so."
        )
        super().__init__("scan-infected", text % {"engine": engine, "found": found, "name": name})
        self.found = found


class ScannerAway(Unavailable):
    """Nobody looks at files now; `reason` is for the log."""

    def __init__(self, reason: str) -> None:
        sentence = _(
            "The contract asks for a scan, and the scanner does not answer. "
            "Nothing was sent to the device: try again in a moment."
        )
        super().__init__("scanner-away", sentence, reason=reason)
        self.reason = reason


class ScannerBusy(Unavailable):
    """Others' files are being looked at."""

    def __init__(self) -> None:
        sentence = _("The scanner is looking at other files. Try again in a moment.")
        super().__init__("scanner-busy", sentence)


class SignaturesOld(Unavailable):
    """What the scanner knows is too old, or it does not say how old it is."""

    def __init__(self, days: int | None, most: int) -> None:
        if days is None:
            sentence = _(
                "The scanner does not say how old its virus signatures are, so nothing was sent. "
                "Tell whoever runs this server."
            )
        else:
            text = _(
                "The scanner's virus signatures are %(days)s days old, and at most %(most)s are "
                "allowed. Nothing was sent to the device. Tell whoever runs this server."
            )
            sentence = text % {"days": days, "most": most}
        super().__init__("scanner-old", sentence, days=days)
