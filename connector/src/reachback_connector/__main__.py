"""`python -m reachback_connector`."""

import sys

from reachback_connector.cli import main

sys.exit(main())
