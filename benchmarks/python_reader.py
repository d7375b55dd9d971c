"""Reads headers through OpenImageIO's Python module: every part, channel and attribute into dictionaries.

Paths come from standard input, the number of rounds is the argument; prints one line of JSON.
"""

import json
import sys
import time

import OpenImageIO as oiio


def read(path):
    source = oiio.ImageInput.open(path)
    if not source:
        raise RuntimeError(oiio.geterror())
    parts = []
    while source.seek_subimage(len(parts), 0):
        spec = source.spec()
        parts.append(
            {
                "width": spec.width,
                "height": spec.height,
                "data_window": (spec.x, spec.y, spec.width, spec.height),
                "display_window": (spec.full_x, spec.full_y, spec.full_width, spec.full_height),
                "channels": [(spec.channelnames[i], str(spec.channelformat(i))) for i in range(spec.nchannels)],
                "tile": (spec.tile_width, spec.tile_height),
                "deep": spec.deep,
                "attributes": {a.name: (str(a.type), a.value) for a in spec.extra_attribs},
            }
        )
    source.geterror()
    source.close()
    return {"path": path, "parts": parts}


def main():
    oiio.attribute("threads", 1)
    paths = sys.stdin.read().splitlines()
    rounds, parts = [], 0
    for _ in range(int(sys.argv[1])):
        start = time.perf_counter()
        parts = sum(len(read(path)["parts"]) for path in paths)
        rounds.append((time.perf_counter() - start) * 1000)
    print(json.dumps({"rounds": rounds, "parts": parts}))


main()
