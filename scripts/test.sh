# SPDX-License-Identifier: Apache-2.0
# What `npm test` runs, on a fresh machine as well: toolchain, lint, types, every test of CI.
set -eu
countersign_root="$(cd "$(dirname "$0")/.." && pwd)"
. "$countersign_root/scripts/node.sh"
countersign_bring_node
countersign_bring_dependencies all
countersign_bring_chromium
cd "$countersign_root"
node_modules/.bin/biome check .
node_modules/.bin/tsc --noEmit
exec node_modules/.bin/vitest run "$@"
