#!/bin/sh
# Applications: what a session offers, and from its name to its window.  The
# proof is what a program wrote down, and which window xprop says it has.
. "${0%/*}/lib.sh"
. ./lib_desktop.sh
need_root
need base64 curl jq Xvfb icewm xterm xprop pgrep

# A desktop entry in the session's home; its lines come on standard input.
entry() {	# id
	(echo '[Desktop Entry]'; cat) > "$TMP/entry"
	inside one 'mkdir -p .local/share/applications'
	bring one "$TMP/entry" ".local/share/applications/$1.desktop"
}

did() {	# jq expression on the answer
	jq -c "$1" "$TMP/answer"
}

go() {	# app JSON
	api POST "$apps/$1/launch" "$2" > "$TMP/answer"
	api_status
}

refused() {	# name status code pointer; the answer is in $TMP/answer
	is "$1" "$(api_status) $(did '[.code, .pointer, .request_id != null]')" \
	    "$2 [\"$3\",$4,true]"
}

refuse() {	# name app JSON status code pointer
	go "$2" "$3" > /dev/null
	refused "$1" "$4" "$5" "$6"
}

class_of() {	# window
	inside one "xprop -id 0x${1#win_} WM_CLASS" | sed 's/.*, "\(.*\)"/\1/'
}

window() {
	did .window.id | tr -d '"'
}

close_window() {
	api DELETE "/v1/sessions/$id/windows/$1" > "$TMP/closed"
}

deskd_start_or_bail
ok "a session with a desktop" ctl create -w -n one -g 640x480
id=$(ctl -j show one | jq -r .id)
apps=/v1/sessions/$id/apps
home=$(inside one pwd)
ok "the client is in it" bring one "$BIN/wclient" wclient

# Writes down what it is given, then has a window of its own name.
cat > "$TMP/record" <<- 'end'
	#!/bin/sh
	printf '%s\n' "$@" "id=$DESKTOP_STARTUP_ID" "colour=$COLOUR" "in=$(pwd)" \
	    > "$HOME/args.$$"
	mv "$HOME/args.$$" "$HOME/args"
	cd
	sleep 600 | ./wclient -c "$1" $2
end
ok "and a script" bring one "$TMP/record" record
entry files <<- end
	Type=Application
	Name=Files
	Name[de]=Dateien
	Comment=Writes files down
	Exec=$home/record Files "-s -" %F
	StartupWMClass=Other
	Categories=Utility;Test;
	MimeType=text/plain;
	Path=$home/.local
end
entry uris <<- end
	Type=Application
	Name=URIs
	Exec=$home/record Uris "-n uris" %U --name=%c %%
end
entry plain <<- end
	Type=Application
	Name=Plain
	Exec=$home/wclient -c Plainly -s -
end
entry class <<- end
	Type=Application
	Name=By class
	Exec=sh -c "sleep 600 | $home/wclient -c Classy"
	StartupWMClass=Classy
end
entry late <<- end
	Type=Application
	Name=Late
	Exec=sh -c "sleep 600 | $home/wclient -d _NET_WM_WINDOW_TYPE_SPLASH -n splash & sleep 1; sleep 600 | $home/wclient -c Late"
end
entry term <<- end
	Type=Application
	Name=In a terminal
	Terminal=true
	Exec=sh -c "echo up > term; cat"
end
entry never <<- end
	Type=Application
	Name=No window
	Exec=sleep 600
end
entry ends <<- end
	Type=Application
	Name=Ends
	Exec=false
end
entry hidden <<- end
	Type=Application
	Name=Hidden
	Hidden=true
	Exec=true
end
entry nodisplay <<- end
	Type=Application
	Name=Not in menus
	NoDisplay=true
	Exec=true
end
entry noexec <<- end
	Type=Application
	Name=Nothing to do
end
entry link <<- end
	Type=Link
	Name=A link
	URL=http://localhost
end
entry gone <<- end
	Type=Application
	Name=Gone
	TryExec=/no/such/program
	Exec=true
end
entry broken <<- end
	Type=Application
	Name=Broken
	Exec=sh -c "no end
end
printf '\000\377\376 rubbish' > "$TMP/rubbish"
bring one "$TMP/rubbish" .local/share/applications/rubbish.desktop
inside one 'mkfifo .local/share/applications/fifo.desktop'

# What there is.
api GET "$apps" > "$TMP/answer"
is "the list" "$(api_status) $(did '[.next_cursor, .has_more]')" \
    '200 [null,false]'
is "has what can be started" "$(did '.data[].id' | tr -d '"' | grep -xE \
    '(files|uris|plain|class|late|term|never|ends|hidden|nodisplay|noexec|link|gone|rubbish|fifo).desktop' |
    xargs)" "$(for a in class ends files late never nodisplay plain term uris
    do echo "$a.desktop"; done | xargs)"
api GET "$apps/files" > "$TMP/answer"
is "one of it" "$(api_status) $(did '[.id, .name, .comment, .wm_class,
    .terminal, .categories, .mime_types]')" '200 ["files.desktop","Files",'\
'"Writes files down","Other",false,["Utility","Test"],["text/plain"]]'
api GET "$apps/files.desktop" > "$TMP/full"
ok "by its whole name" cmp "$TMP/answer" "$TMP/full"
is "one that menus do not show" "$(api GET "$apps/nodisplay" |
    jq .no_display)" true
for app in hidden noexec link gone nothing %2e%2e fi%2fles rubbish; do
	api GET "$apps/$app" > "$TMP/answer"
	refused "no $app" 404 not_found null
done

# From a name to a window.
is "launch" "$(go plain '{}')" 201
is "its process is kept" "$(api GET \
    "/v1/sessions/$id/processes/$(did .process.id | tr -d '"')" |
    jq -c '[.pid, .argv]')" "[$(inside one \
    'pgrep -f "^[^ ]*wclient -c Plainly"'),\
[\"$home/wclient\",\"-c\",\"Plainly\",\"-s\",\"-\"]]"
is "its window is its own" "$(class_of "$(window)")" Plainly
is "and is in the answer" "$(did '[.app, .window.class]')" \
    '["plain.desktop","Plainly"]'
first=$(window)
go plain '{}' > /dev/null
nok "another time is another window" test "$first" = "$(window)"
close_window "$(window)"
close_window "$first"
is "without a body" "$(api POST "$apps/plain/launch" > "$TMP/answer"
    api_status) $(class_of "$(window)")" "201 Plainly"
close_window "$(window)"

is "with files" "$(go files '{"files":["/etc/passwd","a b","-x","%f"],
    "env":{"COLOUR":"red"}}')" 201
is "are its arguments" "$(inside one 'cat args' | grep -v ^id= | xargs -d '\n')" \
    "Files -s - /etc/passwd $home/a b $home/-x $home/%f colour=red in=$home/.local"
is "its window has the startup id" \
    "$(inside one "xprop -id 0x$(window | sed s/win_//) _NET_STARTUP_ID" |
    sed 's/.*= "\(.*\)"/id=\1/')" "$(inside one 'grep ^id= args')"
is "which is in the answer" "\"$(inside one 'sed -n s/^id=//p args')\"" \
    "$(did .window.startup_id)"
close_window "$(window)"
is "with URIs" "$(go uris '{"uris":["file:///etc/hosts","http://h/?a=b"]}')" \
    201
is "are, too" "$(inside one 'head -n 6 args' | xargs -d '\n')" \
    "Uris -n uris file:///etc/hosts http://h/?a=b --name=URIs %"
is "a script's window is found as well" "$(class_of "$(window)")" Uris
close_window "$(window)"
is "a class finds it" "$(go class '{}') $(class_of "$(window)")" "201 Classy"
close_window "$(window)"
is "a splash is not it" "$(go late '{}') $(class_of "$(window)")" "201 Late"
inside one 'pkill wclient'
like "in a terminal" "$(go term '{}') $(class_of "$(window)")" "^201 U?XTerm$"
ok "it runs" wait_until 20 "$BIN/deskctl" -s "$SOCKET" exec one test -s term
close_window "$(window)"

# At the same time: to each its own.
(go plain '{"env":{"N":"1"}}' > "$TMP/st1"; cp "$TMP/answer" "$TMP/one") &
one=$!
curl -s --unix-socket "$SOCKET" -X POST "http://d$apps/class/launch" \
    > "$TMP/two"
wait "$one"
is "two at once have their own" "$(class_of "$(jq -r .window.id "$TMP/one")") $(
    class_of "$(jq -r .window.id "$TMP/two")")" "Plainly Classy"
inside one 'pkill wclient'

# Without one.
is "no window" "$(go never '{"timeout_seconds":1}')" 504
refused "is said" 504 timeout null
process=$(api_header X-Deskd-Process)
like "with what was started" "$(did .detail)" \
    "never.desktop was started as $process, but no window"
like "and its name" "$process" '^prc_'
pid=$(api GET "/v1/sessions/$id/processes/$process" | jq .pid)
is "it runs on" "$(inside one "tr '\\0' ' ' < /proc/$pid/cmdline")" \
    "sleep 600 "
api DELETE "/v1/sessions/$id/processes/$process" > "$TMP/closed"
is "one that ends at once" "$(go ends '{"timeout_seconds":0.5}')" 504
is "not waited for" "$(go plain '{"wait":false}') $(did '[.window,
    (.process.id | startswith("prc_"))]')" '201 [null,true]'
ok "it comes all the same" wait_until 30 "$BIN/deskctl" -s "$SOCKET" \
    exec one pgrep -f Plainly
inside one 'pkill wclient'

# Refused.
refuse "no such application" nothing '{}' 404 not_found null
refuse "a hidden one" hidden '{}' 404 not_found null
refuse "one without a program" noexec '{}' 404 not_found null
refuse "an unknown field" plain '{"file":["x"]}' 422 unknown_field '"/file"'
refuse "files that are none" plain '{"files":"x"}' 422 invalid_field \
    '"/files"'
refuse "files and URIs" plain '{"files":["x"],"uris":["y"]}' 422 \
    invalid_field '"/uris"'
refuse "33 files" plain "{\"files\":[\"x\"$(printf ',"x"%.0s' $(seq 32))]}" \
    422 invalid_field '"/files"'
is "but 32" "$(go files "{\"files\":[\"x\"$(printf ',"x"%.0s' \
    $(seq 31))]}")" 201
is "are taken" "$(inside one 'grep -c "/x$" args')" 32
close_window "$(window)"
refuse "too long to wait" plain '{"timeout_seconds":301}' 422 invalid_field \
    '"/timeout_seconds"'
refuse "a bad variable" plain '{"env":{"1A":"x"}}' 422 invalid_field \
    '"/env/1A"'

# By hand.
like "deskctl apps" "$(ctl apps one)" "^files.desktop +Files +Writes files down"
nok "hides what menus hide" sh -c "'$BIN/deskctl' -s '$SOCKET' apps one |
    grep nodisplay"
like "but for -a" "$(ctl apps -a one)" "^nodisplay.desktop +Not in menus"
answer=$(ctl launch one plain)
like "deskctl launch" "$answer" '^prc_[0-9A-Z]+ win_[0-9a-f]+$'
is "starts it" "$(class_of "${answer#* }")" Plainly
ctl window close one "${answer#* }"
answer=$(ctl launch -e COLOUR=blue one files /etc/hosts 'b c')
is "with files, too" "$(inside one 'cat args' | grep -v ^id= |
    xargs -d '\n')" \
    "Files -s - /etc/hosts $home/b c colour=blue in=$home/.local"
ctl window close one "${answer#* }"
like "deskctl launch -W" "$(ctl launch -W one plain)" '^prc_[0-9A-Z]+$'
nok "deskctl launch of nothing" ctl launch one nothing
nok "deskctl launch -T" ctl launch -T 0.2 one never

# Not here.
ok "a session without a desktop" ctl create -w -X -n bare
apps=/v1/sessions/$(ctl -j show bare | jq -r .id)/apps
api GET "$apps" > "$TMP/answer"
is "has applications" "$(api_status)" 200
refuse "that cannot be launched" debian-xterm '{}' 409 no_desktop null
refuse "waited for or not" debian-xterm '{"wait":false}' 409 no_desktop null
ctl stop bare
api GET "$apps" > "$TMP/answer"
refused "one that is stopped has none" 409 wrong_state null
refuse "nor launches one" debian-xterm '{}' 409 wrong_state null
done_testing
