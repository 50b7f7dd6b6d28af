#!/bin/sh
# Is the RPM package whole? Installed, in this version, its files as they were packed. A
# configuration file may differ. Changes nothing. Exit status 0: verified.
set -eu
LC_ALL=C
export LC_ALL
package=$1 version=$2

case $package in
  '' | [!A-Za-z0-9_]* | *[!A-Za-z0-9._+-]*) echo "$package: no package is called so." >&2; exit 64 ;;
esac
if ! found=$(rpm --query --queryformat '%{VERSION}\n%{VERSION}-%{RELEASE}\n' "$package"); then
  echo "$package is not installed." >&2
  exit 1
fi
if [ -n "$version" ] && ! printf '%s\n' "$found" | grep -Fqx -e "$version"; then
  echo "$package is there, not in version $version." >&2
  exit 1
fi
# Lines like "..5......  c /path": another digest; "missing" stands alone. " c " is configuration.
differs=$(rpm --verify --nodeps --noscripts "$package" | grep -E '^(..5|missing)' |
  grep -Ev '^[^ ]+ +[cd] /' || true)
if [ -n "$differs" ]; then
  printf 'Files of %s differ from what was packed:\n%s\n' "$package" "$differs" >&2
  exit 1
fi
echo "$package $(printf '%s\n' "$found" | tail -n 1) is installed, and its files are whole."
