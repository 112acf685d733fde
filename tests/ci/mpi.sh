#!/usr/bin/env bash
# Campaigns over MPI. Only two files know of it: with ccache the rest is what `make` has built.
set -euo pipefail
if ! command -v mpicxx >/dev/null; then
  echo "skipped: there is no mpicxx here"
  exit 77
fi
cmake -S . -B build/mpi -G Ninja -DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG" \
  -DSCANTLING_TESTS=OFF -DSCANTLING_MPI=ON
cmake --build build/mpi --target scantling
exec tests/support/mpi.sh "$PWD/build/mpi/scantling" "$PWD"
