#!/usr/bin/env bash
# fuzz.sh BUILD_FOLDER SECONDS: every fuzz target that is built, for that long each. What a target
# learns is kept in BUILD_FOLDER; a crash leaves its input there and is said.
set -euo pipefail
cd "$(dirname "$0")/../.."
build="$1"
seconds="$2"
mapfile -t targets < <(find "$build" -maxdepth 3 -type f -executable -name '*_fuzz' | sort)
if [ ${#targets[@]} -eq 0 ]; then
  echo "fuzz: no target in $build" >&2
  exit 2
fi
failed=0
for target in "${targets[@]}"; do
  name=$(basename "$target")
  learnt="$build/corpus/$name"
  mkdir -p "$learnt" "$build/crashes"
  seeds=()
  [ -d "tests/fuzz/corpus/$name" ] && seeds+=("tests/fuzz/corpus/$name")
  seeds+=(examples)
  dictionary=()
  [ -f "tests/fuzz/$name.dict" ] && dictionary=("-dict=tests/fuzz/$name.dict")
  log="$build/$name.log"
  status=0
  "$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -max_len=65536 -print_final_stats=1 \
    "${dictionary[@]}" -artifact_prefix="$build/crashes/$name-" "$learnt" "${seeds[@]}" >"$log" 2>&1 ||
    status=$?
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  if [ "$status" -ne 0 ]; then
    echo "fuzz: $name failed ($status); the end of $log:"
    tail -n 40 "$log"
    failed=1
  else
    echo "fuzz: $name ran ${runs:-0} inputs in $seconds s"
    [ "${runs:-0}" -gt 0 ] || failed=1
  fi
done
exit $failed
