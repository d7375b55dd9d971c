#!/usr/bin/env python3
"""A tree in shares by OpenCue, a frame a share, and the merge of their catalogs behind it.

    opencue-shards.py /show /catalogs/show.duckdb [shares]

Needs pyoutline, and exr-inspector in the PATH of the hosts.
"""

import shlex
import sys

import outline
import outline.cuerun
import outline.modules.shell


def main(root, catalog, shares="16"):
    # Exit code 1: some files could not be read, and are in ingest_errors. The share is done.
    share = (
        f"exr-inspector ingest {shlex.quote(root)} --shard #IFRAME#/{shares} --shard-by sequence"
        f" --catalog {shlex.quote(catalog)}.shard-#IFRAME# --quiet; [ $? -le 1 ]"
    )
    merge = f"exr-inspector catalog merge {shlex.quote(catalog)}.shard-* --catalog {shlex.quote(catalog)}"
    job = outline.Outline("exr-shards", frame_range=f"1-{shares}")
    shards = outline.modules.shell.Shell(
        "shards", command=["/bin/sh", "-c", share], range=f"1-{shares}", chunk=1, threads=2
    )
    merged = outline.modules.shell.Shell("merge", command=["/bin/sh", "-c", merge], range="1")
    merged.depend_all(shards)
    job.add_layer(shards)
    job.add_layer(merged)
    outline.cuerun.launch(job, use_pycuerun=False)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
