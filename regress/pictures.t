#!/bin/sh
# Pictures of the screen in every format, read by programs that know nothing
# of deskd: they show what the PNG shows, whatever was drawn meanwhile, and
# who asks for the same at the same time shares the work.

# shellcheck source=regress/lib.sh
. ./lib.sh
# shellcheck source=regress/lib_desktop.sh
. ./lib_desktop.sh

need_root
need curl djpeg dwebp jq perl Xvfb icewm xterm
deskd_start_or_bail

ok "a session" ctl create -w -n one -g 640x480
ID=$(ctl show -j one | jq -r .id)
SHOT=/v1/sessions/$ID/screenshot

metric() {
	api GET /metrics | awk -v want="deskd_$1_total" '$1 == want {
	    print $2 }'
}

get() {	# FILE QUERY [CURL-OPTION...]
	t_file=$1
	t_query=$2
	shift 2
	curl -sS --max-time 60 --unix-socket "$SOCKET" -o "$t_file" \
	    -D "$TMP/api.headers" "$@" "http://deskd$SHOT?$t_query"
}

# As PPM, by the formats' own programs.
ppm() {
	case $(head -c 12 "$1" | od -An -c | tr -d ' \n') in
	*WEBP) dwebp -quiet -ppm "$1" -o - ;;
	'377330377'*) djpeg -ppm "$1" ;;
	*) "$BIN/png_pixel" -p "$1" ;;
	esac
}

# How alike two pictures are, in whole dB; 100 when equal.
psnr() {
	ppm "$1" > "$TMP/a.ppm" && ppm "$2" > "$TMP/b.ppm" &&
	perl -e 'local $/; binmode STDIN;
	    open A, "<:raw", $ARGV[0]; open B, "<:raw", $ARGV[1];
	    $a = <A>; $b = <B>;
	    $head = qr/^P6\s+(\d+)\s+(\d+)\s+255\s/;
	    die "no picture" unless $a =~ s/$head// and ($w, $h) = ($1, $2);
	    die "no picture" unless $b =~ s/$head//;
	    die "sizes differ" unless $w == $1 && $h == $2;
	    die "cut short" unless length $a == $w * $h * 3 &&
	    	length $b == $w * $h * 3;
	    print(100), exit if $a eq $b;
	    @a = unpack "C*", $a; @b = unpack "C*", $b;
	    $sum += ($a[$_] - $b[$_]) ** 2 for 0 .. $#a;
	    printf "%d", 10 * log(65025 * @a / $sum) / log 10' \
	    "$TMP/a.ppm" "$TMP/b.ppm"
}

at_least() {
	[ "${1:-0}" -ge "$2" ] || { echo "$1 dB, not $2"; return 1; }
}

# PNG, then others, then PNG again until nothing was drawn between.
same_moment() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		get "$TMP/p.png" format=png
		before=$(api_header ETag)
		get "$TMP/p.jpg" format=jpeg
		get "$TMP/fine.jpg" 'format=jpeg&quality=95'
		get "$TMP/p.webp" format=webp
		get "$TMP/l.webp" 'format=webp&lossless=true'
		get "$TMP/q.png" format=png
		[ "$(api_header ETag)" = "$before" ] && return
	done
	return 1
}

all_alike() {
	at_least "$(psnr "$TMP/p.png" "$TMP/p.jpg")" 27 &&
	at_least "$(psnr "$TMP/p.png" "$TMP/fine.jpg")" 35 &&
	at_least "$(psnr "$TMP/p.png" "$TMP/p.webp")" 27 &&
	at_least "$(psnr "$TMP/p.png" "$TMP/l.webp")" 100
}

# A terminal to draw in, of text in many colours.
inside one 'touch lines'
launch one "exec xterm -bg black -fg white -geometry 70x20+20+20 -e \
    sh -c 'tail -f \"\$HOME/lines\"'"
ok "a terminal" wait_until 30 "$BIN/deskctl" -s "$SOCKET" exec one \
    pgrep -f 'tail -f'
draw() {
	inside one "i=0; while [ \$i -lt $1 ]; do printf '\\033[3%dmline %d of $2 with text \\n' \
	    \$((i % 8)) \$i; i=\$((i + 1)); done >> lines"
}
draw 12 begin
ok "the screen is quiet" act "$ID" '{"type": "wait", "duration_ms": 0,
    "settle_ms": 500, "settle_timeout_ms": 20000}'
ok "all formats of one screen" same_moment
get "$TMP/x" format=jpeg
is "JPEG has its type" "$(api_header Content-Type)" image/jpeg
is "and its size" "$(api_header X-Deskd-Width)x$(api_header X-Deskd-Height)" \
    640x480
get "$TMP/x" format=webp
is "WebP has its type" "$(api_header Content-Type)" image/webp
is "PNG equals PNG" "$(psnr "$TMP/p.png" "$TMP/q.png")" 100
ok "JPEG and WebP show what PNG shows" all_alike
is "a part, exactly" "$(get "$TMP/a" 'region=33,44,201,99'
    get "$TMP/b" 'region=33,44,201,99&format=webp&lossless=1'
    psnr "$TMP/a" "$TMP/b")" 100
ok "half the size" at_least "$(get "$TMP/a" 'scale=0.5'
    get "$TMP/b" 'scale=0.5&format=jpeg&quality=95'
    psnr "$TMP/a" "$TMP/b")" 33

# Damage, again and again: what was kept of the last picture stays right.
damaged() {
	for t_round in 1 2 3 4 5 6; do
		draw $((t_round % 3 + 1)) "round$t_round"
		[ $t_round != 3 ] || ctl click one 300 200
		act "$ID" '{"type": "wait", "duration_ms": 0,
		    "settle_ms": 150}' > /dev/null
		same_moment && all_alike || return 1
	done
}
ok "after every change, too" damaged

# The right answer for whom has it.
still() {	# QUERY: what is sent back is not sent again
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		get "$TMP/x" "$1"
		t_tag=$(api_header ETag)
		[ "$(get "$TMP/x" "$1" -H "If-None-Match: $t_tag" \
		    -w '%{http_code}')" = 304 ] && return
	done
	return 1
}
for query in format=jpeg 'format=jpeg&quality=81' format=webp \
    'format=webp&lossless=1' 'region=0,0,100,100' scale=0.5 pointer=1; do
	ok "304 for $query" still "$query"
	echo "$t_tag" >> "$TMP/tags"
done
is "each has a tag of its own" "$(sort -u "$TMP/tags" | wc -l)" 7
get "$TMP/x" '' -H 'Accept: image/webp'
is "Accept chooses" "$(api_header Content-Type)" image/webp
is "and is said to" "$(api_header Vary)" Accept

# A part of the screen where nothing is drawn is not made again when the
# terminal elsewhere is drawn upon.  Buffers are given back after 5 seconds
# in which nobody asks, and then it is: a slow machine tries again.
CORNER='region=400,360,200,40&format=jpeg&quality=33'
kept_corner() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		get "$TMP/x" "$CORNER"
		t_tag=$(api_header ETag)
		get "$TMP/x" format=png
		t_whole=$(api_header ETag)
		draw 2 elsewhere
		act "$ID" '{"type": "wait", "duration_ms": 0,
		    "settle_timeout_ms": 2000, "settle_ms": 100}' > /dev/null
		t_before=$(metric pictures_encoded)
		t_status=$(get "$TMP/x" "$CORNER" \
		    -H "If-None-Match: $t_tag" -w '%{http_code}')
		t_after=$(metric pictures_encoded)
		get "$TMP/x" format=png
		[ "$t_status" = 304 ] && [ "$t_before" = "$t_after" ] &&
		    [ "$(api_header ETag)" != "$t_whole" ] && return
	done
	echo "status $t_status, $t_before and then $t_after pictures"
	return 1
}
ok "drawn elsewhere: 304, and nothing is made" kept_corner

# Many clients at once.  Nothing is drawn in that corner.
crowd() {	# QUERY
	t_kids=
	for t_n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		curl -sS --max-time 60 --unix-socket "$SOCKET" \
		    -o "$TMP/crowd.$t_n" "http://deskd$SHOT?$1" &
		t_kids="$t_kids $!"
	done
	# shellcheck disable=SC2086	# words
	wait $t_kids
}
# QUERY without its quality: one that nobody asked for yet, each time.
shared() {
	for t_quality in 41 42 43 44 45; do
		t_before=$(metric pictures_encoded)
		crowd "$1&quality=$t_quality"
		t_made=$(($(metric pictures_encoded) - t_before))
		[ "$(md5sum "$TMP"/crowd.* | cut -d ' ' -f 1 | sort -u |
		    wc -l)" = 1 ] || { echo "they differ"; return 1; }
		[ "$t_made" = 1 ] && return
	done
	echo "$t_made pictures were made"
	return 1
}
ok "twenty clients, one picture" shared "region=400,360,200,40&format=webp"
ok "scaled, too" shared "region=400,360,200,40&format=jpeg&scale=0.7"
is "and it is one" "$(djpeg -ppm "$TMP/crowd.20" | head -n 2 | tail -n 1)" \
    "140 28"

# Actions.
act "$ID" '{"actions": [{"type": "screenshot", "format": "jpeg"},
    {"type": "zoom", "region": [0, 0, 64, 48], "format": "webp",
     "quality": 60}, {"type": "screenshot"},
    {"type": "wait", "duration_ms": 0}], "screenshot": "last",
    "format": "webp", "lossless": true}' > "$TMP/acts"
is "pictures of actions say what they are" "$(jq -r \
    '.results[].screenshot.media_type' "$TMP/acts" | xargs)" \
    "image/jpeg image/webp image/png image/webp"
for i in 0 1 2 3; do
	jq -r ".results[$i].screenshot.data" "$TMP/acts" | base64 -d \
	    > "$TMP/act.$i"
	is "and are that ($i)" "$(ppm "$TMP/act.$i" | head -n 2 | tail -n 1 |
	    grep -c '640 480\|640\|480')" 1
done
refused() {	# QUERY DETAIL
	is "not $1" "$(api GET "$SHOT?$1" | jq -r '.code + " " + .detail')" \
	    "invalid_parameter $2"
}
refused format=gif "format: must be one of png, jpeg, webp"
refused 'format=jpeg&quality=0' "quality: must be an integer from 1 to 100"
refused 'format=jpeg&quality=101' "quality: must be an integer from 1 to 100"
refused 'format=jpeg&lossless=1' "lossless: is for format=webp only"
refused 'quality=80' \
    "quality: a lossless picture has none; ask for format=jpeg or webp"
refused 'scale=8193x1' \
    "scale: must be WxH up to 8192, or a number above 0 and up to 1"
refused 'scale=0' \
    "scale: must be WxH up to 8192, or a number above 0 and up to 1"
get "$TMP/big" 'scale=8192x1&format=jpeg'
is "as wide as can be" "$(api_header X-Deskd-Width)" 8192
ok "and a picture" sh -c "djpeg -ppm '$TMP/big' | head -n 2 | grep -q '8192 1'"
get "$TMP/big" 'scale=1x8192&format=webp'
is "as high as can be" "$(dwebp -quiet -ppm "$TMP/big" -o - | head -n 2 |
    tail -n 1)" '1 8192'
is "an action refuses by name" "$(act "$ID" '{"type": "screenshot",
    "format": "jpeg", "quality": 0}' | jq -r '.code + " " + .pointer')" \
    "invalid_field /quality"

# deskctl.
ok "deskctl shot to a .webp" ctl shot -l -o "$TMP/ctl.webp" one
ok "is a WebP" dwebp -quiet "$TMP/ctl.webp" -o "$TMP/ctl.png"
ok "deskctl shot -f jpeg" ctl shot -f jpeg -q 20 -o "$TMP/ctl.x" one
ok "is a JPEG" sh -c "djpeg '$TMP/ctl.x' > /dev/null"

# Nobody was killed by the sandbox on the way.
is "it was one worker all the time" "$(grep -c 'worker.*killed\|desktop failed' \
    "$LOG")" 0
ctl rm one
done_testing
