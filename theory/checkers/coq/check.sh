#!/usr/bin/env bash
# Compile every file of the library, let Coq's independent checker go over the result, and print the axioms used.
#
# usage: check.sh BUILD_DIRECTORY       (emptied first; the sources stay clean: all output goes there)
#
# What is refused, and why, is in ../coq_audit, by which `theory prove --engine coq` judges as well.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
build="${1:?usage: check.sh BUILD_DIRECTORY}"

install_coq() {
    local as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo -n)
    command -v apt-get > /dev/null && "${as_root[@]}" true 2> /dev/null || return 1
    echo "coqc is missing: installing Debian's coq" >&2
    "${as_root[@]}" apt-get update -qq || true   # a stale list may still do
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends coq >&2
}

if ! command -v coqc > /dev/null && ! { install_coq && command -v coqc > /dev/null; }; then
    echo "coqc is missing and could not be installed: install Coq 8.16 or later (Debian: apt-get install coq)" >&2
    exit 1
fi
command -v coqchk > /dev/null || { echo "coqchk is missing; it belongs to Coq (Debian: apt-get install coq)" >&2; exit 1; }
coqc --version | head -1
exec python3 -I -c '
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from coq_audit.command import main
sys.exit(main(Path(sys.argv[2]), Path(sys.argv[3]).resolve()))' "$here/.." "$here" "$build"
