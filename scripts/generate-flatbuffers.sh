#!/usr/bin/env bash
# Remakes src/vastdb/flatbuffers/generated from the .fbs files beside it.
# Needs flatc 2.0.8 or newer (Debian package flatbuffers-compiler).
#
# flatc writes one file per table, and those files import each other in circles. They are joined into one module
# per namespace here, which removes the circles and the extensionless imports that Node's resolver refuses.
set -euo pipefail
cd "$(dirname "$0")/../src/vastdb/flatbuffers"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
rm -rf generated
mkdir generated

for namespace in arrow computeir tabular; do
  flatc --ts -o "$scratch/$namespace" "$namespace.fbs"
  {
    echo '// Made by scripts/generate-flatbuffers.sh with the FlatBuffers compiler; do not edit.'
    echo
    echo "import * as flatbuffers from 'flatbuffers'"
    if [ "$namespace" = computeir ]; then echo "import { Field, Schema } from './arrow.ts'"; fi
    find "$scratch/$namespace/$namespace" -name '*.ts' | LC_ALL=C sort | xargs cat |
      sed -e '/^import /d' -e '/^\/\/ automatically generated/d' -e 's/[[:space:]]*$//' | cat -s
  } >"generated/$namespace.ts"
done
