"""`python -m reachback_connector.helper`."""

import sys

from reachback_connector.helper.main import main

sys.exit(main())
