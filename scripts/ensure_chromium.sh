#!/usr/bin/env bash
# Finds a Chromium for the browser tests; installs Debian's if this is root on a system with apt-get.
# CHROMIUM=/path/to/chrome names one that is not on the PATH.
set -euo pipefail

find_chromium() { command -v "${CHROMIUM:-chromium}" || { [ -z "${CHROMIUM:-}" ] && command -v google-chrome; }; }

if find_chromium >/dev/null; then exit 0; fi

if [ -z "${CHROMIUM:-}" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "==> Installing Chromium with apt-get"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq </dev/null
  apt-get install -y -qq --no-install-recommends chromium </dev/null >/dev/null
  if find_chromium >/dev/null; then exit 0; fi
fi

echo "The browser tests need Chromium or Google Chrome, and '${CHROMIUM:-chromium}' was not found." >&2
echo "Install it (on Debian: apt-get install chromium), or name it: make test CHROMIUM=/path/to/chrome" >&2
exit 1
