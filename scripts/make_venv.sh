#!/usr/bin/env bash
# Makes .venv with $PYTHON, or else with the first Python 3.10 or newer on the PATH that can make one.
set -euo pipefail
cd "$(dirname "$0")/.."

suits() { "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; }

if [ -n "${PYTHON:-}" ]; then
  candidates=("$PYTHON")
else
  candidates=(python3 python3.13 python3.12 python3.11 python3.10)
fi

for python in "${candidates[@]}"; do
  if suits "$python"; then
    echo "==> Making .venv with $("$python" --version)"
    exec "$python" -m venv .venv
  fi
done

echo "No Python 3.10 or newer that can make a virtual environment; tried: ${candidates[*]}." >&2
echo "Install one (on Debian or Ubuntu: apt-get install python3 python3-venv), or name it: make PYTHON=/path/to/python3" >&2
exit 1
