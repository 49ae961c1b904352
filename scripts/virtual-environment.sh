#!/bin/sh
# scripts/virtual-environment.sh PYTHON FOLDER MARK...: a virtual environment in FOLDER, ready to be installed into.
# A MARK is a file that make leaves when an installation has ended well. With none of them the environment is new, half made,
# or of another Python version: it is made from scratch. The marks are removed, for what comes next may be interrupted, too.
set -eu
python=$1 folder=$2
shift 2

fail() {
  echo "$@" >&2
  exit 1
}

"$python" -c '' 2>/dev/null || fail "There is no $python here. Unrolled needs Python 3.11 or newer: install it, or name one: make PYTHON=python3.12 ..."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  fail "$("$python" -V) is too old: Unrolled needs 3.11 or newer. Name another one: make PYTHON=python3.12 ..."

for mark in "$@"; do
  if [ -e "$mark" ]; then
    rm -f "$@"
    exit 0
  fi
done

# Python's own words about a missing venv or ensurepip name a command that would have to be typed with the right folder.
if ! said=$("$python" -m venv --clear "$folder" 2>&1); then
  rm -rf "$folder"
  echo "$said" >&2
  fail "$python could not make a virtual environment (above is why). On Debian and Ubuntu: sudo apt-get install python3-venv. Then run make again."
fi
