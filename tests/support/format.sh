#!/usr/bin/env bash
# Formats every C++ file of ours in place; with --check, only says which ones are not formatted.
# clang-format-19: older ones read our C++23 wrongly, newer ones may format differently.
set -euo pipefail
cd "$(dirname "$0")/../.."
mapfile -t files < <(find src tests bench \( -name node_modules -o -name data \) -prune -o \
  -type f \( -name '*.h' -o -name '*.cpp' \) -print | sort)
if [ "${1:-}" = --check ]; then
  clang-format-19 --style=file --dry-run --Werror "${files[@]}"
  echo "${#files[@]} files are formatted"
else
  clang-format-19 --style=file -i "${files[@]}"
fi
