#!/bin/sh
# Install an RPM package in this version with dnf or yum, from the machine's own sources or from a
# file that lies on it. Asks nothing. Without dnf and yum, a file is installed with rpm itself.
set -eu
LC_ALL=C
export LC_ALL
package=$1 version=$2 file=$3

case $package in
  '' | [!A-Za-z0-9_]* | *[!A-Za-z0-9._+-]*) echo "$package: no package is called so." >&2; exit 64 ;;
esac
case $version in
  [!A-Za-z0-9]* | *[!A-Za-z0-9._+~^-]*) echo "$version: this is no RPM version." >&2; exit 64 ;;
esac
wanted=$package${version:+-$version}

if [ -n "$file" ]; then
  case $file in
    /*.rpm) ;;
    *) echo "The file's path begins with / and ends with .rpm." >&2; exit 64 ;;
  esac
  held=$(rpm --query --package --queryformat '%{NAME}-%{VERSION}-%{RELEASE}' -- "$file")
  case $held in
    "$wanted" | "$wanted-"*) wanted=$file ;;
    *) echo "$file holds $held, not $wanted: nothing was installed." >&2; exit 65 ;;
  esac
fi

for manager in dnf yum; do
  command -v "$manager" >/dev/null || continue
  if rpm --query --quiet "$package" && [ -n "$version" ]; then
    # Another version is there: upwards first, then downwards.
    "$manager" --assumeyes upgrade "$wanted" || true
    rpm --query --queryformat '%{VERSION}\n%{VERSION}-%{RELEASE}\n' "$package" |
      grep -Fqx -e "$version" && exit 0
    "$manager" --assumeyes downgrade "$wanted"
  else
    "$manager" --assumeyes install "$wanted"
  fi
  exit 0
done
[ -n "$file" ] || { echo "This machine has neither dnf nor yum: name a file." >&2; exit 69; }
exec rpm --upgrade --oldpackage --verbose -- "$file"
