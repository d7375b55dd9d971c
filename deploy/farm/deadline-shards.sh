#!/usr/bin/env bash
# A tree in shares by a CommandLine job of Deadline, a task a share, and the merge of their catalogs behind it:
#   deadline-shards.sh /show /catalogs/show.duckdb [shares]
# Needs deadlinecommand, and exr-inspector in the PATH of the workers.
set -euo pipefail
(($# >= 2)) || { echo "usage: $0 <root> <catalog> [shares]" >&2 && exit 2; }
root=$1 catalog=$2 shares=${3:-16}

# Exit code 1: some files could not be read, and are in ingest_errors. The share is done.
share="-c 'exr-inspector ingest \"$root\" --shard <STARTFRAME>/$shares --shard-by sequence --catalog \"$catalog.shard-<STARTFRAME>\" --quiet; [ \$? -le 1 ]'"
merge="-c 'exr-inspector catalog merge \"$catalog\".shard-* --catalog \"$catalog\"'"

submit() {
  deadlinecommand SubmitCommandLineJob -executable /bin/sh "$@" | sed -n 's/^JobID=//p'
}
shards=$(submit -arguments "$share" -frames "1-$shares" -chunksize 1 -name 'exr shards')
merged=$(submit -arguments "$merge" -frames 1 -name 'exr merge' -prop "JobDependencies=$shards")
echo "shares: $shards, merge: $merged"
