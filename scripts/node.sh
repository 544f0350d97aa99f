# SPDX-License-Identifier: Apache-2.0
# Puts a Node >= 24 first in PATH and the locked dependencies in node_modules. Sourced, never run.
#
# An older Node is enough to start with: the platform package of the npm registry brings the
# right one into .node/ (no install script, nothing outside of the checkout is touched).
# Sets: countersign_root. Prose goes to stderr only, because stdout belongs to the command.

countersign_node_version=24.21.0

countersign_fail() {
  echo "countersign: $1" >&2
  exit 1
}

countersign_node_is_enough() {
  [ "$("$1" -p 'Number(process.versions.node.split(".")[0]) >= 24' 2>/dev/null)" = true ]
}

countersign_bring_node() {
  if command -v node >/dev/null 2>&1 && countersign_node_is_enough node; then return; fi
  local_bin="$countersign_root/.node/node_modules/node-bin/bin"
  if [ ! -x "$local_bin/node" ] || ! countersign_node_is_enough "$local_bin/node"; then
    command -v npm >/dev/null 2>&1 ||
      countersign_fail 'needs Node >= 24, or any npm to fetch one; install Node 24 and run this again'
    case "$(uname -s)-$(uname -m)" in
      Linux-x86_64) platform=linux-x64 ;;
      Linux-aarch64 | Linux-arm64) platform=linux-arm64 ;;
      *) countersign_fail "needs Node >= 24, found $(node --version 2>/dev/null || echo none); install Node 24 and run this again" ;;
    esac
    echo "countersign: Node >= 24 is needed; fetching $countersign_node_version for $platform into .node/ (once)" >&2
    npm install --silent --ignore-scripts --no-save --no-package-lock --prefix "$countersign_root/.node" \
      "node-bin@npm:node-$platform@$countersign_node_version" >&2 ||
      countersign_fail 'could not fetch Node 24 from the npm registry; install Node 24 and run this again'
  fi
  PATH="$local_bin:$PATH"
  export PATH
}

# $1: `runtime` leaves out what only development needs, `all` brings everything.
countersign_bring_dependencies() {
  stamp="$countersign_root/node_modules/.countersign-installed"
  wanted="$(cksum <"$countersign_root/package-lock.json")"
  have="$(cat "$stamp" 2>/dev/null || true)"
  [ "$have" = "all $wanted" ] && return
  [ "$1" = runtime ] && [ "$have" = "runtime $wanted" ] && return
  # Somebody ran `npm ci`: installing again would take the development dependencies away. npm writes
  # its own lock last, so an installation that was cut off is not mistaken for one.
  [ "$1" = runtime ] && [ -z "$have" ] &&
    [ "$countersign_root/node_modules/.package-lock.json" -nt "$countersign_root/package-lock.json" ] && return
  case "$have" in all*) set -- all ;; esac
  # `npm ci` empties what is there: what lies behind a link belongs to another checkout.
  [ ! -h "$countersign_root/node_modules" ] ||
    countersign_fail 'node_modules is a link, and what it leads to does not fit package-lock.json; take the link away and run this again'
  echo 'countersign: installing the locked dependencies (once)' >&2
  omit=''
  [ "$1" = runtime ] && omit='--omit=dev'
  (cd "$countersign_root" && npm ci --silent --ignore-scripts $omit >&2) ||
    countersign_fail 'npm ci failed; see the lines above'
  echo "$1 $wanted" >"$stamp"
}

# What the tests of the pages drive. Without it they are skipped and say so, or fail where CI is set.
countersign_bring_chromium() {
  [ ! -x "${CHROMIUM:-/usr/bin/chromium}" ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo 'countersign: no chromium: the tests in a real browser are skipped (apt-get install chromium, or CHROMIUM)' >&2
    return 0
  fi
  echo 'countersign: installing chromium for the tests in a real browser (once)' >&2
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >&2 ||
    echo 'countersign: chromium could not be installed' >&2
}
