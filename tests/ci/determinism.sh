#!/usr/bin/env bash
# The same model and seed give the same bytes, on the terminal and in every file written, whatever the
# number of threads; another seed must not (or this test could not fail).
set -euo pipefail
program="$PWD/build/release/scantling"
root="$PWD"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# design_in FOLDER MODEL OPTION...: the same relative paths everywhere, so that only the work differs.
design_in() {
  mkdir -p "$work/$1"
  cp "$root"/examples/*.yaml "$work/$1/"  # one may include another
  local status=0
  (cd "$work/$1" && "$program" design "$2.yaml" --out out "${@:3}" >stdout 2>stderr) || status=$?
  # 0: fine, 1: findings, 3: a requirement that can't be met. All are results.
  case "$status" in
    0 | 1 | 3) echo "$status" >"$work/$1/status" ;;
    *)
      echo "design $2 ${*:3} ended with $status"
      cat "$work/$1/stderr"
      exit 1
      ;;
  esac
  rm "$work/$1/stderr"
}

for model in "$root"/examples/*.yaml; do
  name=$(basename "$model" .yaml)
  # The whole loop for one, a round of it for the others: what differs would differ in the first.
  rounds=1
  [ "$name" = shop ] && rounds=6
  design_in "$name-1" "$name" --jobs 1 --seed 7 --rounds "$rounds"
  design_in "$name-2" "$name" --jobs 2 --seed 7 --rounds "$rounds"
  if ! diff -r "$work/$name-1" "$work/$name-2" >"$work/difference"; then
    echo "design $name differs between --jobs 1 and --jobs 2:"
    head -c 2000 "$work/difference"
    exit 1
  fi
  echo "$name: $(find "$work/$name-1" -type f | wc -l) files are the same"
done

design_in other-seed shop --jobs 2 --seed 8
if diff -rq "$work/shop-2" "$work/other-seed" >/dev/null; then
  echo "design shop gives the same bytes with another seed: this test compares nothing"
  exit 1
fi
