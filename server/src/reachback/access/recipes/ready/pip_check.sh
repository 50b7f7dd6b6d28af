#!/bin/sh
# Is this Python package in this virtual environment, in this version? Changes nothing.
# Exit status: 0 it is there, 10 it is absent, 11 another version is there; else: not known.
set -eu
environment=$1 package=$2 version=$3

case $package in
  '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*) echo "$package: no package is called so." >&2; exit 64 ;;
esac
if [ ! -e "$environment" ]; then
  echo "There is no environment at $environment yet."
  exit 10
fi
[ -x "$environment/bin/python" ] || { echo "$environment is no virtual environment." >&2; exit 65; }

found=$("$environment/bin/python" -I - "$package" <<'PYTHON'
import sys
from importlib.metadata import PackageNotFoundError, version

try:
    print(version(sys.argv[1]))
except PackageNotFoundError:
    pass
PYTHON
)
if [ -z "$found" ]; then
  echo "$package is absent."
  exit 10
fi
if [ "$found" = "$version" ]; then
  echo "$package $found is there."
  exit 0
fi
echo "$package $found is there, not $version."
exit 11
