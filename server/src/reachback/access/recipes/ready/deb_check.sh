#!/bin/sh
# Is this Debian package installed, in this version? Changes nothing.
# Exit status: 0 it is there, 10 it is absent, 11 another version is there; else: not known.
set -eu
LC_ALL=C
export LC_ALL
package=$1 version=$2

case $package in
  '' | [!a-z0-9]* | *[!a-z0-9+.-]*) echo "$package: no Debian package is called so." >&2; exit 64 ;;
esac
command -v dpkg-query >/dev/null || { echo "This machine has no dpkg." >&2; exit 69; }

state=$(dpkg-query --show --showformat='${db:Status-Abbrev}|${Version}' "$package" 2>/dev/null) ||
  state=
case $state in
  ?i\ \|*) found=${state#*|} ;;
  ?[!nc]?\|*) echo "$package is half installed (${state%|*}): dpkg --audit says more." >&2; exit 70 ;;
  *) echo "$package is absent."; exit 10 ;;
esac
if [ -z "$version" ] || [ "$found" = "$version" ]; then
  echo "$package $found is there."
  exit 0
fi
echo "$package $found is there, not $version."
exit 11
