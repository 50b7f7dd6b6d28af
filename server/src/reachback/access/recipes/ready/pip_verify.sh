#!/bin/sh
# Is the Python package whole? In this environment, in this version, every file as its own record
# says. Changes nothing. Exit status 0: verified.
set -eu
environment=$1 package=$2 version=$3

exec "$environment/bin/python" -I - "$package" "$version" <<'PYTHON'
import base64
import hashlib
import sys
from importlib.metadata import PackageNotFoundError, distribution

name, wanted = sys.argv[1:3]
try:
    found = distribution(name)
except PackageNotFoundError:
    sys.exit(f"{name} is not installed.")
if found.version != wanted:
    sys.exit(f"{name} {found.version} is there, not {wanted}.")
if found.files is None:
    sys.exit(f"{name} has no record of its files.")
for each in found.files:
    path = each.locate()
    if not path.is_file():
        sys.exit(f"{each} is missing.")
    if each.hash is not None:
        digest = hashlib.new(each.hash.mode, path.read_bytes()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != each.hash.value:
            sys.exit(f"{each} differs from the package's record.")
print(f"{name} {wanted} is installed, and its {len(found.files)} files are whole.")
PYTHON
