# Completion of deskctl for bash.  Commands, options and sessions are asked
# of deskctl itself, so that this file needs no change when it learns more.

_deskctl_commands() {
	deskctl help 2> /dev/null | sed -n 's/^  \([a-z][a-z]*\)  *.*/\1/p'
}

_deskctl_usage() {	# COMMAND
	deskctl help "$1" 2> /dev/null
}

_deskctl_options() {	# COMMAND
	_deskctl_usage "$1" | sed -n \
	    -e 's/^  \(-[a-zA-Z0-9]\) .*(\(--[a-z-]*\))$/\1 \2/p' \
	    -e 's/^  \(-[a-zA-Z0-9]\) .*[^)]$/\1/p'
	echo -h -j
}

# Names where there are some, else ids.
_deskctl_sessions() {
	deskctl ${_deskctl_socket:+-s "$_deskctl_socket"} ls -a \
	    2> /dev/null | awk 'NR > 1 { print ($2 == "-" ? $1 : $2) }'
}

_deskctl() {
	local cur=${COMP_WORDS[COMP_CWORD]} i=1 cmd='' _deskctl_socket=''

	COMPREPLY=()
	while [ "$i" -lt "$COMP_CWORD" ]; do
		case ${COMP_WORDS[i]} in
		-s | --socket)
			i=$((i + 1))
			_deskctl_socket=${COMP_WORDS[i]}
			;;
		--ca | --token-file)
			i=$((i + 1))
			;;
		-*) ;;
		*)
			cmd=${COMP_WORDS[i]}
			break
			;;
		esac
		i=$((i + 1))
	done
	if [ -z "$cmd" ]; then
		case ${COMP_WORDS[COMP_CWORD - 1]} in
		-s | --socket | --ca | --token-file) return ;;	# files
		esac
		mapfile -t COMPREPLY < <(compgen -W \
		    "$(_deskctl_commands) -h -j -s" -- "$cur")
		return
	fi
	case $cmd:$cur in
	help:*)
		mapfile -t COMPREPLY < <(compgen -W \
		    "$(_deskctl_commands)" -- "$cur")
		;;
	*:-*)
		mapfile -t COMPREPLY < <(compgen -W \
		    "$(_deskctl_options "$cmd")" -- "$cur")
		;;
	*)
		# Where the usage speaks of no session, files are completed.
		_deskctl_usage "$cmd" | head -n 1 |
			grep -qE '(ID|SESSION|SRC|DST)' || return
		mapfile -t COMPREPLY < <(compgen -W \
		    "$(_deskctl_sessions)" -- "$cur")
		;;
	esac
}

complete -o default -F _deskctl deskctl
