#!/bin/bash
# picture.sh IN.png OUT.webp: a drawing as the kiosk shows it, 960x540 (flat colours: about 10 KB).
set -eu
ffmpeg -nostdin -v error -y -i "$1" -vf scale=960:540:flags=area -c:v libwebp -quality 82 -preset drawing -fflags +bitexact -flags:v +bitexact -map_metadata -1 "$2"
