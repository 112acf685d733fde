#!/usr/bin/env bash
# `make demo` ends with the shop's report.
set -euo pipefail
make demo
for file in model.yaml report.html report.md design.json; do
  [ -s "scantling-out/shop/$file" ] || {
    echo "no scantling-out/shop/$file"
    exit 1
  }
done
