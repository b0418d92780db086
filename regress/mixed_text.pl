#!/usr/bin/perl
# So many characters of many alphabets, always the same, in lines that a
# terminal takes; with tabs when asked for.
#
#	mixed_text.pl COUNT [tab]
use strict;
use warnings;
use utf8;

my ($n, $tab) = @ARGV;
binmode STDOUT, ':encoding(UTF-8)';
srand 7;
my @ascii = map { chr } 32 .. 126;
my @latin = split //, 'ÅåÇçÉéèüñøßÆœŁžğ¿¡€£µ°±½Ωλ∑√Жщя';
my @han = map { chr(0x4e00 + $_ * 13) } 0 .. 1499;
my @emoji = map { chr } 0x1f600 .. 0x1f63f, 0x1f680 .. 0x1f69f;
my $line = 0;

sub one { return $_[rand @_] }

for (2 .. $n) {
	my $r = rand;
	my $c = $line > 60 || $r < 0.02 ? "\n" :
	    $r < 0.03 && $tab ? "\t" :
	    $r < 0.55 ? one(@ascii) : $r < 0.75 ? one(@latin) :
	    $r < 0.93 ? one(@han) : one(@emoji);
	$line = $c eq "\n" ? 0 : $line + 1;
	print $c;
}
print "\n";
