"""`reachback verify FILE --trust trust.json`: the verdict on an exported recording, offline."""

import argparse
import sys
from pathlib import Path

from reachback.access.verifier.verdict import verify


def main(arguments: list[str] | None = None) -> int:
    """Print the verdict; return 0 whole, 1 altered, incomplete or untrusted, 2 cannot be read."""
    parser = argparse.ArgumentParser(prog="reachback verify", description=__doc__)
    parser.add_argument("file", type=Path, help="the export (.rbx)")
    parser.add_argument(
        "--trust",
        type=Path,
        required=True,
        help="the trust file made with `reachback trust` on your own computer",
    )
    options = parser.parse_args(arguments)
    try:
        data = options.file.read_bytes()
        trust_text = options.trust.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"Cannot read: {error}\n")
        return 2
    verdict = verify(data, trust_text)
    lines = [verdict.sentence, *(f"  {line}" for line in verdict.details)]
    sys.stdout.write("\n".join(lines) + "\n")
    return verdict.exit_code


if __name__ == "__main__":
    sys.exit(main())
