#!/usr/bin/env bash
# mpi.sh PROGRAM ROOT: a campaign over four processes gives the bytes that threads give, also when a
# process that computes or a whole rank is killed in the middle, and when the whole job is.
set -euo pipefail
program=$1
root=$2
skip() {
  echo "skipped: $*"
  exit 77
}
command -v mpirun >/dev/null || skip "there is no mpirun here"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cp "$root/tests/data/simulate/checkout.yaml" .
if ! "$program" sweep checkout.yaml --for 1s --db none --mpi >probe.txt 2>&1; then
  grep -q 'built without MPI' probe.txt && skip "$program was built without MPI"
  cat probe.txt
  exit 1
fi

mpi=(timeout 240 mpirun --oversubscribe -np 4)
[ "$(id -u)" -eq 0 ] && mpi+=(--allow-run-as-root)
export SCANTLING_MPI_PATIENCE_SECONDS=3
campaign=(sweep checkout.yaml --for 120s --set 'services.catalog.instances=1..4' --set 'load=x0.5,x1'
  --replications 20 --format csv)
die() {
  echo "$*"
  cat ./*.err
  exit 1
}

# Waits until the job with the database $1 has delivered something, and is not yet at its end.
wait_for_some() {
  for _ in $(seq 600); do
    [ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -gt 60000 ] && return
    sleep .05
  done
  die "nothing was delivered to $1"
}
# The process of rank $2 that the mpirun under timeout $1 started.
rank_of() {
  for process in $(pgrep -P "$(pgrep -P "$1")"); do
    if tr '\0' '\n' <"/proc/$process/environ" 2>/dev/null | grep -qx "OMPI_COMM_WORLD_RANK=$2"; then
      echo "$process"
      return
    fi
  done
}
same() { cmp -s threads.csv "$1" || die "$2: the bytes differ from those of threads"; }

"$program" "${campaign[@]}" --db threads.db >threads.csv
[ "$(wc -l <threads.csv)" -gt 1600 ] || die "the campaign compares nothing"

"${mpi[@]}" "$program" "${campaign[@]}" --db four.db --mpi >four.csv 2>four.err || die "four processes failed"
same four.csv "four processes"
echo "four processes: the bytes of threads"

# kill_one NAME OPTION...: a job in the background, and `victim` of it killed.
kill_one() {
  local name=$1
  shift
  "${mpi[@]}" "$@" "$program" "${campaign[@]}" --db "$name.db" --mpi >"$name.csv" 2>"$name.err" &
  job=$!
  wait_for_some "$name.db"
  process=$(victim "$job")
  [ -n "$process" ] || die "$name: nothing to kill"
  kill -9 "$process" || die "$name: it had ended"
  status=0
  wait "$job" || status=$?
}

victim() { pgrep -P "$(rank_of "$1" 2)" | head -n 1; }
kill_one computing
[ "$status" -eq 0 ] || die "a killed computing process ended the job with $status"
same computing.csv "a killed computing process"
echo "a computing process killed: its run was done again, the bytes are the same"

victim() { rank_of "$1" 2; }
kill_one rank --enable-recovery
same rank.csv "a killed rank"
grep -q 'rank 2 is not heard of any more' rank.err || die "the loss of the rank was not noticed"
echo "a rank killed under --enable-recovery: its run was done again, the bytes are the same"

kill_one aborted
[ "$status" -ne 0 ] || die "Open MPI was expected to end the job with its rank"
cmp -s threads.csv aborted.csv && die "the job had ended before its rank was killed"
"$program" "${campaign[@]}" --db aborted.db --resume --watch >aborted.csv 2>aborted.err
same aborted.csv "a job that was ended"
grep -q 'kept from before' aborted.err || die "nothing was kept of the job that was ended"
echo "the whole job ended: the same command went on ($(head -n 1 aborted.err)), the bytes are the same"
