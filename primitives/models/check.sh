#!/bin/sh
# check.sh MODEL.pml: checks the model with Spin, and that each fault planted in it is found.
#
# Safety: no assertion fails and nobody sleeps for ever. Liveness: with weak fairness the claim `served` holds.
# A model names its faults in one line: /* faults: NAME... */; each is tried alone, by defining its name.
# Exits 0 if all is as it must be, 1 if not, 77 if Spin is not there.
set -eu

model=$(realpath "$1")
for tool in spin cc; do
  command -v "$tool" >/dev/null || { echo "skipped: $tool not found; install the packages spin and gcc"; exit 77; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# search COMPILER-FLAGS PAN-FLAGS: true if that search of the model finds nothing.
search() {
  cc -O1 -w -DVECTORSZ=2048 $1 -o search pan.c
  ./search -m500000 $2 >search.log 2>&1 || { cat search.log; exit 1; }
  ! grep -q '^pan:[0-9]*: ' search.log || return 1
  ! grep -q 'max search depth too small' search.log || { echo "not searched to the end"; exit 1; }
}

# verify [-DFAULT]: true if the model holds.
verify() {
  spin "$@" -a "$model" >spin.log 2>&1 || { cat spin.log; exit 1; }
  search "-DNOCLAIM -DSAFETY" "" && search "-DNFAIR=3" "-a -f"
}

verify || { cat search.log; exit 1; }
grep 'states, stored' search.log
for fault in $(sed -n 's|.*/\* faults: \(.*\) \*/.*|\1|p' "$model"); do
  if verify "-D$fault"; then
    echo "the planted fault $fault was not found"
    exit 1
  fi
  echo "found $fault: $(grep '^pan:[0-9]*: ' search.log | head -n 1)"
done
