#!/usr/bin/env bash
# Installs what is missing for one purpose, and nothing when nothing is missing:
#
#   ./setup.sh build   what `make` and `make demo` need (the default)
#   ./setup.sh test    and what `make test` and `make bench` need
#   ./setup.sh ci      and what .ci/run needs: clang-19's tools, Node.js, Chromium, promtool, amtool, protoc, Open MPI
#
# Debian 12 or newer and Ubuntu 24.04 or newer, through apt. Elsewhere it says what to install.
# SCANTLING_SKIP_SETUP=1 makes it do nothing, for a machine that is set up another way.
set -euo pipefail

build_packages=(g++ cmake ninja-build ccache lld libyaml-dev libfmt-dev nlohmann-json3-dev libcli11-dev
                libboost-math-dev libsqlite3-dev libssl-dev)
test_packages=(libgtest-dev)
ci_packages=(spin clang-19 clang-format-19 clang-tidy-19 libclang-rt-19-dev
             # promtool, amtool, protoc, docker-compose: tests/validators holds what is generated to them.
             prometheus prometheus-alertmanager protobuf-compiler libprotobuf-dev docker-compose
             # Campaigns over MPI: tests/ci/mpi.sh.
             libopenmpi-dev openmpi-bin)

say() { printf 'setup: %s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

purpose="${1:-build}"
case "$purpose" in
  build) packages=("${build_packages[@]}") ;;
  test) packages=("${build_packages[@]}" "${test_packages[@]}") ;;
  ci) packages=("${build_packages[@]}" "${test_packages[@]}" "${ci_packages[@]}") ;;
  *)
    say "unknown purpose '$purpose': build, test or ci"
    exit 2
    ;;
esac
[ "${SCANTLING_SKIP_SETUP:-}" = 1 ] && exit 0

id=other
version=0
if [ -r /etc/os-release ]; then
  id=$(. /etc/os-release && printf '%s' "${ID:-other}")
  version=$(. /etc/os-release && printf '%s' "${VERSION_ID:-0}")
fi
oldest=none
[ "$id" = debian ] && oldest=12
[ "$id" = ubuntu ] && oldest=24.04
if [ "$oldest" = none ] || ! have apt-get ||
  [ "$(printf '%s\n%s\n' "$oldest" "$version" | sort -V | head -n 1)" != "$oldest" ]; then
  say "knows only Debian 12 and Ubuntu 24.04 or newer, and this is $id $version. Please install:"
  say "  g++ 12 or newer, CMake 3.22, Ninja, libyaml, fmt 9, nlohmann-json 3.11, CLI11 2, Boost.Math, SQLite 3, OpenSSL 3"
  [ "$purpose" = build ] || say "  GoogleTest 1.12"
  [ "$purpose" = ci ] && say "  clang-format, clang-tidy and clang 19 with its runtime, Node.js 18, npm, Chromium, promtool, amtool, protoc, docker-compose, Open MPI"
  say "and then run with SCANTLING_SKIP_SETUP=1"
  exit 1
fi

if [ "$purpose" = ci ]; then
  # Node.js often comes from elsewhere, with an npm that Debian's package would fight with.
  have node || packages+=(nodejs)
  have npm || packages+=(npm)
  # Ubuntu's Chromium is a snap, which a container can't install: there the browser test says that
  # it was left out.
  [ "$id" = debian ] && packages+=(chromium)
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [ "$status" = 'install ok installed' ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! have sudo; then
    say "needs root to install: ${missing[*]}"
    exit 1
  fi
  as_root=(sudo)
fi
say "installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Waits for another apt instead of failing beside it.
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" \
    </dev/null >"$log" 2>&1 && return
  cat "$log" >&2
  say "apt-get $1 failed"
  exit 1
}
apt update
apt install --yes --no-install-recommends "${missing[@]}"
