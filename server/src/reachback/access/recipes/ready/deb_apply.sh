#!/bin/sh
# Install a Debian package in this version: from the machine's own sources, or from a file that
# lies on it. Asks nothing; a configuration file that somebody changed stays as it is.
set -eu
LC_ALL=C DEBIAN_FRONTEND=noninteractive APT_LISTCHANGES_FRONTEND=none NEEDRESTART_MODE=l
export LC_ALL DEBIAN_FRONTEND APT_LISTCHANGES_FRONTEND NEEDRESTART_MODE
package=$1 version=$2 file=$3 refresh=$4

case $package in
  '' | [!a-z0-9]* | *[!a-z0-9+.-]*) echo "$package: no Debian package is called so." >&2; exit 64 ;;
esac
case $version in
  [!0-9]* | *[!A-Za-z0-9.+:~-]*) echo "$version: this is no Debian version." >&2; exit 64 ;;
esac
wanted=$package${version:+=$version}

if [ -n "$file" ]; then
  case $file in
    /*.deb) ;;
    *) echo "The file's path begins with / and ends with .deb." >&2; exit 64 ;;
  esac
  held=$(dpkg-deb --show --showformat='${Package}=${Version}' "$file")
  case $held in
    "$wanted" | "$wanted="*) wanted=$file ;;
    *) echo "$file holds $held, not $wanted: nothing was installed." >&2; exit 65 ;;
  esac
elif [ "$refresh" = true ]; then
  apt-get update --quiet
fi

apt-get install --quiet --assume-yes --no-install-recommends --allow-downgrades --no-remove \
  -o DPkg::Lock::Timeout=60 -o Dpkg::Use-Pty=0 \
  -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
  -- "$wanted"
