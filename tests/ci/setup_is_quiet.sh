#!/usr/bin/env bash
# On a machine that is set up, setup.sh says nothing and asks no package server anything.
set -euo pipefail
for purpose in build test ci; do
  said=$(./setup.sh "$purpose" 2>&1 </dev/null)
  if [ -n "$said" ]; then
    printf 'setup.sh %s said on a machine that is set up:\n%s\n' "$purpose" "$said"
    exit 1
  fi
done
