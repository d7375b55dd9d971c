"""Writes the pixels of each EXR file of standard input twelve times over, each time stored in another way.

Reads {"folder": ..., "paths": [...]}; prints {path: [files]}. Files that cannot be stored in all ways are left out.
"""
import json
import os
import sys

import OpenEXR

WAYS = [
    {"compression": OpenEXR.NO_COMPRESSION},
    {"compression": OpenEXR.RLE_COMPRESSION},
    {"compression": OpenEXR.ZIPS_COMPRESSION},
    {"compression": OpenEXR.ZIP_COMPRESSION},
    {"compression": OpenEXR.PIZ_COMPRESSION},
    {"compression": OpenEXR.ZIP_COMPRESSION, "lineOrder": OpenEXR.DECREASING_Y, "comments": "another header"},
    {"compression": OpenEXR.NO_COMPRESSION, "tiles": (16, 16)},
    {"compression": OpenEXR.RLE_COMPRESSION, "tiles": (7, 5)},
    {"compression": OpenEXR.ZIP_COMPRESSION, "tiles": (64, 8)},
    {"compression": OpenEXR.PIZ_COMPRESSION, "tiles": (32, 32)},
    {"compression": OpenEXR.ZIPS_COMPRESSION, "parts": True},
    {"compression": OpenEXR.PIZ_COMPRESSION, "parts": True, "lineOrder": OpenEXR.DECREASING_Y},
]


def header_of(part, way):
    header = {
        "type": OpenEXR.scanlineimage,
        "compression": way["compression"],
        "lineOrder": way.get("lineOrder", OpenEXR.INCREASING_Y),
        "dataWindow": part.header["dataWindow"],
        "displayWindow": part.header["displayWindow"],
    }
    if "comments" in way:
        header["comments"] = way["comments"]
    if "tiles" in way:
        header["type"] = OpenEXR.tiledimage
        tiles = OpenEXR.TileDescription()
        tiles.xSize, tiles.ySize = way["tiles"]
        header["tiles"] = tiles
    return header


def write(part, way, path):
    header = header_of(part, way)
    if not way.get("parts"):
        OpenEXR.File(header, dict(part.channels)).write(path)
        return
    names = sorted(part.channels)
    groups = [names[:1], names[1:]] if len(names) > 1 else [names]
    parts = [
        OpenEXR.Part(dict(header), {name: part.channels[name] for name in group}, f"part {i}")
        for i, group in enumerate(groups)
    ]
    OpenEXR.File(parts).write(path)


request = json.load(sys.stdin)
written = {}
for number, path in enumerate(request["paths"]):
    copies = []
    try:
        [part] = OpenEXR.File(path, separate_channels=True).parts
        for i, way in enumerate(WAYS):
            copies.append(os.path.join(request["folder"], f"{number}-{i}.exr"))
            write(part, way, copies[-1])
    except Exception:
        continue
    written[path] = copies
print(json.dumps(written))
