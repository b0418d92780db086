#!/usr/bin/perl
# Makes one test of several: their lines between "== begin" and "== end",
# numbered anew, each with its test's name, as they come.
use strict;
use warnings;

$| = 1;
my ($name, $planned, $count, $bad) = ("", -1, 0, 0);
my ($n, $failed, $off) = (0, 0, 0);

sub say_ok {
	my ($good, $text) = @_;
	$n++;
	$failed++ unless $good;
	print $good ? "ok" : "not ok", " $n - $text\n";
}

while (<STDIN>) {
	s/\r?\n$//;
	if (/^== begin (.*)/) {
		($name, $planned, $count, $bad) = ($1, -1, 0, 0);
	} elsif (/^== end (\d+)/) {
		if ($planned != $count) {
			say_ok(0, "$name: runs to its end");
		} elsif ($1 != 0 && !$bad) {
			say_ok(0, "$name: status $1");
		}
	} elsif (/^== off$/) {
		$off = 1;
	} elsif (/^(not )?ok \d+(?: - )?(.*)/) {
		$count++;
		$bad++ if $1;
		say_ok(!$1, "$name: $2");
	} elsif (/^1\.\.(\d+)(.*)/) {
		$planned = $1;
		say_ok(1, "$name$2") if $planned == 0;
	} else {
		# What a test says besides, on standard error too.
		print /^#/ ? "$_\n" : "# $_\n";
	}
}
say_ok($off, "the machine switches itself off");
print "1..$n\n";
exit($failed > 0);
