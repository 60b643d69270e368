#!/usr/bin/env bash
# Compile every file of the library, let Coq's independent checker go over the result, and print the axioms used.
#
# usage: check.sh BUILD_DIRECTORY       (the sources stay clean: all output goes there)
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
build="${1:?usage: check.sh BUILD_DIRECTORY}"

# Everything the standard library of the reals rests on; nothing else is accepted.
accepted='
Coq.Logic.FunctionalExtensionality.functional_extensionality_dep
Coq.Reals.ClassicalDedekindReals.sig_not_dec
Coq.Reals.ClassicalDedekindReals.sig_forall_dec
Coq.Logic.Classical_Prop.classic'

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

mapfile -t files < <(grep '\.v$' "$here/_CoqProject")
modules=("${files[@]/#/Analog.}")
modules=("${modules[@]%.v}")
mkdir -p "$build"
cd "$build"
SECONDS=0
for file in "${files[@]}"; do
    cp "$here/$file" .
    coqc -q -Q . Analog "$file" > "${file%.v}.log" || { cat "${file%.v}.log"; echo "$file: rejected" >&2; exit 1; }
done
echo "$(coqc --version | head -1): ${#files[@]} files, $(cat "${files[@]}" | wc -l) lines," \
    "$(cat "${files[@]}" | grep -cE '^ *(Theorem|Lemma|Corollary)') theorems and lemmas compiled in $SECONDS s"

SECONDS=0
coqchk -silent -o -Q . Analog "${modules[@]}" > checked.log 2>&1 || { cat checked.log; exit 1; }
axioms="$(sed -n '/^\* Axioms:/,/^\* /p' checked.log | grep '^    ' | sed 's/^ *//' || true)"
echo "checked again from the compiled files by coqchk in $SECONDS s; axioms used:"
sed 's/^/    /' <<< "$axioms"
foreign="$(grep -vxF "$accepted" <<< "$axioms" || true)"
if [ -n "$foreign" ]; then
    echo "these are not among the standard library's axioms of the reals: $foreign" >&2
    exit 1
fi
