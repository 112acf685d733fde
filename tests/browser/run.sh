#!/usr/bin/env bash
# Opens HTML reports in headless Chromium: run.sh REPORT.html... Skipped (77), and said, where there is
# no Chromium or npm can't install its driver.
set -euo pipefail
reports=""
for report in "$@"; do reports="$reports${reports:+:}$(realpath "$report")"; done
export SCANTLING_REPORTS="$reports"
cd "$(dirname "$0")"
export CHROMIUM="${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}"
if [ -z "$CHROMIUM" ]; then
  echo "browser: left out: no chromium here"
  exit 77
fi
if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  if ! npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null; then
    echo "browser: left out: npm can't install playwright-core here"
    exit 77
  fi
fi
node --test
