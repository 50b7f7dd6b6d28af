#!/bin/sh
# Is the Debian package whole? Installed, configured, in this version, its files as they were
# packed. A configuration file may differ. Changes nothing. Exit status 0: verified.
set -eu
LC_ALL=C
export LC_ALL
package=$1 version=$2

case $package in
  '' | [!a-z0-9]* | *[!a-z0-9+.-]*) echo "$package: no Debian package is called so." >&2; exit 64 ;;
esac
state=$(dpkg-query --show --showformat='${db:Status-Abbrev}|${Version}' "$package")
case $state in
  ?i\ \|*) found=${state#*|} ;;
  *) echo "$package is not installed and configured (${state%|*})." >&2; exit 1 ;;
esac
if [ -n "$version" ] && [ "$found" != "$version" ]; then
  echo "$package $found is there, not $version." >&2
  exit 1
fi
# Lines like "??5??????   /path": another digest. " c " marks a configuration file.
differs=$(dpkg --verify "$package" | grep '^..5' | grep -v '^[^ ]* *c /' || true)
if [ -n "$differs" ]; then
  printf 'Files of %s differ from what was packed:\n%s\n' "$package" "$differs" >&2
  exit 1
fi
echo "$package $found is installed, and its files are whole."
