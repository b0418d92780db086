# An image that is a directory: busybox, two users, nothing else.
#
#	make_image DIRECTORY
# shellcheck shell=sh

make_image() {
	mkdir -p "$1/bin" "$1/etc" "$1/root" "$1/home/user" "$1/tmp" \
	    "$1/var/tmp"
	cp "$(command -v busybox)" "$1/bin/busybox"
	for t_name in $(busybox --list); do
		[ "$t_name" = busybox ] ||
			ln -s busybox "$1/bin/$t_name"
	done
	ln -s bin "$1/sbin"
	chmod 700 "$1/root"
	chown -R 1000:1000 "$1/home/user"
	cat > "$1/etc/passwd" <<- end
		root:x:0:0::/root:/bin/sh
		user:x:1000:1000::/home/user:/bin/sh
	end
	printf 'root:x:0:\nuser:x:1000:\n' > "$1/etc/group"
}
