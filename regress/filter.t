#!/bin/sh
# What a session's programs may ask the kernel's network for, root of a user
# namespace of their own included: sockets, not the packet filter.
. "${0%/*}/lib.sh"
need_root
need perl

deskd_start_or_bail
ok "a session" ctl create -w -n one -X

# socket FAMILY TYPE PROTOCOL: what the kernel says, or "yes".
sockets() {
	ctl exec one -- perl -MSocket -e '
		while (@ARGV) {
			my ($f, $t, $p) = splice(@ARGV, 0, 3);
			print socket(my $s, $f, $t, $p) ? "yes" : "$!", "\n";
		}' "$@"
}
is "local, IPv4 and IPv6" "$(sockets 1 1 0 2 1 0 10 2 0)" "$(printf 'yes\nyes\nyes')"
is "addresses, lists of sockets, device events" \
    "$(sockets 16 3 0 16 3 4 16 3 15)" "$(printf 'yes\nyes\nyes')"
is "not the packet filter, transforms, generic netlink" \
    "$(sockets 16 3 12 16 3 6 16 3 16 | sort -u)" "Protocol not supported"
is "no other family" "$(sockets 17 3 0 40 1 0 38 5 0 | sort -u)" \
    "Address family not supported by protocol"

# Root of a network may replace its tables, and would hear that four bytes
# are none.
is "tables are not replaced" "$(ctl exec one -- unshare -Urn perl -MSocket -e '
	socket(my $s, 2, 2, 0) or die;
	foreach my $o (64, 96, 128) {
		setsockopt($s, 0, $o, "x" x 4) and die;
		print "$!\n";
	}' | sort -u)" "Operation not permitted"
is "other options are set" "$(ctl exec one -- perl -MSocket -e '
	socket(my $s, 10, 2, 0) or die;
	print setsockopt($s, 41, 67, pack("i", 8)) ? "yes" : "$!", "\n"')" yes
done_testing
