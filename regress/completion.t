#!/bin/bash
# What bash offers after deskctl: commands, their options, sessions.

. ./lib.sh

need_root
need curl jq

mkdir "$TMP/bin"
ln -s "$BIN/deskctl" "$TMP/bin/deskctl"
PATH=$TMP/bin:$PATH
export DESKD_SOCKET=$SOCKET
. ../etc/deskctl.bash

complete_words() {	# WORDS: the last one is being typed
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_deskctl
	printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' '
}

deskd_start_or_bail
ok "a session with a name" ctl create -X -w -n alpha
ok "one without" ctl create -X -w
plain=$(ctl ls -q | while read -r id; do
	[ "$(ctl -j show "$id" | jq -r .name)" != null ] || echo "$id"
done)

is "commands by their beginning" "$(complete_words deskctl sh)" \
    "shot show shutdown "
is "every command of the help" "$(complete_words deskctl '' |
    tr ' ' '\n' | grep -c '^[a-z]')" "$(ctl help | grep -c '^  [a-z]')"
is "options of a command" "$(complete_words deskctl exec --s)" "--stdin "
like "short ones too" "$(complete_words deskctl exec -)" ' -C .* -i '
is "a session by its name" "$(complete_words deskctl show al)" "alpha "
is "by its id where it has none" "$(complete_words deskctl show ses_)" \
    "$plain "
is "after the options of deskctl itself" \
    "$(complete_words deskctl -s "$SOCKET" stop al)" "alpha "
is "commands after help" "$(complete_words deskctl help doc)" "doctor "
is "nothing where no session is meant: files" \
    "$(complete_words deskctl system '')" " "

done_testing
