#!/usr/bin/env bash
# clang-tidy over our sources, or over those that are named. Uses the compile commands of the release
# build, whose g++ warnings clang doesn't know all of.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=build/release
[ -f "$build/compile_commands.json" ] || cmake --preset release >/dev/null
files=("$@")
if [ ${#files[@]} -eq 0 ]; then
  mapfile -t files < <(find src -name '*.cpp' ! -name '*_test.cpp' | sort)
fi
printf '%s\0' "${files[@]}" | xargs -0 -n 4 -P "$(nproc)" clang-tidy-19 --quiet -p "$build" \
  --extra-arg=-Wno-unknown-warning-option --warnings-as-errors='*'
echo "clang-tidy: ${#files[@]} files"
