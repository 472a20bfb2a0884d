#!/usr/bin/env bash
# Exits 0 if there is a Node.js that can build the widgets, otherwise says what to install.
set -euo pipefail

if command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; then
  exit 0
fi
echo "The widgets are built with Node.js 20 or newer and its npm; found: $(node --version 2>/dev/null || echo none)." >&2
echo "Install it (from nodejs.org or your system's packages) and run make again." >&2
exit 1
