#!/usr/bin/env bash
# Validates what scantling prints with other people's validators. Skipped (77), and said, where the npm
# registry can't be reached.
set -euo pipefail
cd "$(dirname "$0")"
export SCANTLING="${SCANTLING:-$PWD/../../build/release/scantling}"
if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  if ! said=$(npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null 2>&1); then
    printf '%s\n' "$said"
    if [[ $said == *EUSAGE* ]]; then
      echo "validators: the lock file doesn't go with package.json"
      exit 1
    fi
    echo "validators: left out: npm can't install them here"
    exit 77
  fi
fi
# What an artifact would be held to besides, where it is installed; said, never passed silently.
for tool in protoc promtool amtool kubectl docker-compose; do
  command -v "$tool" >/dev/null || echo "validators: left out: no $tool here"
done
echo "validators: left out: opa (the tests of Rego), gitlab-ci-local, structurizr, likec4, mermaid: not in the lock file"
node --test
