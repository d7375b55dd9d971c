#!/usr/bin/env bash
# From a bare clone to something that can build: packages of Aptfile and of package-lock.json.
#   scripts/setup.sh [section...]    sections of Aptfile; run and build unless said
# Says what it installs; does nothing, in a moment, when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

node scripts/check-node.mjs

sections=("$@")
((${#sections[@]})) || sections=(run build)
missing=()
if command -v dpkg-query >/dev/null; then
  while read -r package; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $state == installed ]] || missing+=("$package")
  done < <(bash scripts/aptfile.sh "${sections[@]}")
fi

if ((${#missing[@]})); then
  as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || {
      echo "setup: these system packages are missing and sudo is not here to install them: ${missing[*]}" >&2
      echo "setup: run as root: apt-get install ${missing[*]}" >&2
      exit 1
    }
    as_root=(sudo)
  fi
  echo "setup: installing system packages (Aptfile: ${sections[*]}): ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# The lock file's versions. Not npm ci: it refuses a lock file that was made where some other platform's
# optional packages could not be had. Runs only when the lock file has changed since the last time.
stamp=node_modules/.setup-stamp
lock=$(sha256sum package-lock.json package.json | sha256sum | cut -d' ' -f1)
if [[ ! -f $stamp || $(<"$stamp") != "$lock" ]]; then
  echo "setup: installing npm packages (package-lock.json)"
  npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
  echo "$lock" >"$stamp"
fi
