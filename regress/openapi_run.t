#!/bin/sh
# The API's description, as deskd gives it: every example in it is sent, in
# an order that makes sense, and answered with the status it says and with a
# body that its schema knows, member by member.

# shellcheck source=regress/lib.sh
. ./lib.sh
# shellcheck source=regress/lib_desktop.sh
. ./lib_desktop.sh

need_root
need curl jq pgrep Xvfb icewm xterm
deskd_start_or_bail

SPEC=$TMP/openapi.json
VARS=$TMP/vars		# name and value of what stands in paths and bodies
BODY=$TMP/body
echo "none none" > "$VARS"
: > "$TMP/ran"

api GET /v1/openapi.json > "$SPEC"
is "the description" "$(api_status) $(jq -r .openapi "$SPEC")" "200 3.1.0"
is "has a type" "$(api_header Content-Type)" application/openapi+json
tag=$(api_header ETag)
is "and a tag: 304" "$(curl -sS --unix-socket "$SOCKET" -o /dev/null \
    -H "If-None-Match: $tag" -w '%{http_code}' \
    http://deskd/v1/openapi.json)" 304
is "it says which deskd" "$(jq -r .info.version "$SPEC")" \
    "$(api GET /v1/system | jq -r .version)"

# An operation as "METHOD PATH EXAMPLES", a line.
jq -c '.paths | to_entries[] | .key as $path | .value | to_entries[] |
    {id: .value.operationId, method: (.key | ascii_upcase), path: $path,
     examples: .value["x-examples"]}' "$SPEC" > "$TMP/operations"

set_var() {
	printf '%s %s\n' "$1" "$2" >> "$VARS"
}
# {name} of what was learnt; any other stays, and is not found.
filled() {
	awk 'NR == FNR { v[$1] = $2; next }
	    { for (k in v) gsub("[{]" k "[}]", v[k]); print }' "$VARS" -
}

# What the example sends, as options of curl in "$@" of one.
send() {	# METHOD PATH EXAMPLE
	set -- "$1" "$2" "$3" -X "$1"
	if [ "$(printf '%s' "$3" | jq 'has("body")')" = true ]; then
		printf '%s' "$3" | jq -c .body | filled > "$TMP/sent"
		set -- "$@" -H 'Content-Type: application/json' \
		    --data-binary "@$TMP/sent"
	elif [ "$(printf '%s' "$3" | jq 'has("text")')" = true ]; then
		printf '%s' "$3" | jq -j .text > "$TMP/sent"
		set -- "$@" -H "Content-Type: $(printf '%s' "$3" |
		    jq -r '.type // "application/octet-stream"')" \
		    --data-binary "@$TMP/sent"
	elif [ "$(printf '%s' "$3" | jq 'has("file")')" = true ]; then
		set -- "$@" -H 'Content-Type:' --data-binary \
		    "@$TMP/$(printf '%s' "$3" | jq -r .file)"
	fi
	t_url=$2$(printf '%s' "$3" |
	    jq -r 'if .query then "?" + .query else "" end' | filled)
	if [ "$(printf '%s' "$3" | jq '.stream == true')" = true ]; then
		# It does not end by itself: its first line is enough.
		set -- "$@" -N -H 'Accept: text/event-stream' --max-time 2
	fi
	shift 3
	curl -sS --max-time 90 --unix-socket "$SOCKET" -D "$TMP/api.headers" \
	    -o "$BODY" "$@" "http://deskd$t_url" 2> "$TMP/curl.err"
}

fits() {	# OPERATION WANTED-STATUS
	[ "$(api_status)" = "$2" ] || {
		echo "status $(api_status), not $2"
		head -c 600 "$BODY"
		return 1
	}
	"$BIN/openapi_check" "$SPEC" "$1" "$2" "$(api_header Content-Type)" \
	    < "$BODY" || {
		head -c 600 "$BODY"
		return 1
	}
}

# Every example of an operation; what of the last answer is kept under names.
run() {		# OPERATION [NAME JQ-EXPRESSION] ...
	t_op=$1
	shift
	t_line=$(jq -c --arg id "$t_op" 'select(.id == $id)' \
	    "$TMP/operations")
	if [ -z "$t_line" ]; then
		fail "$t_op is described"
		return
	fi
	echo "$t_op" >> "$TMP/ran"
	t_method=$(printf '%s' "$t_line" | jq -r .method)
	t_path=$(printf '%s' "$t_line" | jq -r .path | filled)
	t_n=$(printf '%s' "$t_line" | jq '.examples | length')
	t_i=0
	while [ "$t_i" -lt "$t_n" ]; do
		t_example=$(printf '%s' "$t_line" | jq -c ".examples[$t_i]")
		t_i=$((t_i + 1))
		: > "$BODY"
		send "$t_method" "$t_path" "$t_example"
		t_keep=$(printf '%s' "$t_example" | jq -r '.keep // empty')
		[ -z "$t_keep" ] || cp "$BODY" "$TMP/$t_keep"
		ok "$t_op, example $t_i" fits "$t_op" \
		    "$(printf '%s' "$t_example" | jq -r .status)"
	done
	while [ $# -gt 1 ]; do
		set_var "$1" "$(jq -r "$2" "$BODY")"
		shift 2
	done
}

run show_health
run show_ready
run show_metrics
run show_openapi
run show_system

run create_token token .id
run list_tokens
run show_token
run revoke_token

run create_session id .id
run list_sessions
run show_session
run change_session
run session_stats
ID=$(awk '$1 == "id" { print $2 }' "$VARS")

# A window to do things to.
launch work "exec xterm -geometry 40x10+50+60 -T described \
    -e sleep 1000"
described() {
	api GET "/v1/sessions/$ID/windows" |
		jq -e '.data[] | select(.title == "described")'
}
ok "a window" wait_until 30 described
run list_windows window '.data[] | select(.title == "described") | .id'
run show_window
run change_window
run take_window_screenshot
run take_screenshot
run keep_screenshot blob .blob
run read_blob
run act
run close_window
run set_clipboard
run read_clipboard
run clear_clipboard
run show_display
run resize_display

# An application of which a window can be seen.
inside work 'mkdir -p .local/share/applications
    printf "[Desktop Entry]\nType=Application\nName=Described\n" \
	> .local/share/applications/described.desktop
    printf "Exec=xterm -T launched -e sleep 1000\n" \
	>> .local/share/applications/described.desktop'
set_var app described
run list_apps
run show_app
run launch_app

run run_command
run write_file
run stat_file
run read_file
run make_directory
run copy_file
run move_file
run read_archive
run extract_archive
run watch_files
run delete_file

run start_process process .id
run list_processes
run show_process
run write_process_input
run read_process_log
run attach_process
run signal_process
run delete_process
run open_terminal terminal .id
run list_terminals
run show_terminal
run resize_terminal
run type_into_terminal
run read_terminal_log
run attach_terminal
run close_terminal

run list_events
run list_session_events
run stop_session
run start_session
run delete_session

run check_store
run read_backup
# It ends the broker, and another one comes with what was restored.
broker=$(pgrep -P "$DESKD_PID" -x deskd-broker)
run restore_backup
another_broker() {
	[ "$(pgrep -P "$DESKD_PID" -x deskd-broker)" != "$broker" ] &&
	    deskd_ready
}
ok "deskd is back" wait_until 30 another_broker

# Each of them, and the end of deskd last of all.
jq -r .id "$TMP/operations" | grep -v '^shut_down$' | sort > "$TMP/all"
is "every operation's examples were sent" "$(sort -u "$TMP/ran")" \
    "$(cat "$TMP/all")"
run shut_down
ok "deskd has stopped" wait_until 30 deskd_is_gone
wait "$DESKD_PID"
DESKD_PID=
is "nothing is left behind" "$(left_behind)" ""
done_testing
