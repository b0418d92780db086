#!/bin/sh
# deskd-pump by itself: each operation, as an ordinary user, in a directory
# of that user's.  What it says is on descriptor 2, so that is what is read.
# shellcheck disable=SC2016	# perl expands
. "${0%/*}/lib.sh"
need jq
need perl

PUMP=$BIN/deskd-pump
# Not static, so that a sanitizer can look into it.
[ -z "${DESKD_TEST_ASAN:-}" ] || PUMP=$BIN/pump_plain
D=$TMP/d
mkdir "$D"
cp "$PUMP" "$TMP/pump"
PUMP=$TMP/pump
AS=
if [ "$(id -u)" -eq 0 ]; then
	WHO=$((UID_FIRST + 1))
	chown "$WHO:$WHO" "$D"
	AS="setpriv --reuid=$WHO --regid=$WHO --clear-groups"
fi
HOME=$D
export HOME

# pump OPERATION ARGUMENT...: bytes to $TMP/out, words to $TMP/word.
pump() {
	# shellcheck disable=SC2086	# $AS is words
	$AS "$PUMP" "$@" > "$TMP/out" 2> "$TMP/word"
}
as() {
	# shellcheck disable=SC2086	# $AS is words
	(cd "$D" && $AS "$@")
}
# The last word's, or the first's, member.
last() {
	tail -n 1 "$TMP/word" | jq -r "$1"
}
first() {
	head -n 1 "$TMP/word" | jq -r "$1"
}
# NAME CODE POINTER OPERATION ARGUMENT...: it fails so.
problem() {
	t_name=$1
	t_want="1 $2 $3"
	shift 3
	pump "$@" < /dev/null
	t_got="$? $(last '"\(.problem) \(.pointer)"')"
	is "$t_name" "$t_got" "$t_want"
	[ "$t_got" = "$t_want" ] || note "$(cat "$TMP/word")"
}
# Standard input as frames, each of so many bytes, and the commit.
frames() {
	perl -e 'binmode STDIN; $SIG{PIPE} = "IGNORE";
		while (read STDIN, $_, $ARGV[0]) {
			print pack("L", length), $_ }
		print pack("L", 0) if $ARGV[1] ne "cut"' "${1:-65536}" "${2:-}"
}
write() {
	t_bytes=$1
	shift
	printf %s "$t_bytes" | frames > "$TMP/in"
	pump write "$@" < "$TMP/in"
}
# Names of ours that have no business to be there.
left() {
	find "$D" -name '.deskd*'
}

# stat, and what cannot be.
as sh -c 'echo hello > file; ln -s file link; ln -s loop loop; mkfifo fifo
	mkdir dir; ln -s ../dir dir/up; ln -s gone dangling'
chmod 640 "$D/file"
ok "stat" pump stat file
is "it is a file" "$(first '.entry | "\(.type) \(.name) \(.size) \(.mode)"')" \
    "file file 6 0640"
is "by its whole path" "$(first .entry.path)" "$D/file"
is "changed when it was" "$(first .entry.modified_at | cut -c 1-19)" \
    "$(date -u -r "$D/file" +%Y-%m-%dT%H:%M:%S)"
is "then done" "$(last .done)" true
tag=$(first .entry.etag)
like "a tag in quotes" "$tag" '^"[!#-~]+"$'
pump stat link
is "a link is followed" "$(first .entry.etag)" "$tag"
pump stat link 1
is "or not" "$(first '.entry | "\(.type) \(.target)"')" "symlink file"
problem "nothing there" not_found /path stat none
problem "no path" bad_path /path stat ""
problem "a loop" bad_path /path stat loop
problem "through a file" not_a_directory /path stat file/x
problem "a name of 256 bytes" bad_path /path stat \
    "$(printf 'n%.0s' $(seq 256))"
problem "the root behind a link of the kernel's" bad_path /path stat \
    /proc/self/root
problem "through it" bad_path /path read /proc/self/root/etc/passwd
problem "a descriptor's" bad_path /path read /proc/self/fd/0
problem "the root's is written to" bad_path /path write \
    /proc/self/root/tmp/x
problem "a flag that is none" invalid_parameter /nofollow stat file yes
problem "too many arguments" invalid_parameter null stat file 1 1
problem "no such operation" internal null dance
as perl -e 'open F, ">", "bad\xff\xc3name"'
pump stat "$(printf 'bad\377\303name')"
is "a name that is no text" "$(first .entry.name_base64 | base64 -d |
    od -An -c | tr -d ' \n')" 'bad377303name'
is "is one anyway" "$(first .entry.name | od -An -tx1 | tr -d ' \n')" \
    626164efbfbdefbfbd6e616d650a

# read
ok "read" pump read file
is "the bytes" "$(cat "$TMP/out")" hello
is "their number" "$(first '"\(.first) \(.length) \(.partial)"')" "0 6 false"
range() {
	pump read file "$1" "$2" "${3:-}"
	echo "$(first '"\(.first) \(.length) \(.partial)"') $(cat "$TMP/out")"
}
is "a range" "$(range 1 3)" "1 3 true ell"
is "to the end" "$(range 3 '')" "3 3 true lo"
is "past the end" "$(range 3 99)" "3 3 true lo"
is "the last bytes" "$(range '' 3)" "3 3 true lo"
is "more than there are" "$(range '' 99)" "0 6 true hello"
is "the last byte" "$(range 5 5)" "5 1 true "
is "if it is the same" "$(range 1 3 "$tag")" "1 3 true ell"
is "if it is not, all" "$(range 1 3 '"x"')" "0 6 false hello"
problem "one past the last byte" range_not_satisfiable null read file 6 6
problem "the last none" range_not_satisfiable null read file "" 0
problem "a range turned round" range_not_satisfiable null read file 3 1
problem "no number" invalid_parameter /first read file x 1
problem "a number below zero" invalid_parameter /first read file -1 1
problem "a directory" is_a_directory /path read dir
problem "a FIFO, without waiting" not_regular /path read fifo
problem "a device" not_regular /path read /dev/zero
as perl -MSocket -e 'socket(S, 1, 1, 0); bind(S, sockaddr_un("sock"))'
problem "a socket" not_regular /path read sock
pump stat sock
is "which may be looked at" "$(first .entry.type)" socket
pump read /proc/self/status
like "a file of the kernel's has what it has" "$(head -n 1 "$TMP/out")" \
    '^Name:.*pump'
is "and its length" "$(first .length)" "$(wc -c < "$TMP/out" | tr -d ' ')"
as sh -c 'head -c 3000000 /dev/urandom > big'
ok "a large file" pump read big
ok "is the same" cmp "$TMP/out" "$D/big"
pump read big 65536 2999998
ok "a part of it too" test "$(cksum < "$TMP/out")" = \
    "$(tail -c +65537 "$D/big" | head -c 2934463 | cksum)"

# write
ok "write" write one new 0604
is "head: nothing was there" "$(first .entry)" null
is "made" "$(last '"\(.done) \(.created) \(.entry.mode)"')" "true true 0604"
is "the bytes are there" "$(cat "$D/new")" one
tag=$(last .entry.etag)
pump stat new
is "by the tag that was told" "$(first .entry.etag)" "$tag"
ok "again, if it is that" write two new "" "" "$tag"
is "it keeps its mode" "$(last '"\(.created) \(.entry.mode)"')" "false 0604"
nok "not if it is another now" write three new "" "" "$tag"
is "a precondition" "$(last .problem)" precondition_failed
nok "nor if it is weak" write three new "" "" "W/$(last .entry.etag)"
tag2=$(pump stat new; first .entry.etag)
ok "one of a list" write three new "" "" "\"a\", $tag2"
nok "not if there is one" write four new "" "" "" "*"
nok "not if there is none" write four none "" "" "*"
is "a precondition too" "$(last .problem)" precondition_failed
nok "not if it is this one" write four new "" "" "" \
    "$(pump stat new; first .entry.etag)"
is "none of them changed it" "$(cat "$D/new")" three
ok "if there is none" write five none "" "" "" "*"
nok "without parents" write x p/q/r
ok "with parents" write x p/q/r "" 1
is "they are there" "$(cat "$D/p/q/r")" x
ok "an empty file" write "" empty
is "is empty" "$(wc -c < "$D/empty" | tr -d ' ')" 0
ok "through a link" write six link
is "to the file" "$(cat "$D/file")" six
ok "which stays a link" test -L "$D/link"
ok "through one to nothing" write seven dangling
is "which is made" "$(cat "$D/gone")" seven
problem "to a directory" is_a_directory /path write dir
problem "to a FIFO" not_regular /path write fifo
problem "to a loop" bad_path /path write loop
problem "where there is no directory" not_found /path write none.d/x
problem "through a file" not_a_directory /path write file/x
problem "to the root" bad_path /path write /
problem "to .." bad_path /path write dir/..
problem "a mode past the last" invalid_parameter /mode write x 10000
as sh -c 'echo fixed > ro; chmod 444 ro'
if [ -n "$AS" ]; then
	problem "to a file that may not be written" permission_denied /path \
	    write ro
	problem "where nothing may be made" permission_denied /path \
	    write /usr/x
fi
frames 1048576 < "$D/big" > "$TMP/in"
ok "frames of 1 MB" pump write copy < "$TMP/in"
ok "are all there" cmp "$D/copy" "$D/big"
perl -e 'print pack("L", 1048577), "x" x 100' > "$TMP/in"
nok "not of one more" pump write long < "$TMP/in"
nok "nothing came of it" test -e "$D/long"

# Who leaves in the middle leaves nothing.
printf abc | frames 2 cut > "$TMP/in"
nok "no commit" pump write cut/a/b "" 1 < "$TMP/in"
is "it says so" "$(last .problem)" cancelled
nok "no file, no parents" test -e "$D/cut"
nok "no commit of another" pump write new < "$TMP/in"
is "which stays" "$(cat "$D/new")" three
mkfifo "$TMP/pipe"
chmod 666 "$TMP/pipe"
# shellcheck disable=SC2086	# $AS is words
$AS "$PUMP" write killed < "$TMP/pipe" > /dev/null 2> "$TMP/word" &
pid=$!
exec 7> "$TMP/pipe"
perl -e 'print pack("L", 5000), "x" x 4000' >&7
has_head() {
	grep -q entry "$TMP/word"
}
ok "it waits for more" wait_until 20 has_head
kill -s KILL "$pid"
wait "$pid" 2> /dev/null
exec 7>&-
nok "killed, it leaves no file" test -e "$D/killed"
is "nothing of ours is left" "$(left)" ""

# Two writers that both say "if it is this one": one of them wins.
write start race
tag=$(last .entry.etag)
for i in 1 2 3 4 5 6; do
	printf %s "$i" | frames > "$TMP/race.$i"
	# shellcheck disable=SC2086	# $AS is words
	$AS "$PUMP" write race "" "" "" "" < "$TMP/race.$i" \
	    > /dev/null 2>&1 &
done
wait
nok "after others the tag is no more" write last race "" "" "$tag"
like "and the file is one of theirs" "$(cat "$D/race")" '^[1-6]$'
for i in 1 2 3 4 5 6; do
	# shellcheck disable=SC2086	# $AS is words
	$AS "$PUMP" write only "" "" "" "*" < "$TMP/race.$i" \
	    > /dev/null 2> "$TMP/race.word.$i" &
done
wait
is "of six that want to be first one is" \
    "$(cat "$TMP"/race.word.* | grep -c '"done"')" 1
is "the others are told" \
    "$(cat "$TMP"/race.word.* | grep -c precondition_failed)" 5

# list
as sh -c 'mkdir many; cd many; for i in b a d c B e; do : > $i; done'
names() {
	jq -r .name < "$TMP/out" | tr '\n' ' '
}
ok "list" pump list many
is "by their bytes" "$(names)" "B a b c d e "
is "no more" "$(last .more)" false
pump list many "" 2
is "two" "$(names)$(last .more)" "B a true"
pump list many a 2
is "those after" "$(names)$(last .more)" "b c true"
pump list many c 2
is "the last two" "$(names)$(last .more)" "d e false"
pump list many e 2
is "none after" "$(names)$(last .more)" "false"
problem "no limit" invalid_parameter /limit list many "" 0
problem "a limit past the last" invalid_parameter /limit list many "" 10001
problem "of a file" not_a_directory /path list file
pump list . "" 10000
is "a link's target" "$(jq -r 'select(.name == "link") | .target' \
    < "$TMP/out")" file
is "their paths" "$(jq -r 'select(.name == "link") | .path' < "$TMP/out")" \
    "$D/./link"

# Many names: memory that all of them would not fit in.
as perl -e 'mkdir "huge"; for (1 .. 20000) { open F, ">", "huge/" . $_ x 40 }'
if [ -z "${DESKD_TEST_ASAN:-}" ]; then
	limited() {
		(AS="prlimit --as=5120000 $AS"; pump list huge "" 3)
	}
	ok "many names in little memory" limited
	is "the first of them" "$(jq -r .name < "$TMP/out" | cut -c 1-8 |
	    tr '\n' ' ')" "10000100 10001000 10001100 "
fi

# mkdir
ok "mkdir" pump mkdir m1 0711
is "with its mode" "$(last '"\(.created) \(.entry.mode)"')" "true 0711"
problem "again" exists /path mkdir m1
ok "again, with parents" pump mkdir m1 "" 1
is "was there" "$(last .created)" false
ok "deep" pump mkdir m2/a/b "" 1
ok "is there" test -d "$D/m2/a/b"
problem "not deep by itself" not_found /path mkdir m3/a/b
problem "in place of a file" exists /path mkdir file "" 1
problem "below a file" not_a_directory /path mkdir file/a/b "" 1

# move
as sh -c 'mkdir t; mkdir t/s; echo 1 > t/s/f; ln -s /etc t/out; echo 2 > u'
ok "move" pump move t v
is "it says where" "$(last .entry.path)" "$D/v"
is "it is there" "$(cat "$D/v/s/f")" 1
nok "and not here" test -e "$D/t"
problem "onto another" exists /to move u v/s/f
ok "in its place" pump move u v/s/f 1
is "the other is gone" "$(cat "$D/v/s/f")" 2
problem "into itself" bad_path /to move v v/s/v
problem "a directory onto a file" not_a_directory /to move v file 1
problem "a file onto a directory" is_a_directory /to move file v 1
problem "nothing" not_found /from move nosuch x
problem "nowhere" not_found /to move file none.d/x

# copy
ok "copy" pump copy v w
is "what there is" "$(last '"\(.files) \(.directories) \(.bytes)"')" "2 2 2"
ok "is the same" diff -r --no-dereference "$D/v" "$D/w"
is "a link stays one" "$(readlink "$D/w/out")" /etc
problem "onto another" exists /to copy v w
as sh -c 'echo more > w/more'
ok "in its place" pump copy v w 1
nok "nothing of it stays" test -e "$D/w/more"
problem "into itself" bad_path /to copy v v/s/v
problem "over what it is in" bad_path /to copy v/s v 1
ok "a file" pump copy big big2
ok "is the same" cmp "$D/big" "$D/big2"
ok "a link" pump copy link link2
is "stays one" "$(readlink "$D/link2")" file
as sh -c 'mkdir odd; mkfifo odd/f; cp -p big odd/b; chmod 604 odd/b; chmod 555 odd'
as perl -MSocket -e 'chmod 0755, "odd"; socket(S, 1, 1, 0);
	bind(S, sockaddr_un("odd/s")); chmod 0555, "odd"'
ok "of all kinds" pump copy odd odd2
is "but sockets" "$(last '"\(.files) \(.skipped)"')" "2 1"
is "modes and times are kept" "$(cd "$D/odd2" && stat -c '%a %F %Y' . f b)" \
    "$(cd "$D/odd" && stat -c '%a %F %Y' . f b)"
chmod 755 "$D/odd" "$D/odd2"
is "nothing of ours is left" "$(left)" ""

# delete
problem "not a directory that has something" not_empty /path delete v
ok "a link" pump delete link2
ok "not its file" test -e "$D/file"
as sh -c 'ln -s ../dir w/elsewhere; echo keep > dir/keep'
ok "a tree" pump delete w 1
nok "is gone" test -e "$D/w"
is "not what its links lead to" "$(cat "$D/dir/keep")" keep
ok "an empty directory" pump delete m1
problem "nothing" not_found /path delete nosuch
problem "the root" bad_path /path delete / 1
problem "here" bad_path /path delete . 1
problem "above" bad_path /path delete dir/.. 1

# Deeper than a path can be, and than there are descriptors.
as perl -e 'mkdir "deep"; chdir "deep"; for (1 .. 1500) { mkdir "sub$_" or die;
	open F, ">", "f"; chdir "sub$_" or die }'
ok "a deep tree is copied" pump copy deep deep2
is "all of it" "$(last '"\(.files) \(.directories)"')" "1500 1501"
ok "and archived" pump archive deep
is "all of that" "$(last .members)" 3001
few() {
	(AS="prlimit --nofile=80 $AS"; pump delete deep 1)
}
ok "and deleted, with few descriptors" few
ok "the copy too" pump delete deep2 1
nok "they are gone" test -e "$D/deep" -o -e "$D/deep2"

# archive and extract
ok "archive" pump archive v
ok "tar reads it" tar -C "$TMP" -xf "$TMP/out" --one-top-level=tv
ok "it is the same" diff -r --no-dereference "$D/v" "$TMP/tv"
ok "archive of a file" pump archive big
is "has its name" "$(tar -tf "$TMP/out")" big
problem "archive of a FIFO" not_regular /path archive fifo
pump archive odd
is "sockets are counted" "$(last '"\(.members) \(.skipped)"')" "3 1"
pump archive v
frames 1000 < "$TMP/out" > "$TMP/in"
ok "a place" pump mkdir x
ok "extract" pump extract x < "$TMP/in"
is "so much" "$(last '"\(.files) \(.directories) \(.links)"')" "1 1 1"
ok "it is the same" diff -r --no-dereference "$D/v" "$D/x"
as sh -c 'echo mine > x/mine; echo old > x/s/f; echo too > x/s/too'
ok "into what is there" pump extract x < "$TMP/in"
is "old ones stay, same ones are new" "$(cd "$D/x" && cat mine s/f s/too)" \
    "$(printf 'mine\n2\ntoo')"
frames 1000 cut < "$TMP/out" > "$TMP/in"
pump mkdir y
nok "no commit" pump extract y < "$TMP/in"
is "nothing is there" "$(ls -A "$D/y")" ""
head -c 1500 "$TMP/out" | frames > "$TMP/in"
nok "cut short" pump extract y < "$TMP/in"
is "a bad archive" "$(last .problem)" bad_archive
is "nothing is there either" "$(ls -A "$D/y")" ""
(cd "$D/v" && tar -cPf "$TMP/evil.tar" ../file)
frames < "$TMP/evil.tar" > "$TMP/in"
nok "a way out" pump extract y < "$TMP/in"
is "is a bad archive" "$(last .problem)" bad_archive
as sh -c 'ln -s .. y/s'
pump archive v
frames < "$TMP/out" > "$TMP/in"
nok "a link in the way" pump extract y < "$TMP/in"
nok "is not gone through" test -e "$D/f"
problem "into nothing" not_found /path extract nosuch
problem "into a file" not_a_directory /path extract file
is "nothing of ours is left" "$(left)" ""

# watch
: > "$TMP/events"
mkfifo "$TMP/events.pipe"
chmod 666 "$TMP/events.pipe"
as mkdir seen
cat "$TMP/events.pipe" >> "$TMP/events" &
reader=$!
# shellcheck disable=SC2086	# $AS is words
$AS "$PUMP" watch seen 1 > "$TMP/events.pipe" 2> "$TMP/word" < /dev/null &
pid=$!
ok "watch" wait_until 20 has_head
# EVENT PATH: it was told.
told() {
	jq -s -e --arg e "$1" --arg p "$D/seen$2" \
	    'any(.[]; .event == $e and .path == $p)' < "$TMP/events"
}
as sh -c 'mkdir -p seen/a/b; echo 1 > seen/f'
ok "a file is made" wait_until 20 told created /f
ok "a directory in a directory" wait_until 20 told created /a/b
as sh -c 'echo 2 > seen/a/b/g'
ok "in which a file is made" wait_until 20 told created /a/b/g
ok "and changed" wait_until 20 told changed /a/b/g
as mv seen/a seen/z
ok "a directory moves" wait_until 20 told moved /z
is "from where it was" "$(jq -r 'select(.event == "moved") |
    "\(.from) \(.to)"' < "$TMP/events")" "$D/seen/a $D/seen/z"
as sh -c 'echo 3 > seen/z/b/h; mv seen/f f.away'
ok "what is in it has its new name" wait_until 20 told created /z/b/h
ok "what moves away is deleted" wait_until 20 told deleted /f
as rm -r seen
ok "in the end all is" wait_until 20 told deleted ""
wait "$pid"
is "and it ends well" "$? $(last .done)" "0 true"
wait "$reader"
problem "nothing to watch" not_found /path watch nosuch
as mkdir seen
# shellcheck disable=SC2086	# $AS is words
$AS "$PUMP" watch seen 2> "$TMP/word" < /dev/null | head -n 0 &
pid=$!
watch_gone() {
	! pgrep -f "$PUMP watch seen" > /dev/null
}
ok "who listens no more is noticed" wait_until 20 watch_gone
wait "$pid"

# ps and signal
# shellcheck disable=SC2086	# $AS is words
$AS sh -c 'exec sleep 600' > /dev/null 2>&1 &
pid=$!
sleeping() {
	pump ps && jq -s -e --argjson p "$pid" 'map(select(.pid == $p and
	    .name == "sleep"))[0]' < "$TMP/out" > "$TMP/ps"
}
ok "ps" wait_until 20 sleeping
is "its words" "$(jq -r '.argv | join(" ")' < "$TMP/ps")" "sleep 600"
is "its parent" "$(jq -r .ppid < "$TMP/ps")" $$
like "its numbers" "$(jq -c '[.threads, .memory, .cpu_seconds, .uid]' \
    < "$TMP/ps")" '^\[1,[1-9][0-9]*,[0-9.]+,[0-9]+\]$'
like "its start" "$(jq -r .started_at < "$TMP/ps")" '^20[0-9-]+T[0-9:.]+Z$'
start=$(jq -r .start < "$TMP/ps")
problem "not another of that number" not_found /pid signal "$pid" 15 1
problem "no signal" invalid_parameter /signal signal "$pid" 0
problem "a signal past the last" invalid_parameter /signal signal "$pid" 65
problem "a signal by a wrong name" invalid_parameter /signal signal "$pid" X
problem "no number" invalid_parameter /pid signal x 15
problem "number 0" invalid_parameter /pid signal 0 15
problem "no such process" not_found /pid signal 2147483647 15
[ -z "$AS" ] || problem "one that is not ours" permission_denied /pid \
    signal $$ 15
ok "it lives" kill -0 "$pid"
ok "signal" pump signal "$pid" SIGTERM "$start"
wait "$pid" 2> /dev/null
is "and it ends" "$?" 143

# apps and app
mkdir -p "$D/.local/share/applications/kde" "$TMP/data/applications" \
    "$TMP/data2/applications"
XDG_DATA_DIRS=$TMP/data:$TMP/data2
export XDG_DATA_DIRS
entry() {
	printf '[Desktop Entry]\nType=Application\n%s\n' "$2" > \
	    "$1/applications/$3.desktop"
}
S=$D/.local/share
entry "$S" 'Name=Own
Name[de]=Eigenes
Comment=a "quoted" one
Exec=run\s%f
Categories=A;B\;C;
NoDisplay=true

[Desktop Action x]
Name=Other
Exec=other' both
entry "$TMP/data" 'Name=Theirs
Exec=theirs' both
entry "$S" 'Hidden=true' hidden
entry "$TMP/data2" 'Name=Hidden
Exec=hidden' hidden
entry "$TMP/data" 'Name=Missing
TryExec=/no/such/program
Exec=missing' missing
entry "$S" 'Name=Inner
Exec=inner' kde/inner
printf '[Desktop Entry]\nType=Link\nName=x\nURL=x\n' \
    > "$S/applications/link.desktop"
mkfifo "$S/applications/fifo.desktop"
ok "apps" pump apps
is "those there are, the user's first" "$(jq -r '"\(.id) \(.name)"' \
    < "$TMP/out")" "$(printf 'both.desktop Own\nkde-inner.desktop Inner')"
is "what one says" "$(jq -c 'select(.name == "Own") | [.comment, .categories,
    .no_display, .terminal]' < "$TMP/out")" \
    '["a \"quoted\" one",["A","B;C"],true,false]'
# EXEC WANTED FILE...: the argument list it comes to.
becomes() {
	entry "$S" "Name=The App
Icon=ic
StartupWMClass=Cl
Exec=$1" run
	t_what=$1
	t_want=$2
	shift 2
	pump app run "$@"
	is "$t_what $*" "$(last .argv | jq -c .)" "$t_want"
}
becomes 'p' '["p"]'
becomes 'p %f' '["p"]'
becomes 'p %f' '["p","/a b"]' '/a b'
becomes 'p --x=%f y' '["p","--x=/a","y"]' /a
becomes 'p %F' '["p","/a","/b"]' /a /b
becomes 'p %F' "[\"p\",\"$D/a\"]" a
becomes 'p %u' '["p","https://x/%20"]' https://x/%20
becomes 'p %U z' '["p","/a","http://b","z"]' /a http://b
becomes 'p %i %c' '["p","--icon","ic","The App"]'
becomes 'p %k' "[\"p\",\"$S/applications/run.desktop\"]"
becomes 'p %% %d%n %m' '["p","%"]'
becomes 'p "a b" "" "c\\"d"' '["p","a b","","c\"d"]'
becomes 'p "\\$x \\` \\\\"' '["p","$x ` \\"]'
becomes 'sh -c "echo $HOME; rm -rf *"' '["sh","-c","echo $HOME; rm -rf *"]'
becomes 'p %f' '["p","/%f; $(x)"]' '/%f; $(x)'
problem "two files for one" invalid_field /files app run /a /b
entry "$S" 'Name=n
Exec=p' run
problem "files for none" invalid_field /files app run /a
entry "$S" 'Name=n
Exec=p "a' run
problem "an open quote" invalid_field /app app run
entry "$S" 'Name=n
Exec=p %z' run
problem "an unknown code" invalid_field /app app run
entry "$S" 'Name=Term
Exec=p x
Path=/tmp
StartupNotify=true
StartupWMClass=Cl
Terminal=true' run
mkdir "$TMP/bin"
printf '#!/bin/sh\n' > "$TMP/bin/xterm"
chmod 755 "$TMP/bin/xterm"
term() {
	(PATH=$1; export PATH; shift; pump app run)
}
AS_WAS=$AS
AS=
term "$TMP/bin"
is "in a terminal" "$(last '"\(.argv | join(" ")) \(.cwd) \(.name) " +
    "\(.wm_class) \(.startup_notify)"')" "xterm -e p x /tmp Term Cl true"
term "$TMP/none"
is "without one" "$(last .problem)" no_such_program
AS=$AS_WAS
problem "no such application" not_found /app app none
problem "one that is hidden" not_found /app app hidden
problem "one that is not there" not_found /app app missing.desktop

# A disk that is full.
if [ -n "$AS" ] && unshare -m true 2> /dev/null; then
	frames < "$D/big" > "$TMP/in"
	full() {
		unshare -m sh -c 'd=$1; shift
			mount -t tmpfs -o size=1m,mode=777 none "$d/dir" &&
			"$@" > "$d/../full.out" 2> "$d/../full.word"
			echo $?; ls -A "$d/dir"' sh "$D" "$@"
	}
	# shellcheck disable=SC2086	# $AS is words
	is "no space to write" "$(full $AS "$PUMP" write dir/x/y "" 1 \
	    < "$TMP/in")" 1
	is "is said" "$(tail -n 1 "$TMP/full.word" | jq -r .problem)" no_space
	# shellcheck disable=SC2086	# $AS is words
	is "nor to copy" "$(full $AS "$PUMP" copy odd dir/x)" 1
	is "is said too" "$(tail -n 1 "$TMP/full.word" | jq -r .problem)" \
	    no_space
	as sh -c 'mkdir -p shut/1 shut/2 shut/3 shut/4 shut/5; cp big shut
		for i in 1 2 3 4 5; do : > shut/$i/f; done
		chmod 555 shut/? shut'
	# shellcheck disable=SC2086	# $AS is words
	is "nor are directories in the way that may not be written" \
	    "$(full $AS "$PUMP" copy shut dir/x)" 1
	chmod -R u+w "$D/shut"
	pump archive odd
	frames < "$TMP/out" > "$TMP/in"
	# shellcheck disable=SC2086	# $AS is words
	is "nor to extract" "$(full $AS "$PUMP" extract dir < "$TMP/in")" 1
	is "nor is that hidden" "$(tail -n 1 "$TMP/full.word" |
	    jq -r .problem)" no_space
	as sh -c 'echo moved > moving'
	# shellcheck disable=SC2086	# $AS is words
	is "to another file system" "$(full $AS "$PUMP" move moving dir/it)" \
	    "$(printf '0\nit')"
	nok "it has moved" test -e "$D/moving"
	problem "a FIFO at the end" not_regular /path read fifo
fi
done_testing
