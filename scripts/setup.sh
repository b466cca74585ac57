#!/usr/bin/env bash
# Installs what Madang is built and tested with: Debian's packages and npm's. Idempotent, and quick when nothing is missing.
#   scripts/setup.sh            everything (build, test, browser)
#   scripts/setup.sh build      only what a release build needs (used by the Dockerfile and by run.sh)
set -euo pipefail
cd "$(dirname "$0")/.."
scope=${1:-all}

say() { printf '%s\n' "$*" >&2; }
fail() { say "setup: $*"; exit 1; }

command -v apt-get >/dev/null || fail "this script installs Debian packages; on another system install the list in scripts/setup.sh by hand"

packages=(g++ cmake ninja-build ccache mold pkg-config
  libfmt-dev libspdlog-dev libtomlplusplus-dev libcli11-dev libkainjow-mustache-dev
  libsqlite3-dev libpq-dev libhiredis-dev libssl-dev libargon2-dev zlib1g-dev libutf8proc-dev catch2)
[ "$scope" = build ] || packages+=(clang clang-format libclang-rt-dev curl sqlite3 python3 shellcheck
  postgresql redis-server nginx openssl chromium fonts-noto-cjk fonts-noto-color-emoji)

installed=$(dpkg-query -W -f='${Package} ${db:Status-Abbrev}\n' 2>/dev/null | awk '$2 == "ii" {print $1}')
have() { grep -qx -- "$1" <<<"$installed"; }
offered() { [ -n "$(apt-cache madison "$1" 2>/dev/null)" ]; }

missing=()
for package in "${packages[@]}"; do have "$package" || missing+=("$package"); done
# Debian 12's default Boost (1.74) is too old, so its 1.81 is named; newer systems have 1.83 and later by default.
grep -qE '^libboost1\.(8[1-9]|9[0-9])-dev$' <<<"$installed" || missing+=(libboost)
# From clang-tidy 22 on it reads our code alone, which takes a fifth of the time. It brings its own clang.
if [ "$scope" != build ] && ! have clang-tidy-22 && { offered clang-tidy-22 || ! have clang-tidy; }; then missing+=(clang-tidy); fi
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)

if [ "${#missing[@]}" -gt 0 ]; then
  root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "not root and no sudo: ask an administrator to run 'apt-get install ${missing[*]}'"
    sudo true || fail "sudo refused: ask an administrator to run 'apt-get install ${missing[*]}'"
    root=(sudo)
  fi
  say "setup: installing ${missing[*]}"
  "${root[@]}" apt-get update -qq || fail "apt-get update failed: is there a network?"
  for i in "${!missing[@]}"; do
    case "${missing[i]}" in
      libboost) if offered libboost1.81-dev; then missing[i]=libboost1.81-dev; else missing[i]=libboost-dev; fi ;;
      clang-tidy) if offered clang-tidy-22; then missing[i]=clang-tidy-22; fi ;;
    esac
  done
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null \
    || fail "apt-get install failed: is there a network, and room on the disk?"
fi

# npm: the browser's libraries, and for tests the clients. `npm ci` is skipped while the lock file is unchanged.
npm_install() {
  local folder=$1
  [ -f "$folder/package-lock.json" ] || return 0
  cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed-lock" && return 0
  say "setup: npm ci in $folder"
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error) || fail "npm ci failed in $folder: is there a network, and room on the disk?"
  cp "$folder/package-lock.json" "$folder/node_modules/.installed-lock"
}
npm_install static
[ "$scope" = build ] || npm_install tests
