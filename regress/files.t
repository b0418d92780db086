#!/bin/sh
# A session's files through the API: bytes in and out, parts of them, names
# of all kinds, what is no file, and that nothing is left of what a client
# began and did not end.
# shellcheck disable=SC2016	# the session's shell expands

. ./lib.sh
# shellcheck source=regress/lib_image.sh
. ./lib_image.sh

need_root
need curl jq busybox tar perl

IMAGE=$PREFIX/images/small
make_image "$IMAGE"
echo private > "$IMAGE/root/private"
chmod 600 "$IMAGE/root/private"
deskd_conf << end
	image "host" host
	image "small" dir "small"
end
deskd_start_or_bail
ok "a session" ctl create -X -w -n work -D 64M
id=$(ctl show -j work | jq -r .id)
FILES=/v1/sessions/$id/files

run() {		# COMMAND: its output in the session
	ctl exec work -- sh -c "$1" 2>&1
}
# Percent-encoded: ours are short and have no NUL.
enc() {
	printf %s "$1" | od -An -v -tx1 | tr -d '\n' | sed 's/ /%/g'
}
raw() {		# METHOD REST [CURL-OPTION ...]; the body to stdout
	t_method=$1
	t_rest=$2
	shift 2
	: > "$TMP/api.headers"
	curl -sS --max-time 60 --unix-socket "$SOCKET" -X "$t_method" \
	    -D "$TMP/api.headers" "$@" "http://deskd$FILES$t_rest"
}
get() {		# PATH [CURL-OPTION ...]
	t_p=$(enc "$1")
	shift
	raw GET "?path=$t_p" "$@"
}
put() {		# PATH FILE [CURL-OPTION ...]
	t_p=$(enc "$1")
	t_f=$2
	shift 2
	raw PUT "?path=$t_p" --data-binary "@$t_f" \
	    -H 'Content-Type:' "$@"
}
problem() {	# what raw, get or put printed
	jq -r '"\(.status) \(.code) \(.pointer)"'
}
no_pump() {
	[ -z "$(run 'ls /proc | grep "^[0-9]*$" | while read p; do
	    cat /proc/$p/cmdline 2> /dev/null | tr "\0" " " |
	    grep -E "^(write|read|archive|extract|watch|copy) "; done')" ]
}
no_temp() {
	[ -z "$(run 'find /home/user -name ".deskd-*"')" ]
}

# Round trips.
printf 'hello\n' > "$TMP/hello"
is "a new file" "$(put hello.txt "$TMP/hello" | jq -c \
    '[.created, .entry.path, .entry.name, .entry.type, .entry.size,
    .entry.mode, .entry.uid]')" \
    '[true,"/home/user/hello.txt","hello.txt","file",6,"0644",1000]'
is "says so" "$(api_status)" 201
tag=$(api_header ETag)
like "with a strong tag" "$tag" '^"[^"]+"$'
is "the session sees it" "$(run 'cat hello.txt; stat -c %U:%a hello.txt')" \
    "hello
user:644"
is "it comes back" "$(get hello.txt)" hello
is "with 200" "$(api_status)" 200
is "a type" "$(api_header Content-Type)" "text/plain; charset=utf-8"
is "a length" "$(api_header Content-Length)" 6
is "the same tag" "$(api_header ETag)" "$tag"
is "that it takes ranges" "$(api_header Accept-Ranges)" bytes
is "that it is what it says" "$(api_header X-Content-Type-Options)" nosniff
is "a name" "$(api_header Content-Disposition)" \
    "attachment; filename=\"hello.txt\"; filename*=UTF-8''hello.txt"
like "and a time" "$(api_header Last-Modified)" \
    '^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT$'
is "what it is, without reading it" "$(raw GET /stat?path=hello.txt |
    jq -r .etag)" "$tag"
raw HEAD '?path=hello.txt' -I > /dev/null
is "HEAD" "$(api_status) $(api_header Content-Length) $(api_header ETag)" \
    "200 6 $tag"
raw HEAD '?path=nonesuch' -I > /dev/null
is "HEAD of nothing" "$(api_status)" 404
raw HEAD '?path=/home' -I > /dev/null
is "HEAD of a directory" "$(api_status) $(api_header Content-Type)" \
    "200 application/json"

: > "$TMP/empty"
is "an empty file" "$(put empty "$TMP/empty" | jq .entry.size)" 0
is "comes back" "$(get empty | wc -c; api_header Content-Length)" "0
0"
is "its type is not known" "$(api_header Content-Type)" \
    application/octet-stream
head -c 3000001 /dev/urandom > "$TMP/large"
put large "$TMP/large" > /dev/null
is "a large one replaces" "$(put large "$TMP/large" | jq .created)" false
is "says so with" "$(api_status)" 200
ok "and is the same" sh -c "curl -sS --unix-socket $SOCKET \
    'http://deskd$FILES?path=large' | cmp - $TMP/large"
ok "in chunks, too" sh -c "curl -sS -f --unix-socket $SOCKET -T - \
    'http://deskd$FILES?path=chunked' < $TMP/large"
is "the session has it all" "$(run 'cmp large chunked && wc -c < chunked')" \
    3000001
is "an absolute path" "$(get /home/user/hello.txt)" hello
is "with a mode" "$(put '/tmp/x y' "$TMP/hello" > /dev/null
    raw PUT '?path=script&mode=0750' --data-binary @"$TMP/hello" > /dev/null
    run 'stat -c %a script; cat "/tmp/x y"')" "750
hello"
is "which stays when it is replaced" "$(put script "$TMP/large" > /dev/null
    run 'stat -c %a script')" 750
is "without its directory" "$(put a/b/c "$TMP/hello" | problem)" \
    "404 not_found /path"
is "with it" "$(raw PUT '?path=a/b/c&parents=true' \
    --data-binary @"$TMP/hello" | jq -r .entry.path)" /home/user/a/b/c
is "a name that is a number in octal no more" \
    "$(raw PUT '?path=m&mode=8' -d x | problem)" "400 invalid_parameter null"
raw PUT '?path=m&mode=7777' -d x > /dev/null
is "the largest mode" "$(api_status)" 201
is "one past" "$(raw PUT '?path=m&mode=10000' -d x | problem)" \
    "400 invalid_parameter null"

# Parts of it.
seq 1 1000 > "$TMP/seq"
put seq "$TMP/seq" > /dev/null
size=$(wc -c < "$TMP/seq")
tag=$(api_header ETag)
is "a part" "$(get seq -r 2-3) $(api_status)" "2 206"
is "which one" "$(api_header Content-Range)" "bytes 2-3/$size"
is "from the middle on" "$(get seq -r $((size - 5))-)" 1000
is "the last ones" "$(get seq -r -5)" 1000
get seq -r "-$((size + 1))" | cmp -s - "$TMP/seq"
is "more than there are" "$? $(api_status)" "0 206"
is "the last byte" "$(get seq -r "$((size - 1))-$((size + 9))" | wc -c)" 1
is "one past it" "$(get seq -r "$size-" | problem)" \
    "416 range_not_satisfiable null"
is "how many there are" "$(api_header Content-Range)" "bytes */$size"
for odd in 5-2 x-y 1-2,4-5 -; do
	get seq -H "Range: bytes=$odd" | cmp -s - "$TMP/seq"
	is "$odd is all of it" "$? $(api_status)" "0 200"
done
is "if it is the same" \
    "$(get seq -r 0-1 -H "If-Range: $tag" | wc -c; api_status)" "2
206"
is "if it is another" \
    "$(get seq -r 0-1 -H 'If-Range: "other"' | wc -c; api_status)" "$size
200"
is "a weak tag does not do" \
    "$(get seq -r 0-1 -H "If-Range: W/$tag" | wc -c)" "$size"

# What the client has.
get seq -H "If-None-Match: \"x\", $tag" > "$TMP/body"
is "the client has it" "$(api_status) $(wc -c < "$TMP/body")" "304 0"
is "which one" "$(api_header ETag)" "$tag"
get seq -H 'If-None-Match: "x"' > /dev/null
is "it has another" "$(api_status)" 200
since=$(api_header Last-Modified)
get seq -H "If-Modified-Since: $since" > /dev/null
is "it has one of this time" "$(api_status)" 304
get seq -H "If-Modified-Since: Thu, 01 Jan 2015 00:00:00 GMT" > /dev/null
is "it has an old one" "$(api_status)" 200

# Writing only over what one knows.
is "over another: not" "$(put seq "$TMP/hello" -H 'If-Match: "x"' | problem)" \
    "412 precondition_failed null"
put seq "$TMP/hello" -H "If-Match: $tag" > /dev/null
is "over the same: yes" "$(api_status)" 200
is "the tag is another now" "$(put seq "$TMP/seq" -H "If-Match: $tag" |
    problem)" "412 precondition_failed null"
is "over one that is there: not" \
    "$(put seq "$TMP/seq" -H 'If-None-Match: *' | problem)" \
    "412 precondition_failed null"
is "it stayed" "$(get seq)" hello
put seq-new "$TMP/seq" -H 'If-None-Match: *' > /dev/null
is "where nothing is: yes" "$(api_status)" 201
is "over what must be there" \
    "$(put nothing "$TMP/seq" -H 'If-Match: *' | problem)" \
    "412 precondition_failed null"

# A reader sees one or the other, never half.
head -c 2000000 /dev/zero | tr '\0' a > "$TMP/as"
head -c 2000000 /dev/zero | tr '\0' b > "$TMP/bs"
put whole "$TMP/as" > /dev/null
run 'touch reading; while [ -e reading ]; do
	s=$(tr -d "\n" < whole | fold -w 1000 | sort -u | cut -c1 | tr -d "\n")
	n=$(wc -c < whole)
	[ "$s/$n" = a/2000000 ] || [ "$s/$n" = b/2000000 ] || echo "$s/$n"
	echo looked >> looks
    done > odd' &
reader=$!
ok "a reader looks" wait_until 20 run '[ -s looks ]'
for _ in 1 2 3 4 5; do
	put whole "$TMP/bs" > /dev/null
	put whole "$TMP/as" > /dev/null
done
run 'rm reading'
wait "$reader"
is "while it is replaced, and sees no half" "$(run 'cat odd')" ""

# Directories.
run 'mkdir d && cd d && for i in c a b; do echo $i > $i; done; ln -s a l;
    mkdir sub; mkfifo pipe'
is "a list" "$(get d | jq -c '[.data[] | [.name, .type]]')" \
    '[["a","file"],["b","file"],["c","file"],["l","symlink"],["pipe","fifo"],["sub","directory"]]'
is "is whole" "$(get d | jq -c '[.next_cursor, .has_more]')" '[null,false]'
is "a link's end" "$(get d | jq -r '.data[3].target')" a
page() {	# CURSOR
	raw GET "?path=d&limit=4${1:+&cursor=$1}"
}
cursor=$(page | jq -r .next_cursor)
is "the first four" "$(page | jq -c '[[.data[].name], .has_more]')" \
    '[["a","b","c","l"],true]'
is "the others" "$(page "$cursor" |
    jq -c '[[.data[].name], .has_more, .next_cursor]')" \
    '[["pipe","sub"],false,null]'
is "a limit of 0" "$(raw GET '?path=d&limit=0' | problem)" \
    "400 invalid_parameter null"
raw GET '?path=d&limit=1000' > /dev/null
is "the largest limit" "$(api_status)" 200
is "one past" "$(raw GET '?path=d&limit=1001' | problem)" \
    "400 invalid_parameter null"
is "a cursor that is none" "$(page x | problem)" "400 invalid_parameter null"
is "a list of a file" "$(raw GET '?path=hello.txt&limit=1' | problem)" \
    "409 not_a_directory /path"
is "many" "$(run 'mkdir many && cd many && seq 1 2500 | xargs touch'
    n=0 c=
    while :; do
	raw GET "?path=many&limit=1000${c:+&cursor=$c}" > "$TMP/page"
	n=$((n + $(jq '.data | length' "$TMP/page")))
	c=$(jq -r '.next_cursor // ""' "$TMP/page")
	[ -n "$c" ] || break
    done; echo $n)" 2500

# Names.
for name in 'a+b&c=d?#e%41' 'two
lines' 'tab	"quoted"' 'grüße 日本' "$(printf 'latin \344\377')" \
    "$(printf '%0255d' 7)" "-rf" '$(id)'; do
	put "d/sub/$name" "$TMP/hello" > /dev/null
	is "a name: $(printf %.20s "$name" | tr -c '[:print:]' '?')" \
	    "$(api_status) $(get "d/sub/$name")" "201 hello"
	printf '%s\0' "$name" >> "$TMP/names"
done
sort -z "$TMP/names" | od -An -c > "$TMP/names.wanted"
run 'LC_ALL=C; export LC_ALL; cd d/sub && find . -mindepth 1 -maxdepth 1 -printf "%f\0" |
    sort -z | od -An -c' > "$TMP/names.got"
ok "the session has just these" cmp "$TMP/names.wanted" "$TMP/names.got"
is "what is not UTF-8 is listed with its bytes" "$(get d/sub |
    jq -r '.data[] | select(.name_base64) | [.name, .name_base64] | @tsv')" \
    "latin ��	bGF0aW4g5P8="
is "and moved by them" "$(api POST "$FILES/move" \
    '{"from_base64": "ZC9zdWIvbGF0aW4g5P8=", "to": "d/sub/utf8"}' |
    jq -r '[.entry.name, .created] | @tsv')" "utf8	true"
is "a name that is too long" "$(get "$(printf '%0256d' 7)" | problem)" \
    "422 bad_path /path"
long=$(printf '/%03d' $(seq 1 1100))
is "a path that is too long" "$(put "$long" "$TMP/hello" | problem)" \
    "400 invalid_parameter null"
is "a NUL" "$(raw GET '?path=a%00b' | problem)" "400 invalid_parameter null"
is "half a percent" "$(raw GET '?path=a%4' | problem)" \
    "400 invalid_parameter null"
is "no path" "$(raw GET '' | problem)" "400 invalid_parameter null"
is "an empty one" "$(raw GET '?path=' | problem)" "400 invalid_parameter null"
is "a parameter nobody knows" "$(raw GET '?path=a&x=1' | problem)" \
    "400 invalid_parameter null"
is "another that is not UTF-8" "$(raw GET '?path=a&user=%ff' | problem)" \
    "400 invalid_parameter null"

# What is no file, and where there is no way.
is "nothing there" "$(get nonesuch | problem)" "404 not_found /path"
is "a file as a directory" "$(get hello.txt/x | problem)" \
    "409 not_a_directory /path"
is "a FIFO does not hold anybody up" "$(get d/pipe | problem)" \
    "409 not_regular /path"
is "nor when it is written" "$(put d/pipe "$TMP/hello" | problem)" \
    "409 not_regular /path"
is "a device" "$(get /dev/zero | problem)" "409 not_regular /path"
is "a terminal" "$(get /dev/tty | problem)" "409 not_regular /path"
is "a directory is not written" "$(put d "$TMP/hello" | problem)" \
    "409 is_a_directory /path"
is "a file of the kernel that is text" "$(get /proc/version | cut -c1-5)" \
    Linux
is "a magic link is none" "$(get /proc/self/root/etc/passwd | problem)" \
    "422 bad_path /path"
is "nor is another's" "$(get /proc/1/root | jq -r .status)" \
    "$(get /proc/1/root | jq -r .status | grep -E '403|422')"
is "read-only" "$(put /usr/x "$TMP/hello" | problem)" \
    "403 permission_denied /path"
is "no rights to read" "$(run 'echo x > mine && chmod 000 mine'
    get mine | problem)" "403 permission_denied /path"
is "no rights to write" "$(put /etc/passwd "$TMP/hello" | problem)" \
    "403 permission_denied /path"
is "a link is followed" "$(get d/l)" a
is "a loop is not" "$(run 'ln -s loop loop'; get loop | problem)" \
    "422 bad_path /path"
is "writing through a link" "$(put d/l "$TMP/hello" | jq -r .created)" false
is "writes where it leads" "$(run 'cat d/a; readlink d/l')" "hello
a"
is "stat follows" "$(raw GET '/stat?path=d/l' | jq -r .type)" file
is "or not" "$(raw GET '/stat?path=d/l&follow=false' |
    jq -r '[.type, .target] | @tsv')" "symlink	a"
is "user root is not offered by this image" \
    "$(raw GET '?path=/root/x&user=root' | jq -r '"\(.status) \(.code)"')" \
    "422 not_offered"

# Changes.
is "mkdir" "$(api POST "$FILES/mkdir" '{"path": "new", "mode": "0700"}' |
    jq -r '[.entry.type, .entry.mode, .created] | @tsv')" \
    "directory	0700	true"
is "says so with" "$(api_status)" 201
is "once" "$(api POST "$FILES/mkdir" '{"path": "new"}' | problem)" \
    "409 exists /path"
is "with its parents it may be there" "$(api POST "$FILES/mkdir" \
    '{"path": "new", "parents": true}' | jq -r .created; api_status)" "false
200"
is "deep" "$(api POST "$FILES/mkdir" '{"path": "new/1/2/3", "parents": true}' |
    jq -r .entry.path)" /home/user/new/1/2/3
is "without a path" "$(api POST "$FILES/mkdir" '{}' | problem)" \
    "422 missing_field /path"
is "with a field nobody knows" \
    "$(api POST "$FILES/mkdir" '{"path": "q", "x": 1}' | problem)" \
    "422 unknown_field /x"
is "with a mode that is none" \
    "$(api POST "$FILES/mkdir" '{"path": "q", "mode": "rwx"}' | problem)" \
    "422 invalid_field /mode"
is "with two paths" "$(api POST "$FILES/mkdir" \
    '{"path": "q", "path_base64": "cQ=="}' | problem)" \
    "422 invalid_field /path_base64"
is "copy" "$(api POST "$FILES/copy" '{"from": "d/a", "to": "d/copy"}' |
    jq -r '[.entry.name, .created, .files] | @tsv'; run 'cat d/copy')" \
    "copy	true	1
hello"
is "over one that is there" \
    "$(api POST "$FILES/copy" '{"from": "d/b", "to": "d/copy"}' | problem)" \
    "409 exists /to"
is "when told so" "$(api POST "$FILES/copy" \
    '{"from": "d/b", "to": "d/copy", "overwrite": true}' |
    jq -r .created; run 'cat d/copy')" "false
b"
is "a tree" "$(api POST "$FILES/copy" '{"from": "d", "to": "e"}' |
    jq -r .created; run 'cd e && find . -type f | wc -l;
    cd ../d && find . -type f | wc -l' | sort -u | wc -l)" "true
1"
is "nothing into itself" "$(api POST "$FILES/copy" \
    '{"from": "d", "to": "d/sub/d"}' | problem)" "422 bad_path /to"
is "move" "$(api POST "$FILES/move" '{"from": "e", "to": "f"}' |
    jq -r .entry.path; run 'ls -d e f 2> /dev/null')" "/home/user/f
f"
is "what is not there" "$(api POST "$FILES/move" \
    '{"from": "e", "to": "g"}' | problem)" "404 not_found /from"
is "without to" "$(api POST "$FILES/move" '{"from": "f"}' | problem)" \
    "422 missing_field /to"
raw DELETE '?path=f/a' > "$TMP/body"
is "delete" "$(api_status) $(wc -c < "$TMP/body") $(run 'ls f/a 2>&1' |
    grep -c 'No such')" "204 0 1"
is "not a full directory" "$(raw DELETE '?path=f' | problem)" \
    "409 not_empty /path"
raw DELETE '?path=f&recursive=true' > /dev/null
is "unless told so" "$(api_status) $(run 'ls -d f 2> /dev/null')" "204 "
is "what is not there" "$(raw DELETE '?path=f' | problem)" \
    "404 not_found /path"

# Archives.
raw GET '/archive?path=d' > "$TMP/d.tar"
is "an archive" "$(api_status) $(api_header Content-Type)" \
    "200 application/x-tar"
like "has a name" "$(api_header Content-Disposition)" 'filename="d.tar"'
mkdir "$TMP/out"
tar -C "$TMP/out" --no-same-owner -xf "$TMP/d.tar"
is "tar reads it" "$(cd "$TMP/out" && find . -name b -exec cat {} +)" b
is "back in another place" "$(api POST "$FILES/mkdir" '{"path": "back"}' \
    > /dev/null
    raw PUT '/archive?path=back' -T "$TMP/d.tar" | jq 'has("files")')" true
is "it is the same" "$(run 'cd back && find . -name b -exec cat {} + &&
    find . -name "*rf" | wc -l')" "b
1"
is "an archive of nothing" "$(raw GET '/archive?path=nonesuch' | problem)" \
    "404 not_found /path"
is "what is no archive" "$(raw PUT '/archive?path=back' \
    -T "$TMP/large" | problem)" "422 bad_archive null"
mkdir "$TMP/evil"
(cd "$TMP/evil" && mkdir a && echo out > a/f && tar -cf ../evil.tar \
    --transform 's,^a/f,../../../../../../tmp/escaped,' -P a/f)
raw PUT '/archive?path=back' -T "$TMP/evil.tar" > /dev/null
is "an archive that leads out" "$(run 'ls /tmp/escaped 2> /dev/null')" ""

# What a client began and did not end.
cat > "$TMP/half.pl" << 'end'
# Sends half of a body, says so, and waits to be killed.
use IO::Socket::UNIX;
my ($socket, $target, $mark) = @ARGV;
my $s = IO::Socket::UNIX->new(Peer => $socket) or die;
print $s "PUT $target HTTP/1.1\r\nHost: d\r\nContent-Length: 50000000\r\n\r\n";
print $s "x" x 1000000 for 1 .. 5;
$s->flush;
open(my $m, '>', $mark); close($m);
sleep 600;
end
perl "$TMP/half.pl" "$SOCKET" "$FILES?path=half" "$TMP/half.sent" &
half=$!
half_there() {
	[ -e "$TMP/half.sent" ] && ! no_pump
}
ok "half of an upload" wait_until 30 half_there
is "is not there" "$(run 'ls half 2> /dev/null')" ""
kill -9 "$half"
wait "$half" 2> /dev/null
ok "its client leaves: no program is left" wait_until 30 no_pump
is "and no file" "$(run 'ls half 2> /dev/null')" ""
ok "nor one without a name" no_temp
rm -f "$TMP/half.sent"
run 'echo old > half'
perl "$TMP/half.pl" "$SOCKET" "$FILES?path=half" "$TMP/half.sent" &
half=$!
ok "over one that is there" wait_until 30 half_there
kill -9 "$half"
wait "$half" 2> /dev/null
ok "no program is left" wait_until 30 no_pump
is "it is the old one" "$(run 'cat half')" old
run 'head -c 20000000 /dev/zero > zeros'
curl -sS --unix-socket "$SOCKET" --limit-rate 10k -o "$TMP/zeros" \
    "http://deskd$FILES?path=zeros" 2> /dev/null &
slow=$!
reads() {
	! no_pump
}
ok "a slow download" wait_until 30 reads
kill -9 "$slow"
wait "$slow" 2> /dev/null
ok "its client leaves: no program is left" wait_until 30 no_pump

# A broker that dies in the middle.
rm -f "$TMP/half.sent"
perl "$TMP/half.pl" "$SOCKET" "$FILES?path=half" "$TMP/half.sent" &
half=$!
ok "half of an upload" wait_until 30 half_there
for p in /proc/[0-9]*; do
	[ "$(cat "$p/comm" 2> /dev/null)" = deskd-broker ] &&
		grep -q "^PPid:.$DESKD_PID$" "$p/status" &&
		kill -9 "${p#/proc/}"
done
kill -9 "$half"
wait "$half" 2> /dev/null
ok "there is another broker" wait_until 60 ctl exec work true
ok "no program is left" wait_until 60 no_pump
is "it is the old one" "$(run 'cat half')" old
ok "nothing without a name is left" no_temp

# More than one may have at once.
cat > "$TMP/many.pl" << 'end'
# Begins so many uploads of one byte more than it sends; says how it went.
use IO::Socket::UNIX;
my ($socket, $target, $many) = @ARGV;
my (@s, %count);
for my $i (1 .. $many) {
	my $s = IO::Socket::UNIX->new(Peer => $socket) or die;
	print $s "PUT $target$i HTTP/1.1\r\nHost: d\r\n" .
	    "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n";
	$s->flush;
	push @s, $s;
}
for my $s (@s) {
	my $line = <$s>;
	$count{(split / /, $line)[1]}++;
}
print join(' ', map { "$_:$count{$_}" } sort keys %count), "\n";
end
is "32 at once, not one more" \
    "$(perl "$TMP/many.pl" "$SOCKET" "$FILES?path=many-" 33)" "100:32 429:1"
ok "they end" wait_until 60 no_pump
again() {
	put again "$TMP/hello" > /dev/null
	api_status | grep -q '^20[01]$'
}
ok "and there is room again" wait_until 30 again

# No room.
free_kb() {
	run 'df -Pk /home/user | awk "NR == 2 { print \$4 }"'
}
run 'rm zeros large chunked whole'
before=$(run 'find /home/user | sort | cksum')
head -c 100000000 /dev/zero > "$TMP/toolarge"
is "more than the disk has" "$(put toolarge "$TMP/toolarge" | problem)" \
    "507 no_space /path"
is "nothing is left behind" "$(run 'find /home/user | sort | cksum')" \
    "$before"
ok "and there is room again" wait_until 20 sh -c \
    "[ \"\$('$BIN/deskctl' -s '$SOCKET' exec work -- sh -c \
    'df -Pk /home/user | tail -n 1' | awk '{ print \$4 }')\" -gt 20000 ]"
put small "$TMP/hello" > /dev/null
is "for another" "$(api_status)" 201
is "more than the largest body" "$(raw PUT '?path=x' \
    -H 'Content-Length: 1099511627777' | problem)" "413 too_large null"
is "a part of a file is no body" "$(put part "$TMP/hello" \
    -H 'Content-Range: bytes 0-5/6' | problem)" "400 invalid_parameter null"

# Watching.
run 'mkdir watched'
curl -sN --max-time 120 --unix-socket "$SOCKET" \
    "http://deskd$FILES/watch?path=watched&recursive=true" \
    > "$TMP/watch" &
watch=$!
said() {
	grep -q "$1" "$TMP/watch"
}
ok "a watch" wait_until 30 said '^event: watching'
run 'cd watched && echo x > one && mv one two && rm two && mkdir deep'
ok "created" wait_until 30 said '^event: created'
ok "moved" wait_until 30 said '^event: moved'
ok "deleted" wait_until 30 said '^event: deleted'
put watched/deep/three "$TMP/hello" > /dev/null
ok "below, too" wait_until 30 said three
kill "$watch"
wait "$watch" 2> /dev/null
ok "its client leaves: no program is left" wait_until 30 no_pump
is "a watch of nothing" "$(raw GET '/watch?path=nonesuch' | problem)" \
    "404 not_found /path"

# The journal: what, and how much, and nothing of what is in it.
is "what was written" "$(ctl log -j -n 2000 work | jq -c 'if type == "array"
    then .[] else . end | select(.kind == "file.written") |
    [.data.path, .data.size]' | head -n 1)" '["/home/user/hello.txt",6]'
is "what was moved" "$(ctl log -j -n 2000 work | jq -c 'if type == "array"
    then .[] else . end | select(.kind == "file.moved") |
    [.data.from, .data.path]' | tail -n 1)" '["/home/user/e","/home/user/f"]'
nok "nothing of the contents" sh -c \
    "'$BIN/deskctl' -s '$SOCKET' log -j -n 2000 work | grep -q hello.n"

# Who may.
t_all=$(api_as 4242 GET "$FILES?path=hello.txt" | problem)
is "another's session" "$t_all" "404 not_found null"

# Root's files, where the image offers root.
ok "a session with root" ctl create -X -w -n small -i small -D 64M
id=$(ctl show -j small | jq -r .id)
FILES=/v1/sessions/$id/files
is "root's file" "$(get /root/private | problem)" \
    "403 permission_denied /path"
is "for root" "$(raw GET '?path=/root/private&user=root')" private
raw PUT '?path=/etc/new&user=root' -d x > /dev/null
is "root writes" "$(ctl exec small -- stat -c %u /etc/new)" 0
is "another user" "$(raw GET '?path=x&user=bob' | problem)" \
    "400 invalid_parameter null"

# A session that stops in the middle of an answer, and does not run.
ctl exec small -- sh -c 'head -c 20000000 /dev/zero > zeros'
curl -sS --unix-socket "$SOCKET" --limit-rate 100k -o "$TMP/cut" \
    "http://deskd$FILES?path=zeros" 2> /dev/null &
slow=$!
begun() {
	[ -s "$TMP/cut" ]
}
ok "a slow download" wait_until 30 begun
ctl stop small > /dev/null
wait "$slow"
is "its session stops: the client is told that it is not all" "$?" 18
is "stopped" "$(get x | problem)" "409 wrong_state null"

done_testing
