#!/bin/bash
# clips.sh DIR: makes the clips that the player's tests read, with the system's ffmpeg. Does nothing for clips that
# are there already.
#
# Each is 75 pictures at 25 a second. Picture N shows N as eight upright bars of 40 pixels, bright for 1, the lowest
# bit at the left: so a test reads from the screen which picture it is, through any codec.
set -eu
dir=$1
mkdir -p "$dir"
seconds=3
bars="nullsrc=size=320x192:rate=25:duration=$seconds,geq=lum='if(mod(floor(N/pow(2,floor(X/40))),2),220,30)':cb=128:cr=128"
tone="sine=frequency=440:sample_rate=48000:duration=$seconds"

make() { # NAME OPTIONS…
    local out=$dir/$1
    shift
    [ -s "$out" ] && return
    ffmpeg -nostdin -hide_banner -v error -y "$@" "$dir/.${out##*/}" && mv "$dir/.${out##*/}" "$out"
}
film() { # NAME VIDEO-AND-AUDIO OPTIONS…
    local name=$1
    shift
    make "$name" -i "$dir/master.mkv" "$@"
}

make master.mkv -f lavfi -i "$bars" -f lavfi -i "$tone" -pix_fmt yuv420p -c:v ffv1 -c:a pcm_s16le
x264="-c:v libx264 -preset veryfast -g 25 -bf 2"
film h264-aac.mp4 $x264 -c:a aac -ac 2 -movflags +faststart &
film h264-mp3.mkv $x264 -c:a libmp3lame &
film h264-mp3.avi $x264 -bf 0 -c:a libmp3lame -avoid_negative_ts disabled &
film h264-aac.ts $x264 -c:a aac &
film av1-opus.webm -c:v libsvtav1 -preset 10 -g 25 -crf 25 -c:a libopus 2>/dev/null &
wait
film av1-opus.mp4 -c:v libsvtav1 -preset 10 -g 25 -crf 25 -c:a libopus -strict -2 2>/dev/null &
film vp9-opus.webm -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 25 -b:v 200k -c:a libopus &
film hevc-aac.mp4 -c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=25 -tag:v hvc1 -c:a aac &
film hevc-vorbis.mkv -c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=25 -c:a libvorbis &
wait
film mpeg2-mp2.mpeg -c:v mpeg2video -b:v 800k -g 12 -bf 2 -c:a mp2 &
film mpeg2-mp2.mkv -c:v mpeg2video -b:v 800k -g 12 -bf 2 -c:a mp2 &
film theora-vorbis.ogg -c:v libtheora -b:v 500k -g 25 -c:a libvorbis &
film long-gop.mp4 -c:v libx264 -preset veryfast -g 1000 -bf 3 -sc_threshold 0 -c:a aac &
wait
film silent.mp4 $x264 -an &
film ten-bit.mkv -c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=25 -pix_fmt yuv420p10le -an &
film chroma-422.mkv $x264 -pix_fmt yuv422p -an &
film chroma-444.mp4 $x264 -pix_fmt yuv444p -an &
film rgb.mkv -c:v libx264rgb -preset veryfast -g 25 -pix_fmt rgb24 -an &
film full-range.mp4 $x264 -vf scale=out_range=full -color_range pc -pix_fmt yuvj420p -an &
film no-cues.webm -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 25 -b:v 200k -c:a libopus -f webm -live 1 &
wait
film odd-size.mkv $x264 -vf "scale=317:189,format=yuv444p" -an &
film late-sound.mkv $x264 -t 3 -af "adelay=1000,atrim=start=1,asetpts=PTS" -c:a aac &
film short-sound.mp4 $x264 -af atrim=end=1 -c:a aac &
film sound.mp3 -vn -c:a libmp3lame &
film sound.ogg -vn -c:a libvorbis &
film sound.opus -vn -c:a libopus &
film sound.m4a -vn -c:a aac &
film sound.mp2 -vn -c:a mp2 &
wait
make two-languages.mkv -i "$dir/master.mkv" -f lavfi -i "sine=frequency=880:sample_rate=44100:duration=$seconds" \
    -map 0:v -map 0:a -map 1:a $x264 -c:a aac -metadata:s:a:0 language=eng -metadata:s:a:0 title=English \
    -metadata:s:a:1 language=chi -metadata:s:a:1 title=普通话
[ -s "$dir/turned.mp4" ] || {
    make turned-src.mp4 -i "$dir/silent.mp4" -c copy
    make turned.mp4 -i "$dir/turned-src.mp4" -c copy -metadata:s:v rotate=90
}
# A file that asks for another one and for the network: must get neither.
[ -s "$dir/playlist.m3u8" ] || printf '#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nh264-aac.ts\n#EXTINF:3,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n' >"$dir/playlist.m3u8"
[ -s "$dir/concat.ffconcat" ] || printf 'ffconcat version 1.0\nfile h264-aac.mp4\n' >"$dir/concat.ffconcat"
