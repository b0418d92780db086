#!/bin/sh
# deskctl asks exactly for what it should, and shows what it is told: each
# command against a broker that answers from a script.

here=$(cd "$(dirname "$0")/.." && pwd)
BIN=${BIN:-$here/obj/bin}
PATH=$BIN:$PATH
dir=$(mktemp -d) || exit 1
count=0
unset DESKD_SOCKET
TZ=UTC
LC_ALL=C.UTF-8
export TZ LC_ALL

# The pid is in a file: fake runs at the end of pipes.
stop_fake() {
	[ ! -s "$dir/pid" ] || kill "$(cat "$dir/pid")" 2>/dev/null
	rm -f "$dir/pid"
}
trap 'stop_fake; rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM

A=ses_01JD0000000000000000000AAA
B=ses_01JD0000000000000000000BBB
C=ses_01JDZZ00000000000000000CCC

# The broker's script is standard input.
fake() {
	stop_fake
	cat >"$dir/script"
	fake_broker "$dir/sock" "$dir/script" "$dir/record" >"$dir/pid" ||
	    echo "Bail out!  no broker"
}

# Runs deskctl; status, out and err are what it left.
ctl() {
	deskctl -s "$dir/sock" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
}

# ok NAME: the last test command's status decides.
result() {
	good=$?
	count=$((count + 1))
	if [ $good -eq 0 ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		echo "# status $status"
		sed 's/^/# out: /' "$dir/out" | head -20
		sed 's/^/# err: /' "$dir/err" | head -20
		sed 's/^/# asked: /' "$dir/record" 2>/dev/null | head -20
	fi
}

# file_is FILE, with what it should be on standard input.
file_is() {
	diff -u "$dir/$1" - >"$dir/diff" || {
		sed 's/^/# /' "$dir/diff"
		return 1
	}
}

is() {		# STATUS NAME: out is standard input
	[ "$status" -eq "$1" ] && file_is out
	result "$2"
}
asked() {	# NAME: the record is standard input
	file_is record
	result "$1"
}
complains() {	# STATUS TEXT NAME: stderr has the text
	[ "$status" -eq "$1" ] && grep -qF -- "$2" "$dir/err"
	result "$3"
}

session() {	# ID NAME STATE
	printf '{"id":"%s","name":"%s","owner":{"uid":0,"name":"root"},' "$1" "$2"
	printf '"image":"host","state":"%s","desired_state":"running",' "$3"
	printf '"state_reason":null,"state_detail":null,'
	printf '"desktop":{"width":1280,"height":800,"max_width":2560,'
	printf '"max_height":1600,"dpi":96},"resources":{"memory_bytes":'
	printf '2147483648,"cpu_percent":100,"tasks":512,"disk_bytes":'
	printf '4294967296},"env":{"K":"V"},"labels":{"team":"blue"},'
	printf '"created_at":"2020-01-02T03:04:05.678Z",'
	printf '"started_at":"2020-01-02T03:04:06.000Z","stopped_at":null}'
}
page() {	# of the sessions that are the arguments
	printf '{"data":['
	comma=
	for one in "$@"; do
		printf '%s%s' "$comma" "$one"
		comma=,
	done
	printf '],"next_cursor":null,"has_more":false}\n'
}
problem() {	# REQUEST STATUS CODE DETAIL [POINTER]
	printf '= %s\n%s application/problem+json\n\n' "$1" "$2"
	printf '{"type":"about:blank","title":"T","status":%s,' "$2"
	printf '"code":"%s","detail":"%s"' "$3" "$4"
	[ -z "${5-}" ] || printf ',"pointer":"%s"' "$5"
	printf ',"request_id":"req_1"}\n'
}
answer() {	# REQUEST STATUS [HOW]; body is standard input
	printf '= %s\n%s application/json %s\n\n' "$1" "$2" "${3-}"
	cat
}

# create
answer "POST /v1/sessions" 201 <<-E | fake
	$(session $A work creating)
	E
ctl create
is 0 "create prints the id" <<-E
	$A
	E
asked "create asks with an empty body" <<-E
	POST /v1/sessions
	{}
	E
ctl create -g 1280x800 -m 2560x1600 -d 96 -i host -n work -M 2G -c 150% \
    -t 100 -D 4G -e K=V -e L=a=b -l team=blue
file_is record <<-E
	POST /v1/sessions
	{}
	POST /v1/sessions
	{"desktop":{"width":1280,"height":800,"max_width":2560,"max_height":1600,"dpi":96},"image":"host","name":"work","resources":{"memory_bytes":2147483648,"cpu_percent":150,"tasks":100,"disk_bytes":4294967296},"env":{"K":"V","L":"a=b"},"labels":{"team":"blue"}}
	E
result "create sends every option"
answer "POST /v1/sessions" 201 <<-E | fake
	$(session $A work creating)
	E
ctl create --no-desktop
asked "create --no-desktop sends null" <<-E
	POST /v1/sessions
	{"desktop":null}
	E
ctl -j create
is 0 "create -j prints the session" <<-E
	$(session $A work creating)
	E
ctl create -X -g 1x1
complains 2 "no desktop" "create -X -g is wrong usage"
ctl create -M lots
complains 2 "-M lots must be a number" "create -M lots is wrong usage"
ctl create -g 1280
complains 2 "geometry 1280 must be WIDTHxHEIGHT" "create -g 1280 is wrong usage"
ctl create -Z
complains 2 "unknown option -Z" "create -Z is wrong usage"
ctl create --nonsense
complains 2 "unknown option --nonsense" "create --nonsense is wrong usage"
ctl create -n
complains 2 "option -n needs a value" "create -n wants a value"
ctl create x
complains 2 "too many arguments" "create takes no operand"

{
	answer "POST /v1/sessions" 201 <<-E
		$(session $A work creating)
		E
	answer "GET /v1/sessions/$A?wait_for=running&timeout=15.000" 200 <<-E
		{"id":"$A","state":"creating","timed_out":true}
		E
	answer "GET /v1/sessions/$A?wait_for=running&timeout=15.000" 200 <<-E
		$(session $A work running)
		E
} | fake
ctl create --wait
is 0 "create --wait" <<-E
	$A
	E
asked "create --wait asks again until it runs" <<-E
	POST /v1/sessions
	{}
	GET /v1/sessions/$A?wait_for=running&timeout=15.000
	GET /v1/sessions/$A?wait_for=running&timeout=15.000
	E
{
	answer "POST /v1/sessions" 201 <<-E
		$(session $A work creating)
		E
	answer "GET /v1/sessions/$A?wait_for=running&timeout=15.000" 200 <<-E
		{"id":"$A","state":"failed","state_reason":"desktop_failed","timed_out":false}
		E
} | fake
ctl create -w
complains 1 "$A is failed: desktop_failed" "create --wait says why it failed"
{
	answer "POST /v1/sessions" 201 <<-E
		$(session $A work creating)
		E
	answer "GET /v1/sessions/$A?wait_for=running&timeout=0.050" 200 <<-E
		{"id":"$A","state":"creating","timed_out":true}
		E
} | fake
(deskctl -s "$dir/sock" create -T 0.00001) >"$dir/out" 2>"$dir/err"
status=$?
[ $status -eq 1 ]
result "create --wait with no time left fails"

problem "POST /v1/sessions" 422 invalid_field "must be from 64 to 8192" \
    /desktop/width | fake
ctl create -g 1x1
is 1 "a refused create prints nothing" </dev/null
complains 1 "deskctl: create: geometry: must be from 64 to 8192" \
    "a problem is told in the words of the command line"
ctl -j create
file_is err <<-E
	{"type":"about:blank","title":"T","status":422,"code":"invalid_field","detail":"must be from 64 to 8192","pointer":"/desktop/width","request_id":"req_1"}
	E
result "a problem with -j is JSON on standard error"

# ls
answer "GET /v1/sessions?limit=100" 200 chunked <<-E | fake
	$(page "$(session $A work running)" "$(session $B old stopped)" "$(session $C x failed)")
	E
ctl ls
sed 's/ *[0-9]*d$//' "$dir/out" >"$dir/x" && mv "$dir/x" "$dir/out"
is 0 "ls prints a table" <<-E
	ID                              NAME  OWNER  STATE    IMAGE  DESKTOP   MEMORY    AGE
	$A  work  root   running  host   1280x800      2G
	$B  old   root   stopped  host   1280x800      2G
	$C  x     root   failed   host   1280x800      2G
	E
ctl ls -qa
is 0 "ls -qa prints ids" <<-E
	$A
	$B
	$C
	E
ctl -j ls
is 0 "ls -j prints an array" <<-E
	[$(session $A work running),$(session $B old stopped),$(session $C x failed)]
	E
{
	answer "GET /v1/sessions?limit=100&label=a%2Fb:c%20d" \
	    200 <<-E
		{"data":[{"id":"$A","labels":{"a/b":"c d","team":"blue"}}],"next_cursor":"c/1","has_more":true}
		E
	answer "GET /v1/sessions?limit=100&label=a%2Fb:c%20d&cursor=c%2F1" \
	    200 <<-E
		{"data":[{"id":"$B","labels":{"a/b":"c d"}}],"next_cursor":null,"has_more":false}
		E
} | fake
ctl ls -q --label "a/b=c d"
is 0 "ls goes through all pages, with a label" <<-E
	$A
	$B
	E
ctl ls -q -l "a/b=c d" -l team=blue
is 0 "ls with two labels" <<-E
	$A
	E
answer "GET /v1/sessions?limit=100" 200 <<-E | fake
	$(page '{"id":"x","name":"a\u001b[31mb\u009bc","state":"running"}')
	E
ctl ls
! grep -q "$(printf '\033')" "$dir/out" && grep -q 'a?\[31mb?c' "$dir/out"
result "ls cleans what could steer a terminal"
answer "GET /v1/sessions?limit=100" 200 <<-E | fake
	$(page '{"id":"x","name":"a\u001b[31mb\u009b\u007fc","state":"running"}')
	E
ctl ls -j
grep -Fq 'a\u001b[31mb\u009b\u007fc' "$dir/out"
result "so does its JSON"

# show, and how a session is found
{
	answer "GET /v1/sessions/$A" 200 <<-E
		$(session $A work running)
		E
	answer "GET /v1/sessions?name=work" 200 <<-E
		$(page "$(session $A work running)")
		E
	answer "GET /v1/sessions?name=01jdzz" 200 <<-E
		$(page)
		E
	answer "GET /v1/sessions?name=wrok" 200 <<-E
		$(page)
		E
	answer "GET /v1/sessions?name=two" 200 <<-E
		$(page "$(session $A two running)" "$(session $B two running)")
		E
	answer "GET /v1/sessions?limit=100" 200 <<-E
		$(page "$(session $A work running)" "$(session $B old stopped)" "$(session $C x failed)")
		E
	answer "GET /v1/sessions/$C" 200 <<-E
		$(session $C x failed)
		E
} | fake
ctl show $A
is 0 "show" <<-E
	id         $A
	name       work
	owner      root (0)
	image      host
	state      running
	desktop    1280x800, 96 dpi, at most 2560x1600
	limits     memory 2G, cpu 100%, tasks 512, disk 4G
	created    2020-01-02T03:04:05.678Z
	started    2020-01-02T03:04:06.000Z
	labels     team=blue
	env        K=V
	E
asked "a whole id is not looked up" <<-E
	GET /v1/sessions/$A
	E
ctl -j show work
is 0 "show -j, by name" <<-E
	$(session $A work running)
	E
ctl -j show ses_01JDZZ
is 0 "show, by the beginning of an id" <<-E
	$(session $C x failed)
	E
ctl -j show 01jdzz
is 0 "show, by the beginning of an id in lower case" <<-E
	$(session $C x failed)
	E
ctl show ses_01JD00
complains 1 "2 sessions begin with ses_01JD00" "an ambiguous beginning"
ctl show two
complains 1 "several users have a session named two" "an ambiguous name"
ctl show wrok
complains 1 "there is no session wrok; did you mean work?" "a suggestion"
ctl -j show wrok
complains 1 '{"code":"not_found","detail":"there is no session wrok; did you mean work?"}' \
    "the same as JSON"
ctl show ses_01JD0000000000000000000AAB
complains 1 "Did you mean $A?" "a suggestion for a whole id"
ctl show
complains 2 "usage: deskctl show ID" "show without a session"

# rm
{
	printf '= DELETE /v1/sessions/%s\n204\n\n' $A
	printf '= DELETE /v1/sessions/%s\n204\n\n' $C
	answer "GET /v1/sessions?limit=100" 200 <<-E
		$(page)
		E
} | fake
ctl rm $A $B $C
is 1 "rm goes on after a failure and fails" </dev/null
asked "rm deletes each" <<-E
	DELETE /v1/sessions/$A
	DELETE /v1/sessions/$B
	GET /v1/sessions?limit=100
	DELETE /v1/sessions/$C
	E
ctl rm -j $A
is 0 "rm -j" <<-E
	{"id":"$A","deleted":true}
	E

# shot
{
	printf '= GET /v1/sessions/%s/screenshot?format=png\n' $A
	printf '200 image/png chunked\nETag: "abc"\nX-Deskd-Generation: 7\n'
	printf 'X-Deskd-Width: 3\nX-Deskd-Height: 4\n\nPNG of all\n'
	printf '= GET /v1/sessions/%s/screenshot?format=png&region=1,2,3,4&scale=0.5&pointer=1\n' $A
	printf '200 image/png\n\nPNG of a part\n'
	printf '= GET /v1/sessions/%s/screenshot?format=png&scale=640x400\n' $A
	printf '200 image/png close\n\nPNG scaled\n'
	printf '= GET /v1/sessions/%s/screenshot?format=png&scale=0.25\n' $A
	printf '200 image/png cut\n\nPNG half\n'
	problem "GET /v1/sessions/$B/screenshot?format=png" 409 no_desktop \
	    "this session has no desktop"
	for q in 'jpeg&quality=1' 'webp&lossless=1' webp jpeg \
	    'webp&quality=100'; do
		printf '= GET /v1/sessions/%s/screenshot?format=%s\n' $A "$q"
		printf '200 image/x\n\n%s\n' "$q"
	done
} | fake
cd "$dir" || exit 1
ctl shot $A
[ $status -eq 0 ] && [ "$(cat $A.png)" = "PNG of all" ]
result "shot writes ID.png"
ctl -j shot -o here.png $A
is 0 "shot -j says what it wrote" <<-E
	{"file":"here.png","bytes":11,"width":3,"height":4,"generation":7,"etag":"\"abc\""}
	E
ctl shot -o - -r 1,2,3,4 -s 50% -p $A
printf '\n' >>"$dir/out"
is 0 "shot -o - of a region, scaled, with pointer" <<-E
	PNG of a part
	E
ctl shot --scale 640x400 --output s.png $A
[ $status -eq 0 ] && [ "$(cat s.png)" = "PNG scaled" ]
result "shot scaled to a size"
ctl shot -s 0.25 -o cut.png $A
[ $status -eq 1 ] && [ ! -e cut.png ] && ! ls cut.png.* >/dev/null 2>&1 &&
    grep -q "ended early" err
result "a picture that is cut short leaves no file"
ctl shot $B
complains 1 "deskctl: shot: this session has no desktop" "shot without desktop"
ctl shot -o /nonexistent/x.png $A
complains 1 "/nonexistent/x.png" "shot into nowhere"
[ ! -e $A.jpg ] && ctl shot -f jpeg -q 1 $A && [ "$(cat $A.jpg)" = 'jpeg&quality=1' ]
result "shot -f jpeg writes ID.jpg"
ctl shot -l -o a.webp $A && [ "$(cat a.webp)" = 'webp&lossless=1' ]
result "the file's name says the format"
ctl shot -f webp -o a.png $A && [ "$(cat a.png)" = webp ]
result "unless -f does"
ctl shot -o A.JPEG $A && [ "$(cat A.JPEG)" = jpeg ]
result "in capitals, too"
ctl shot -o .webp $A && [ "$(cat .webp)" = "PNG of all" ]
result "a name that is only an ending is none"
ctl shot --format webp --quality 100 -o x $A && [ "$(cat x)" = 'webp&quality=100' ]
result "shot with long options"
for o in '-q 0' '-q 101' '-f gif' '-f JPEG'; do
	ctl shot $o -o y $A
	[ $status -eq 2 ] && [ ! -e y ]
	result "shot $o is a usage error"
done
cd "$here" || exit 1

# clip and resize
{
	printf '= GET /v1/sessions/%s/clipboard?selection=clipboard\n' $A
	printf '200 text/plain\n\nin it'
	printf '\n= GET /v1/sessions/%s/clipboard?selection=primary\n' $A
	printf '204 text/plain\n\n'
	printf '= PUT /v1/sessions/%s/clipboard?selection=primary\n' $A
	printf '204 text/plain\n\n'
	printf '= DELETE /v1/sessions/%s/clipboard?selection=clipboard\n' $A
	printf '204 text/plain\n\n'
	printf '= PATCH /v1/sessions/%s/display\n' $A
	printf '200 application/json\n\n{"width":800,"height":600}\n'
} | fake
ctl -j clip get $A
is 0 "clip get -j" <<-E
	{"media_type":"text/plain","bytes":5,"text":"in it"}
	E
ctl clip -p get $A
complains 1 "there is nothing in it" "clip get of an empty one"
ctl clip -p set $A some words
[ $status -eq 0 ] && grep -q '^some words' "$dir/record"
result "clip set sends words"
ctl clip clear $A
is 0 "clip clear is quiet" </dev/null
ctl resize $A 800x600
[ $status -eq 0 ] && tail -n 1 "$dir/record" |
    grep -qxF '{"width":800,"height":600}'
result "resize sends a size"
ctl clip -P -f x set $A words
complains 2 "either words or a file" "clip set of words and a file"
ctl clip set $A
complains 2 "missing" "clip set of nothing"
ctl resize $A 800
complains 2 "usage: deskctl resize" "resize to no size"

# exec
exec_answer() {
	printf '= POST /v1/sessions/%s/exec\n200 text/event-stream chunked\n\n' $A
	cat
}
exec_answer <<'E' | fake
event: started
data: {"pid":12}

: still here

event: stdout
data: {"data":"hällo\n"}

event: stderr
data: {"data":"oops\n"}

event: stdout
data: {"data":"wörld\u0000\n"}

event: exited
data: {"exit_code":3,"signal":null,"timed_out":false,"truncated":{"stdout":false,"stderr":false},"duration_ms":5}

E
ctl exec $A -- ls -l /
[ $status -eq 3 ] && printf 'hällo\nwörld\0\n' | cmp -s - "$dir/out" &&
    [ "$(cat "$dir/err")" = oops ]
result "exec streams both outputs and exits as the command did"
asked "exec asks for a stream" <<-E
	POST /v1/sessions/$A/exec
	Accept: text/event-stream
	{"argv":["ls","-l","/"]}
	E
exec_answer <<'E' | fake
event: exited
data: {"exit_code":null,"signal":"KILL","timed_out":false}

E
echo "from stdin" | deskctl -s "$dir/sock" exec -u root $A -i -C /tmp -e K=V \
    -T 5 cat -n >"$dir/out" 2>"$dir/err"
status=$?
is 137 "exec exits 128 and the signal" </dev/null
asked "exec sends every option and standard input" <<-E
	POST /v1/sessions/$A/exec
	Accept: text/event-stream
	{"user":"root","cwd":"/tmp","env":{"K":"V"},"timeout_seconds":5.0,"argv":["cat","-n"],"stdin":"from stdin\n"}
	E
exec_answer <<'E' | fake
event: exited
data: {"exit_code":null,"signal":"KILL","timed_out":true}

E
ctl exec -T 0.5 $A sleep 9
complains 124 "killed after 0.5 s" "exec exits 124 when time is up"
exec_answer <<'E' | fake
event: stdout
data: {"data":"half"}

E
ctl exec $A x
complains 1 "the connection ended before the command did" "exec that is cut off"
answer "POST /v1/sessions/$A/exec" 200 <<-E | fake
	{"exit_code":4,"signal":null,"timed_out":false,"stdout":"a","stderr":"b"}
	E
ctl -j exec $A x
is 4 "exec -j prints one result and exits the same" <<-E
	{"exit_code":4,"signal":null,"timed_out":false,"stdout":"a","stderr":"b"}
	E
problem "POST /v1/sessions/$A/exec" 422 no_such_program "nonesuch: not found" \
    /argv/0 | fake
ctl exec $A nonesuch
complains 1 "deskctl: exec: nonesuch: not found" "exec of nothing"
ctl exec $A --
complains 2 "no command" "exec without a command"
answer "POST /v1/sessions/$A/exec" 200 <<-E | fake
	{"exit_code":0,"signal":null,"timed_out":false,"stdout":"","stderr":""}
	E
printf 'a\377b' | deskctl -s "$dir/sock" exec -ji $A cat >"$dir/out" 2>"$dir/err"
status=$?
test $status -eq 0 && grep -q '"stdin_base64":"Yf9i"' "$dir/record"
result "exec -i sends what is not text in base64"

# stop, start, set
stop_path=/v1/sessions/$A/stop
start_path=/v1/sessions/$A/start
{
	answer "POST $stop_path" 200 <<-E
		$(session $A work stopped)
		E
	answer "POST $start_path" 200 <<-E
		$(session $A work starting)
		E
	answer "GET /v1/sessions/$A?wait_for=running&timeout=15.000" 200 <<-E
		$(session $A work running)
		E
	answer "PATCH /v1/sessions/$A" 200 <<-E
		$(session $A new running)
		E
	answer "POST /v1/sessions/$B/stop" 200 <<-E
		{"id":"$B","state":"stopping"}
		E
	problem "POST /v1/sessions/$C/start" 409 wrong_state "it is failed"
} | fake
ctl stop $A
is 0 "stop is quiet" </dev/null
ctl -j start $A
is 0 "start -j" <<-E
	$(session $A work starting)
	E
ctl start -w $A
is 0 "start --wait is quiet" </dev/null
ctl set -n new -l a=b -l old- -M 1G -c 50 -t 9 $A
is 0 "set is quiet" </dev/null
asked "stop, start and set ask for it; other labels stay" <<-E
	POST $stop_path
	POST $start_path
	POST $start_path
	GET /v1/sessions/$A?wait_for=running&timeout=15.000
	PATCH /v1/sessions/$A
	{"name":"new","labels":{"a":"b","old":null},"resources":{"memory_bytes":1073741824,"cpu_percent":50,"tasks":9}}
	E
ctl stop $B
complains 1 "$B is still stopping" "stop that takes too long fails"
ctl start $C
complains 1 "deskctl: start: it is failed" "start of what cannot be started"
ctl set $A
complains 2 "nothing to change" "set of nothing"

# mouse and keyboard
done_='{"results":[{"index":0,"type":"x","ok":true,"duration_ms":0.4}]}'
answer "POST /v1/sessions/$A/actions" 200 <<-E | fake
	$done_
	E
ctl click $A 10 20
is 0 "click is quiet" </dev/null
ctl click $A
ctl click -n 2 $A 1 2
ctl click $A 1 2 --count 3
ctl click -b right -m ctrl+shift $A 1 2
ctl click -b back -n 2 $A
ctl move $A 0 799
ctl drag -b right -m alt -d 250 $A 1 2 3 4 5 6
ctl scroll $A down
ctl scroll $A up 3
ctl scroll $A left 7 8
ctl scroll -m ctrl $A right 5 7 8
ctl type $A hello "big  world" -n -j
ctl type $A -- -x
ctl type -- $A --
ctl key $A ctrl+l Return
ctl key -r 5 $A Tab
[ "$status" -eq 0 ] && asked "each asks for its action" <<-E
	$(printf '{"type":"left_click","x":10,"y":20}
	{"type":"left_click"}
	{"type":"double_click","x":1,"y":2}
	{"type":"triple_click","x":1,"y":2}
	{"type":"right_click","x":1,"y":2,"modifiers":"ctrl+shift"}
	{"actions":[{"type":"back_click"},{"type":"back_click"}]}
	{"type":"mouse_move","x":0,"y":799}
	{"button":"right","modifiers":"alt","duration_ms":250,"path":[[1,2],[3,4],[5,6]]}
	{"type":"scroll","direction":"down","amount":1}
	{"type":"scroll","direction":"up","amount":3}
	{"type":"scroll","direction":"left","amount":1,"x":7,"y":8}
	{"type":"scroll","modifiers":"ctrl","direction":"right","amount":5,"x":7,"y":8}
	{"type":"type","text":"hello big  world -n -j"}
	{"type":"type","text":"-x"}
	{"type":"type","text":"--"}
	{"type":"key","keys":"ctrl+l Return"}
	{"type":"key","repeat":5,"keys":"Tab"}' |
	sed -e 's/^	*//' -e 's/^{"button"/{"type":"drag","button"/' \
	    -e "s,^,POST /v1/sessions/$A/actions@," | tr @ '\n')
	E
printf 'Zeile 1\nテスト 😀\n' | deskctl -s "$dir/sock" type $A - >"$dir/out" 2>"$dir/err"
status=$?
[ $status -eq 0 ] && tail -1 "$dir/record" |
    grep -qxF '{"type":"type","text":"Zeile 1\nテスト 😀\n"}'
result "type - reads standard input"
ctl -j click $A 1 2
is 0 "click -j prints the results" <<-E
	$done_
	E
ctl click $A 1
complains 2 "X without Y" "click wants both coordinates"
ctl click -b nose $A
complains 2 "no button nose" "click knows its buttons"
ctl click -n 4 $A
complains 2 "-n 4 must be a number from 1 to 3" "click counts to three"
ctl move $A a 2
complains 2 "coordinate a must be a number" "move wants numbers"
ctl drag $A 1 2
complains 2 "something is missing" "drag wants two points"
ctl scroll $A sideways
complains 2 "no direction sideways" "scroll knows its directions"
ctl scroll $A up 101
complains 2 "amount 101 must be" "scroll has a limit"
problem "POST /v1/sessions/$A/actions" 422 invalid_field \
    "must be on the screen, 0 to 1279" /x | fake
ctl click $A 5000 1
complains 1 "deskctl: click: x: must be on the screen" "click outside"

# actions
answer "POST /v1/sessions/$A/actions" 200 chunked <<-E | fake
	{"results":[{"index":0,"type":"left_click","ok":true,"duration_ms":0.42},{"index":1,"type":"screenshot","ok":true,"duration_ms":12,"screenshot":{"width":1280,"height":800,"settled":false,"data":"aGk="}},{"index":2,"type":"cursor_position","ok":true,"duration_ms":0.1,"x":3,"y":4},{"index":3,"type":"key","ok":false,"duration_ms":0,"error":{"code":"unknown_key","detail":"no key Foo","pointer":"/keys"}}]}
	E
echo '{"actions": [ ] }' >"$dir/batch"
ctl actions $A "$dir/batch"
is 1 "actions prints a table and fails when one failed" <<-E
	N  TYPE             OK     MS  DETAILS
	0  left_click       yes   0.4  
	1  screenshot       yes  12.0  picture 1280x800, not settled
	2  cursor_position  yes   0.1  x=3 y=4
	3  key              no    0.0  unknown_key: no key Foo
	E
complains 1 "deskctl: actions: action 3, key: no key Foo" \
    "actions says which one failed"
asked "actions sends the file as it is" <<-E
	POST /v1/sessions/$A/actions
	{"actions": [ ] }

	E
ctl actions $A /nonexistent
complains 1 "/nonexistent: No such file" "actions of no file"

# log
event() {	# SEQ KIND
	printf '{"id":"evt_%s","seq":%s,"time":"2020-01-02T03:04:05.678Z",' "$1" "$1"
	printf '"kind":"%s","session_id":"%s","actor":{"uid":0},"data":{"n":%s}}' "$2" $A "$1"
}
{
	answer "GET /v1/events?limit=500&after=0" 200 <<-E
		{"data":[$(event 1 session.created),$(event 2 session.running)],"next_cursor":"2","has_more":true}
		E
	answer "GET /v1/events?limit=500&after=2" 200 <<-E
		{"data":[$(event 5 action)],"next_cursor":"5","has_more":false}
		E
	answer "GET /v1/events?order=desc&limit=4" 200 <<-E
		{"data":[$(event 5 action),$(event 4 action)],"next_cursor":"4","has_more":true}
		E
	answer "GET /v1/events?order=desc&limit=2&before=4" 200 <<-E
		{"data":[$(event 2 session.running)],"next_cursor":null,"has_more":false}
		E
	answer "GET /v1/events?order=desc&limit=1" 200 <<-E
		{"data":[$(event 5 action)],"next_cursor":"5","has_more":true}
		E
	answer "GET /v1/sessions/$A/events?kind=action&limit=500&after=0" 200 <<-E
		{"data":[$(event 5 action)],"next_cursor":null,"has_more":false}
		E
} | fake
ctl log
is 0 "log goes through all pages" <<-E
	2020-01-02T03:04:05.678Z session.created    $A {"n":1}
	2020-01-02T03:04:05.678Z session.running    $A {"n":2}
	2020-01-02T03:04:05.678Z action             $A {"n":5}
	E
ctl log -n 4 -j
is 0 "log -n -j asks from the end, prints the oldest first" <<-E
	$(event 2 session.running)
	$(event 4 action)
	$(event 5 action)
	E
ctl log -n 0
is 0 "log -n 0 prints none" </dev/null
ctl log -k action $A
is 0 "log of one session and kind" <<-E
	2020-01-02T03:04:05.678Z action             $A {"n":5}
	E
{
	answer "GET /v1/events?limit=500&after=0" 200 <<-E
		{"data":[$(event 1 session.created)],"next_cursor":null,"has_more":false}
		E
	printf '= GET /v1/events\n200 text/event-stream chunked\n\n'
	printf 'id: 2\nevent: action\ndata: %s\n\n' "$(event 2 action)"
	printf ': still here\n\nid: 3\nevent: action\ndata: %s\n\n' "$(event 3 action)"
	printf '= GET /v1/events\n200 text/event-stream cut\n\n'
	printf 'id: 4\nevent: action\ndata: %s\n\n\n' "$(event 4 action)"
	problem "GET /v1/events" 403 forbidden "go away"
} | fake
ctl log -f -j
is 1 "log -f goes on over broken connections" <<-E
	$(event 1 session.created)
	$(event 2 action)
	$(event 3 action)
	$(event 4 action)
	E
asked "log -f says where to go on" <<-E
	GET /v1/events?limit=500&after=0
	GET /v1/events
	Accept: text/event-stream
	Last-Event-ID: 1
	GET /v1/events
	Accept: text/event-stream
	Last-Event-ID: 3
	GET /v1/events
	Accept: text/event-stream
	Last-Event-ID: 4
	E

# top, system, shutdown
{
	answer "GET /v1/sessions?state=running&limit=100" 200 <<-E
		$(page "$(session $A work running)")
		E
	answer "GET /v1/sessions/$A/stats" 200 <<-E
		{"memory_bytes":157286400,"cpu_seconds":75.25,"tasks":12,"disk_used_bytes":1048576,"oom_kills":0}
		E
	answer "GET /v1/system" 200 <<-E
		{"version":"0.1.0","protocol":1,"kernel":"6.1.0","cgroup":{"version":2,"controllers":["memory","cpu"]},"landlock_abi":2,"seccomp":"kill","cpus":2,"memory_bytes":8589934592,"images":[{"name":"host","type":"host"}],"sessions":{"total":3,"running":1},"user":{"uid":0,"name":"root","admin":true}}
		E
	answer "POST /v1/system/shutdown" 202 <<-E
		{"status":"stopping"}
		E
	answer "GET /readyz" 200 <<-E
		{"status":"ready"}
		E
} | fake
ctl top
is 0 "top, once when nobody looks" <<-E
	ID                              NAME  OWNER  STATE    %CPU    TIME   MEM  LIMIT  TASKS  DISK
	$A  work  root   running     -  1:15.2  150M     2G     12    1M
	E
ctl top -j
[ $status -eq 0 ] && grep -q '"stats":{"memory_bytes":157286400,' "$dir/out"
result "top -j has the stats in each session"
ctl system
is 0 "system" <<-E
	deskd     0.1.0 (protocol 1)
	machine   2 CPUs, 8G of memory
	kernel    6.1.0
	cgroup    version 2: memory cpu
	landlock  ABI 2
	images    host
	sessions  3, 1 of them running
	you       root (0), admin
	E
ctl doctor
grep -q "^ok      daemon       answers at $dir/sock" "$dir/out" &&
    grep -q "^ok      version" "$dir/out"
result "doctor finds the daemon"
ctl doctor -j
grep -q '"checks":\[{"check":"kernel","level":' "$dir/out"
result "doctor -j"
if grep -q '"fail":0,' "$dir/out"; then [ $status -eq 0 ]; else [ $status -eq 1 ]; fi
result "doctor exits 1 only when something fails"
ctl shutdown
is 0 "shutdown" <<-E
	deskd is stopping all sessions
	E
tail -1 "$dir/record" | grep -qx "POST /v1/system/shutdown"
result "shutdown asks for it"

# What doctor says where something is missing: root can make such a place.
if [ "$(id -u)" -eq 0 ] && unshare -Urm true 2>/dev/null; then
	unshare -Urm sh -c 'echo 0 >/proc/sys/user/max_net_namespaces &&
	    exec deskctl -s /nonexistent doctor' >"$dir/out" 2>"$dir/err"
	status=$?
	[ $status -eq 1 ] &&
	    grep -q "^fail    namespaces   net namespaces are switched off" "$dir/out" &&
	    grep -q "sudo sysctl user.max_net_namespaces" "$dir/out" &&
	    grep -q "^fail    isolation    root cannot make namespaces" "$dir/out"
	result "doctor sees that namespaces are switched off"
	unshare -m sh -c 'mount -t tmpfs none /proc/driver &&
	    mount -t tmpfs none /usr/share/fonts &&
	    mount --bind /dev/null /usr/bin/Xvfb &&
	    exec deskctl -s /nonexistent doctor' >"$dir/out" 2>"$dir/err"
	status=$?
	[ $status -eq 1 ] &&
	    grep -q "^fail    isolation    .*hides /proc/driver" "$dir/out" &&
	    grep -q "^warn    fonts        none" "$dir/out" &&
	    grep -q "^fail    Xvfb         not installed" "$dir/out"
	result "doctor sees a masked /proc, and what is not installed"
else
	count=$((count + 2))
	echo "ok $((count - 1)) - doctor without namespaces # SKIP needs root"
	echo "ok $count - doctor without programs # SKIP needs root"
fi

# nobody there, or nobody who answers well
stop_fake
ctl ls
complains 1 "is deskd running? sudo systemctl start deskd" "a dead socket"
rm -f "$dir/sock"
ctl ls
complains 1 "no socket at $dir/sock; is deskd running?" "no socket"
DESKD_SOCKET=$dir/elsewhere deskctl ls >"$dir/out" 2>"$dir/err"
status=$?
complains 1 "no socket at $dir/elsewhere" "DESKD_SOCKET"
ctl -j ls
complains 1 '{"code":"not_running","detail":"no socket at' "no socket, as JSON"
if [ "$(id -u)" -eq 0 ]; then
	fake </dev/null
	chmod 755 "$dir"
	chmod 660 "$dir/sock"
	setpriv --reuid 65534 --regid 65534 --clear-groups \
	    "$BIN/deskctl" -s "$dir/sock" ls >"$dir/out" 2>"$dir/err"
	status=$?
	complains 1 "belongs to group root; to join it: sudo usermod" \
	    "a socket of others"
else
	count=$((count + 1))
	echo "ok $count - a socket of others # SKIP needs root"
fi
for how in cut drop; do
	answer "GET /v1/system" 200 $how <<-E | fake
		{"version":"1"}
		E
	ctl system
	[ $status -eq 1 ] && [ -s "$dir/err" ] && [ ! -s "$dir/out" ]
	result "an answer that is $how"
done
printf '= GET /v1/system\n200 text/html\n\n<html>\n' | fake
ctl system
complains 1 "something that is not JSON" "an answer that is not JSON"
printf '= GET /v1/system\n500 text/html\n\n<html>\n' | fake
ctl system
complains 1 "deskd answered with status 500" "a failure that is not JSON"
printf '= GET /v1/system\n200 application/json\nX-Long: %s\n\n{}\n' \
    "$(head -c 20000 /dev/zero | tr '\0' x)" | fake
ctl system
complains 1 "answer with a bad head" "a head without end"

# deskctl itself
ctl
complains 2 "usage: deskctl" "no command"
ctl crate
complains 2 "unknown command crate; did you mean create?" "a wrong command"
ctl -Z ls
complains 2 "usage: deskctl" "a wrong global option"
ctl help exec
[ $status -eq 0 ] && grep -q "^usage: deskctl exec" "$dir/out"
result "help of a command"
ctl exec -h
[ $status -eq 0 ] && grep -q "^usage: deskctl exec" "$dir/out"
result "-h after a command"
ctl version
[ $status -eq 0 ] && grep -q "^deskctl [0-9]" "$dir/out"
result "version"

echo "1..$count"
