#!/bin/sh
# check.sh MODEL.pml [FOLDER]: checks the model with Spin, and that each fault planted in it is found.
#
# Safety: no assertion fails and nobody sleeps for ever. Liveness: with weak fairness the claim `served` holds.
# A model names its faults in one line: /* faults: NAME... */; each is tried alone, by defining its name.
# A model whose line /* long */ says that its search takes long is compiled with optimization for it.
# A search of the same model finds the same: what has held is noted in the FOLDER by the digest of all models, this script
# and Spin's version, and not searched again.
# Exits 0 if all is as it must be, 1 if not, 77 if Spin is not there.
set -eu

script=$(realpath "$0")
model=$(realpath "$1")
for tool in spin cc; do
  command -v "$tool" >/dev/null || { echo "skipped: $tool not found; install the packages spin and gcc"; exit 77; }
done
noted=
if [ $# -gt 1 ]; then
  digest=$({ spin -V; cat "$script" "${model%/*}"/*.pml; } | sha256sum | cut -c1-16)
  mkdir -p "$2"
  noted=$(realpath "$2")/$(basename "$model").$digest
fi
if [ -e "$noted" ]; then
  echo "has held before, see $noted"
  cat "$noted"
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# compile COMPILER FLAG...: makes the search of the model.
compile() {
  compiler=$1
  shift
  $compiler -w -DVECTORSZ=2048 "$@" -o search pan.c || exit 1
}

# search OPTION...: true if it finds nothing.
search() {
  ./search -m500000 -w20 "$@" >search.log 2>&1 || { cat search.log; exit 1; }
  ! grep -q '^pan:[0-9]*: ' search.log || return 1
  ! grep -q 'max search depth too small' search.log || { echo "not searched to the end"; exit 1; }
}

# verify COMPILER [-DFAULT]: true if the model holds. What holds in every run holds in the fair ones, and to look at
# every run takes a fifth of the time.
verify() {
  with=$1
  shift
  spin "$@" -a "$model" >spin.log 2>&1 || { cat spin.log; exit 1; }
  compile "$with" -DNOCLAIM -DSAFETY && search || return 1
  compile "$with" -DNFAIR=3 && { search -a || search -a -f; }
}

# Most searches are over sooner than cc would compile them: tcc needs a fortieth of its time.
quick="cc -O0" thorough="cc -O1"
if command -v tcc >/dev/null; then
  quick=tcc
  grep -q '^/\* long \*/' "$model" || thorough=tcc
fi

verify "$thorough" || { cat search.log; exit 1; }
grep 'states, stored' search.log | tee report
for fault in $(sed -n 's|.*/\* faults: \(.*\) \*/.*|\1|p' "$model"); do
  if verify "$quick" "-D$fault"; then
    echo "the planted fault $fault was not found"
    exit 1
  fi
  echo "found $fault: $(grep '^pan:[0-9]*: ' search.log | head -n 1)" | tee -a report
done
[ -z "$noted" ] || { cp report "$noted.new" && mv "$noted.new" "$noted"; }
