#!/usr/bin/env bash
# Every protocol of the properties' pages and of the examples, checked again by SPIN: the same number of states
# (of a search without reductions) and the same verdicts. spin.sh PROGRAM
set -euo pipefail
program=$(realpath "${1:-build/release/scantling}")
root="$PWD"
if ! command -v spin >/dev/null || ! command -v gcc >/dev/null; then
  echo "spin: spin or gcc is not installed (./setup.sh ci): skipped"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# One model for each page: its wrong and its right model, cut out of the page.
mkdir -p "$work/models"
for property in copies-serve effect-once elections-end ends ends-whole invariant isolated leader-writes monotonic no-blocked-partition no-deadlock \
  no-history-lost no-lost-event no-lost-update no-phantom-event one-history one-holder one-leader order-kept reads-own-writes \
  recovers undo-follows-do; do
  for part in Wrong Right; do
    {
      printf 'scantling: 1\nsystem: example\n'
      "$program" explain "$property" | awk -v part="$part" '$0 == part { on = 1; next } /^[A-Z]/ { on = 0 } on' | sed 's/^    //'
    } >"$work/models/$property-$part.yaml"
    # `ends` has no wrong model.
    grep -q '^services:' "$work/models/$property-$part.yaml" || rm "$work/models/$property-$part.yaml"
  done
done

# Two runs that meet in a lock, without a coordinator: with one they are too many for a search without reductions.
sed 's/style: orchestrated/style: choreographed/; /implements:/d' "$work/models/isolated-Right.yaml" \
  >"$work/models/runs-that-meet.yaml"

# gcc takes minutes over the one function of a thousand transitions that elections become, unless it is told not to
# optimize: then seconds, and pan has little to do.
compile() { gcc -O0 -w "$@" -DNOREDUCE -o pan pan.c; }

# verdict FILE NUMBER SHAPE: what SPIN says about a property.
verdict() {
  local folder
  folder=$(mktemp -d -p "$work")
  cd "$folder"
  if [ "$3" = ends ]; then
    spin -DENDS -o1 -o2 -o3 -a "$1" >/dev/null
    compile -DNP -DNOFAIR
    ./pan -l -E -m1000000 -w22 >log
  else
    spin "-DP$2" -o1 -o2 -o3 -a "$1" >/dev/null
    compile -DSAFETY
    ./pan -E -m1000000 -w22 >log
  fi
  if grep -q 'errors: 0' log; then echo holds; else echo fails; fi
}

# states FILE: how many SPIN stores.
states() {
  local folder
  folder=$(mktemp -d -p "$work")
  cd "$folder"
  spin -o1 -o2 -o3 -a "$1" >/dev/null
  compile -DSAFETY
  ./pan -E -m1000000 -w22 | awk '/states, stored/ { print $1 }'
}

checked=0 wrong=0
for model in "$work"/models/*.yaml; do
  name=$(basename "$model" .yaml)
  runs=1
  if [ "$name" = runs-that-meet ]; then runs=2; fi
  "$program" verify "$model" --instances "$runs" --export promela --out "$work/$name" >/dev/null
  for file in "$work/$name"/*.pml; do
    [ -e "$file" ] || continue
    sum=$(sed '1d' "$file" | sha256sum | cut -c1-16)
    if grep -q "$sum" "$work/seen" 2>/dev/null; then continue; fi
    echo "$sum" >>"$work/seen"
    ours=$(awk '/scantling-states/ { print $3 }' "$file")
    theirs=$(states "$file")
    checked=$((checked + 1))
    if [ "$ours" != "$theirs" ]; then
      echo "$name: $(basename "$file"): $ours states here, $theirs by SPIN"
      wrong=$((wrong + 1))
    fi
    while read -r number shape expected property; do
      got=$(verdict "$file" "$number" "$shape")
      if [ "$got" != "$expected" ]; then
        echo "$name: $(basename "$file"): $property $expected here, $got by SPIN"
        wrong=$((wrong + 1))
      fi
    done < <(awk '/scantling-property/ { print $3, $4, $5, $6 }' "$file")
  done
done
cd "$root"
echo "spin: $checked protocols compared, $wrong differences"
[ "$checked" -ge 20 ] && [ "$wrong" = 0 ]
