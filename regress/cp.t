#!/bin/sh
# deskctl cp and deskctl file: what a person does with a session's files,
# and what an archive from a hostile session cannot do here.
# shellcheck disable=SC2016	# the session's shell expands

. ./lib.sh

need_root
need curl jq perl tar

deskd_start_or_bail
ok "a session" ctl create -X -w -n work -D 64M

run() {		# COMMAND: its output in the session
	ctl exec work -- sh -c "$1" 2>&1
}
no_parts() {	# DIRECTORY
	[ -z "$(find "$1" -name '*.part*')" ]
}
cd "$TMP" || exit 1
mkdir here
printf 'hello\n' > here/one
chmod 640 here/one
head -c 2000003 /dev/urandom > here/large

# Files in.
ok "a file" ctl cp here/one work:one
is "is there, with its mode" "$(run 'cat one; stat -c %a one')" "hello
640"
ok "into a directory" ctl cp here/one work:/tmp
is "under its name" "$(run 'cat /tmp/one')" hello
ok "into the home" ctl cp here/large work:
is "large" "$(run 'wc -c < large')" 2000003
ok "from standard input" sh -c "cat here/large |
    '$BIN/deskctl' -s '$SOCKET' cp - work:stdin"
is "is the same" "$(run 'cmp large stdin && echo same')" same
ok "an odd name" ctl cp here/one 'work:a b%41+&?#
c'
is "is what it says" "$(run 'ls -b a*')" 'a\ b%41+&?#\nc'
mkfifo never
env --default-signal=INT "$BIN/deskctl" -s "$SOCKET" cp - work:never \
    < never 2> /dev/null &
copy=$!
exec 9> never
sends() {
	[ -n "$(run 'cat /proc/[0-9]*/cmdline 2> /dev/null | tr "\0" " " |
	    grep -oE "(^| )write never "')" ]
}
ok "standard input that does not end" wait_until 30 sends
kill -INT "$copy"
wait "$copy" 2> /dev/null
is "can be interrupted" "$?" 130
exec 9>&-
is "and leaves nothing" "$(run 'ls never 2> /dev/null')" ""
nok "where nothing is" ctl cp here/one work:no/where/one
nok "over a read-only one" ctl cp here/one work:/etc/passwd
like "says why" "$(ctl cp here/one work:/etc/passwd 2>&1)" '[Pp]ermission'
nok "what is not here" ctl cp here/nonesuch work:x
nok "a directory, without -r" ctl cp here work:x
like "says so" "$(ctl cp here work:x 2>&1)" '-r'

# Files out.
mkdir out
ok "back" ctl cp work:one out/back
is "the same" "$(cat out/back; stat -c %a out/back)" "hello
640"
ok "into a directory" ctl cp work:large out
ok "the same" cmp here/large out/large
is "to standard output" "$(ctl cp work:one -)" hello
nok "what is not there" ctl cp work:nonesuch out/none
is "leaves nothing" "$(ls out | tr '\n' ' ')" "back large "
like "and speaks of the file" "$(ctl cp work:nonesuch out/none 2>&1)" \
    'o such file'
nok "a directory, without -r" ctl cp work:. out/dir
is "leaves nothing" "$(ls out | tr '\n' ' ')" "back large "
nok "where nothing is" ctl cp work:one out/no/where
nok "both here" ctl cp here/one out/two
nok "both there" ctl cp work:one work:two
nok "another session" ctl cp nonesuch:one out/two
is "in JSON" "$(ctl cp -j work:one out/json | jq -c '[.from, .to, .bytes]')" \
    '["one","out/json",6]'

# Directories.
mkdir -p here/deep/er 'here/with space' here/empty
printf x > 'here/with space/f
g'
echo deep > here/deep/er/file
chmod 755 here/deep/er/file
ln -s ../one here/deep/link
ln -s /nonesuch here/dangling
mkfifo here/pipe
i=0
while [ $i -lt 300 ]; do
	echo $i > "here/empty/$i"
	i=$((i + 1))
done
ok "a directory" ctl cp -r here work:copied
picture() {
	(cd "$1" && find . ! -type p -printf '%y %m %P %l\n' | sort)
}
picture here > wanted
run 'cd copied && find . -printf "%y %m %P %l\n" | LC_ALL=C sort' > got
ok "is the same there, without its FIFO" cmp wanted got
like "and that is said" "$(ctl cp -r here work:copied2 2>&1)" 'left out'
ok "into one that is there" ctl cp -r here work:copied
is "under its name" "$(run 'cat copied/here/deep/er/file')" deep
ok "back" ctl cp -r work:copied2 out/dir
picture out/dir > got
ok "is the same" cmp wanted got
ok "into a directory that is here" ctl cp -r work:copied2 out
is "under its name" "$(cat out/copied2/deep/er/file)" deep
nok "not over one that is here" ctl cp -r work:copied2 out
ok "a file with -r" ctl cp -r work:one out/single
is "is a file" "$(cat out/single)" hello
is "counts" "$(ctl cp -j -r work:copied2/deep out/deep |
    jq -c '[.files, .links]')" '[1,1]'

# Interrupted.
run 'head -c 30000000 /dev/zero > zeros'
half_here() {
	ls "$TMP"/half.*.part > /dev/null 2>&1
}
cat > "$TMP/slow.pl" << 'end'
# Stands between deskctl and deskd, and stops after a part of the answer.
use IO::Socket::UNIX;
my ($listen, $to) = @ARGV;
my $l = IO::Socket::UNIX->new(Local => $listen, Listen => 8) or die;
while (my $c = $l->accept) {
	next if fork;
	my $s = IO::Socket::UNIX->new(Peer => $to) or die;
	my ($sent, $buf) = (0);
	for (;;) {
		my $r = '';
		vec($r, fileno($c), 1) = 1;
		vec($r, fileno($s), 1) = 1 if $sent < 3000000;
		select($r, undef, undef, undef);
		if (vec($r, fileno($c), 1)) {
			sysread($c, $buf, 65536) or exit;
			syswrite($s, $buf);
		} else {
			my $n = sysread($s, $buf, 65536) or exit;
			syswrite($c, $buf);
			$sent += $n;
		}
	}
}
end
perl "$TMP/slow.pl" "$TMP/slow" "$SOCKET" &
slow=$!
listens() {
	[ -S "$TMP/slow" ]
}
wait_until 20 listens
for what in zeros copied2; do
	opt=
	[ "$what" = zeros ] || {
		opt=-r
		run 'mv zeros copied2/zeros' > /dev/null
	}
	# shellcheck disable=SC2086	# perhaps no option
	env --default-signal=INT "$BIN/deskctl" -s "$TMP/slow" cp $opt \
	    "work:$what" half 2> /dev/null &
	copy=$!
	ok "half of $what" wait_until 30 half_here
	kill -INT "$copy"
	wait "$copy" 2> /dev/null
	is "interrupted, it dies of it" "$?" 130
	nok "and leaves nothing" half_here
	nok "under its name, too" test -e half
done
kill "$slow"
wait "$slow" 2> /dev/null
no_pump() {
	[ -z "$(run 'cat /proc/[0-9]*/cmdline 2> /dev/null | tr "\0" " " |
	    grep -oE "(^| )(read|archive) [^ ]*"')" ]
}
ok "and no program" wait_until 30 no_pump
run 'rm copied2/zeros'

# A hostile archive: what a broken deskd, or one in its place, may send.
cat > "$TMP/fake.pl" << 'end'
# Answers every request with what the file holds, as an archive.
use IO::Socket::UNIX;
my ($listen, $file) = @ARGV;
my $l = IO::Socket::UNIX->new(Local => $listen, Listen => 8) or die;
local $/;
open(my $f, '<', $file) or die;
my $tar = <$f>;
while (my $c = $l->accept) {
	my ($buf, $in) = ('');
	$in = '';
	while ($in !~ /\r\n\r\n/) {
		sysread($c, $buf, 4096) or last;
		$in .= $buf;
	}
	my ($type, $body) = $in =~ m,/stat, ?
	    ('application/json', '{"type": "directory"}') :
	    ('application/x-tar', $tar);
	print $c "HTTP/1.1 200 OK\r\nContent-Type: $type\r\n" .
	    "Connection: close\r\nContent-Length: " . length($body) .
	    "\r\n\r\n$body";
	close($c);
}
end
mkdir evil
echo escaped > evil/f
ln -s /tmp evil/l
hostile() {	# NAME ARCHIVE
	rm -f fake
	perl "$TMP/fake.pl" "$TMP/fake" "$2" &
	fake=$!
	wait_until 20 test -S "$TMP/fake"
	"$BIN/deskctl" -s "$TMP/fake" cp -r \
	    ses_00000000000000000000000000:x victim > hostile.out 2>&1
	rc=$?
	kill "$fake"
	wait "$fake" 2> /dev/null
	is "$1: refused" "$rc" 1
	is "$1: nothing outside" "$(ls "$TMP/escaped" "/tmp/dk-escaped$$" \
	    2> /dev/null)" ""
	nok "$1: nothing inside" test -e victim
	ok "$1: nothing half" no_parts "$TMP"
}
(cd evil && tar -P -cf ../up.tar --transform 's,^f,../escaped,' f)
hostile "a name that leads up" up.tar
(cd evil && tar -P -cf ../through.tar --transform \
    "s,^l\$,out,;s,^f\$,out/dk-escaped$$," l f)
hostile "a name that leads through a link" through.tar
tar -cf whole.tar -C here large
head -c 1000000 whole.tar > cut.tar
hostile "one that is cut short" cut.tar
head -c 100000 /dev/urandom > noise.tar
hostile "noise" noise.tar

# deskctl file.
is "ls" "$(ctl file ls work copied/deep)" "er/
link@"
is "ls -l" "$(ctl file ls -l work copied/deep | tr -s ' ' |
    awk '{ print $1, $4, $6, $7, $8 }')" "MODE SIZE NAME  
drwxr-xr-x 4096 er  
lrwxrwxrwx 6 link -> ../one"
is "ls of more than a page" "$(run 'mkdir many; cd many; seq 1200 |
    xargs touch' > /dev/null; ctl file ls work many | wc -l)" 1200
is "ls -j" "$(ctl -j file ls work copied/deep | jq -c '[.[].name]')" \
    '["er","link"]'
is "ls of the home" "$(ctl file ls work | grep -c '^copied/')" 1
like "stat" "$(ctl file stat work one)" '^size +6$'
is "stat of a link" "$(ctl -j file stat work copied/deep/link |
    jq -r .target)" ../one
ok "mkdir" ctl file mkdir work made
nok "again" ctl file mkdir work made
ok "mkdir -p" ctl file mkdir -p work made/a/b
ok "mv" ctl file mv work one made/uno
is "has moved" "$(run 'cat made/uno; ls one 2> /dev/null')" hello
ok "mv into a directory" ctl file mv work made/uno made/a
is "under its name" "$(run 'cat made/a/uno')" hello
ok "cp" ctl file cp work made/a/uno made/b
nok "cp over it" ctl file cp work large made/b
ok "cp -f over it" ctl file cp -f work large made/b
is "is the other" "$(run 'cmp large made/b && echo same')" same
nok "rm of a directory" ctl file rm work made
ok "rm of a file" ctl file rm work made/b
ok "rm -r" ctl file rm -r work made
is "is gone" "$(run 'ls -d made 2> /dev/null')" ""
nok "rm of nothing" ctl file rm work made
"$BIN/deskctl" -s "$SOCKET" file watch -r work copied > watch.out &
watch=$!
seen() {
	grep -q "$1" watch.out
}
poke() {
	run 'echo > copied/new; rm copied/new' > /dev/null
	seen '^created  */home/user/copied/new$'
}
ok "watch" wait_until 30 poke
ok "deleted, too" wait_until 30 seen '^deleted'
kill "$watch"
wait "$watch" 2> /dev/null
ctl file frob work x > out.txt 2>&1
is "a word that is none" "$?" 2
ctl file ls -f work > out.txt 2>&1
is "an option of another" "$?" 2
ctl cp one > out.txt 2>&1
is "too few" "$?" 2
like "a path that is wrong is named" "$(ctl file rm work no/such 2>&1)" \
    'no/such: .*No such file'
like "so is the one to copy" "$(ctl cp work:no/such out/none 2>&1)" \
    'no/such: .*No such file'

done_testing
