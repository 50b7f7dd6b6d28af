#!/bin/sh
# Install a Python package in this version into a virtual environment, which is made if it is not
# there. From the package index the machine knows, or from a folder of wheels and no network at
# all. With a file of requirements every archive must have one of the digests written there.
set -eu
PIP_NO_INPUT=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONNOUSERSITE=1
export PIP_NO_INPUT PIP_NO_CACHE_DIR PIP_DISABLE_PIP_VERSION_CHECK PYTHONNOUSERSITE
environment=$1 package=$2 version=$3 wheels=$4 requirements=$5 python=$6

case $package in
  '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*) echo "$package: no package is called so." >&2; exit 64 ;;
esac
case $version in
  '' | [!0-9]* | *[!A-Za-z0-9.+!_-]*) echo "$version: this is no version." >&2; exit 64 ;;
esac
if [ ! -e "$environment" ]; then
  "$python" -m venv -- "$environment"
fi

wanted=$package==$version
set -- install --no-color --progress-bar off --upgrade
if [ -n "$wheels" ]; then
  [ -d "$wheels" ] || { echo "There is no folder $wheels." >&2; exit 66; }
  set -- "$@" --no-index --find-links "$wheels"
fi
if [ -n "$requirements" ]; then
  # The file says what exactly; verify then asks for the very version that was wanted.
  [ -f "$requirements" ] || { echo "There is no file $requirements." >&2; exit 66; }
  exec "$environment/bin/python" -I -m pip "$@" --require-hashes --requirement "$requirements"
fi
exec "$environment/bin/python" -I -m pip "$@" -- "$wanted"
