#!/bin/sh
# Is this RPM package installed, in this version? Changes nothing.
# Exit status: 0 it is there, 10 it is absent, 11 another version is there; else: not known.
set -eu
LC_ALL=C
export LC_ALL
package=$1 version=$2

case $package in
  '' | [!A-Za-z0-9_]* | *[!A-Za-z0-9._+-]*) echo "$package: no package is called so." >&2; exit 64 ;;
esac
command -v rpm >/dev/null || { echo "This machine has no rpm." >&2; exit 69; }

# Kernels and the like are there in several versions at once.
if ! found=$(rpm --query --queryformat '%{VERSION} %{VERSION}-%{RELEASE}\n' "$package" 2>&1); then
  case $found in
    *"is not installed"*) echo "$package is absent."; exit 10 ;;
    *) echo "$found" >&2; exit 70 ;;
  esac
fi
if [ -z "$version" ] || printf '%s\n' "$found" | tr ' ' '\n' | grep -Fqx -e "$version"; then
  echo "$package is there: $(printf '%s\n' "$found" | sed 's/.* //' | paste -sd ' ' -)"
  exit 0
fi
echo "$package is there, not in version $version: $(printf '%s\n' "$found" | sed 's/.* //' | paste -sd ' ' -)"
exit 11
