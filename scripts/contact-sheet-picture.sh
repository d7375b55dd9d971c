#!/usr/bin/env bash
# Makes docs/guides/pictures/contact-sheet.png from frames it draws: a gap, a frame cut off, and one that is no OpenEXR file.
#   scripts/contact-sheet-picture.sh    after npm run build; needs oiiotool
set -euo pipefail
cd "$(dirname "$0")/.."
frames=$(mktemp -d)
trap 'rm -rf "$frames"' EXIT

for number in $(seq 1001 1018); do
  ((number == 1007 || number == 1008)) && continue
  at=$(((number - 1001) * 16))
  oiiotool --pattern fill:top=0.08,0.16,0.5:bottom=0.9,0.45,0.2 320x180 3 \
    --box:color=1,0.85,0.5:fill=1 "$((20 + at)),$((60 - at / 12)),$((44 + at)),$((84 - at / 12))" \
    --box:color=0.02,0.03,0.05:fill=1 0,140,319,179 --box:color=0.03,0.04,0.08:fill=1 60,90,110,140 \
    --box:color=0.05,0.05,0.09:fill=1 130,70,165,140 --box:color=0.03,0.04,0.07:fill=1 200,100,270,140 \
    --attrib oiio:ColorSpace linear -d half --compression zip -o "$frames/city.$number.exr"
done
cut=$frames/city.1012.exr
truncate -s $(($(stat -c %s "$cut") / 2)) "$cut"
echo 'not a picture' >"$frames/city.1015.exr"
node dist/cli/main.js contact-sheet "$frames" --size 120 --columns 6 -o docs/guides/pictures/contact-sheet.png || [[ $? == 1 ]]
