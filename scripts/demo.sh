#!/usr/bin/env bash
# From a bare clone to a searchable catalog.
#   npm run demo                 makes a small farm of EXR files and ingests it
#   npm run demo -- /path ...    ingests your own renders instead
set -euo pipefail
caller=$PWD
cd "$(dirname "$0")/.."
caller=${INIT_CWD:-$caller}

bash scripts/setup.sh
npm run --silent build:addon
npm run --silent build:ts

catalog=demo-farm/catalog.duckdb
exr() { node dist/cli/main.js "$@"; }
say() { printf '\n\033[1m%s\033[0m\n' "$*" | if [[ -t 1 ]]; then cat; else sed 's/\x1b\[[0-9;]*m//g'; fi; }
show() {
  say "\$ exr-inspector $*"
  exr "$@"
}

mkdir -p demo-farm
if (($#)); then
  roots=()
  for path in "$@"; do roots+=("$(cd "$caller" && realpath -- "$path")"); done
  catalog=demo-farm/own.duckdb
else
  bash test/fixtures/make.sh --tool-only
  [[ -d demo-farm/renders ]] || build/tools/exr-fixtures farm --out demo-farm/renders --damaged 6
  roots=(demo-farm/renders)
fi

# Broken files are part of a farm: they are listed, recorded, and do not stop the demo.
show ingest "${roots[@]}" --catalog "$catalog" || [[ $? == 1 ]]
show sql --catalog "$catalog" "
  SELECT p.part_type, p.compression, p.width || 'x' || p.height AS data_window, count(*) AS parts,
         sum(f.size_bytes) AS bytes, count(*) FILTER (NOT f.is_complete) AS incomplete
  FROM files f JOIN parts p USING (file_id)
  GROUP BY ALL ORDER BY parts DESC LIMIT 10"

first=$(exr sql --catalog "$catalog" --format csv "SELECT file_path FROM files ORDER BY file_path LIMIT 1" | sed -n 2p)
if [[ -n $first ]]; then
  show inspect "$first"
  show similar "$first" --catalog "$catalog" -k 5
fi
say "The catalog is $catalog. Ask it anything: node dist/cli/main.js sql --catalog $catalog \"SELECT ...\""
say "Look at it in the browser: node dist/cli/main.js explore $catalog"
