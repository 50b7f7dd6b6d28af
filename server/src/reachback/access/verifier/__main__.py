"""`python -m reachback.access.verifier FILE --trust trust.json`."""

import sys

from reachback.access.verifier.command import main

sys.exit(main())
