#!/usr/bin/env bash
# docs_fresh.sh PROGRAM ROOT: the pages under docs/ that the program prints are those that it prints now.
# SCANTLING_UPDATE=1 rewrites them.
set -euo pipefail
program="$1"
root="$2"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/guide" "$work/schemas" "$work/rules"
"$program" schema --reference >"$work/guide/language.md"
"$program" schema >"$work/schemas/model.schema.json"
"$program" rules --markdown "$work/rules" >/dev/null

if [ "${SCANTLING_UPDATE:-}" = 1 ]; then
  rm -rf "$root/docs/rules"
  cp -r "$work"/* "$root/docs/"
fi
stale=0
while read -r page; do
  if ! diff -u "$root/docs/$page" "$work/$page" >"$work/difference" 2>&1; then
    echo "docs/$page is stale:"
    head -n 20 "$work/difference"
    stale=1
  fi
done < <(cd "$work" && find guide schemas rules -type f | sort)
# A page of a rule that is gone.
if [ -d "$root/docs/rules" ] && diff -rq "$root/docs/rules" "$work/rules" | grep "^Only in $root"; then stale=1; fi
[ "$stale" = 0 ] || echo "make update rewrites them"
exit $stale
