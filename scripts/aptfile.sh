#!/usr/bin/env bash
# Prints the packages of Aptfile's sections, one a line: scripts/aptfile.sh run build
set -euo pipefail
awk -v wanted=" $* " '
  /^# [a-z]+:/ { section = substr($2, 1, length($2) - 1) }
  /^[^#]/ && index(wanted, " " section " ") { print $1 }
' "$(dirname "$0")/../Aptfile"
