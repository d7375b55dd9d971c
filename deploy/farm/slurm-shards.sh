#!/usr/bin/env bash
# A tree in shares by a Slurm array, and the merge of their catalogs behind it:
#   slurm-shards.sh /show /catalogs/show.duckdb [shares]
# Submits two jobs and prints their numbers. The catalogs of shares stay beside the target: the same command goes on from them.
set -euo pipefail

if [[ ${1:-} == share ]]; then
  code=0
  exr-inspector ingest "$2" --shard "$SLURM_ARRAY_TASK_ID/$4" --shard-by sequence \
    --catalog "$3.shard-$SLURM_ARRAY_TASK_ID" --jobs "${SLURM_CPUS_PER_TASK:-2}" --quiet || code=$?
  # 1: some files could not be read, and are in ingest_errors. The share is done.
  ((code <= 1)) || exit "$code"
  exit 0
fi

(($# >= 2)) || { echo "usage: $0 <root> <catalog> [shares]" >&2 && exit 2; }
root=$1 catalog=$2 shares=${3:-16}
array=$(sbatch --parsable --job-name=exr-shards --array="1-$shares" --cpus-per-task=2 --mem=2G --requeue \
  "$0" share "$root" "$catalog" "$shares")
merge=$(sbatch --parsable --job-name=exr-merge --dependency="afterok:$array" --cpus-per-task=1 --mem=2G \
  --wrap "exr-inspector catalog merge $(printf '%q' "$catalog").shard-* --catalog $(printf '%q' "$catalog")")
echo "shares: $array, merge: $merge"
