#!/bin/sh
# Chromium and a Korean font for the browser tests: installed where that is allowed, asked for where it isn't.
set -eu

has_browser() { [ -n "${CHROMIUM:-}" ] || command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null
has_korean_font() { [ -n "$(fc-list :lang=ko family 2>/dev/null)" ]; }

if has_browser && has_korean_font; then exit 0; fi

if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo "Installing Chromium and a Korean font for the browser tests."
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    chromium fontconfig fonts-dejavu-core fonts-nanum libatomic1 >/dev/null
  exit 0
fi

if ! has_browser; then
  echo "The browser tests need Chromium: install it (Debian: sudo apt-get install chromium fonts-nanum)," \
    "or set CHROMIUM to its path. Without it they are skipped; with CI set they fail." >&2
elif ! has_korean_font; then
  echo "No Korean font: the page works, its Korean text shows as boxes in screenshots (Debian: sudo apt-get install fonts-nanum)." >&2
fi
