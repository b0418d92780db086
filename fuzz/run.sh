#!/bin/sh
# Lets targets run: fuzz/run.sh SECONDS TARGET...
#
# BIN names the folder of the programs, OUT where new inputs and finds go.
# A target that finds something leaves the input in OUT/TARGET-crash-...,
# OUT/TARGET-leak-... or OUT/TARGET-timeout-...; the same program with that
# file as its argument shows it again, with FUZZ_LOG=1 what would have been
# logged.  A find that was understood belongs into fuzz/corpus/TARGET, under
# a name that says what it is.

seconds=$1
shift
mkdir -p "$OUT" || exit 1
bad=0
for t; do
	mkdir -p "$OUT/$t"
	echo "  FUZZ	$t, $seconds s"
	nice -n 10 "$BIN/fuzz_$t" -max_total_time="$seconds" -timeout=20 \
	    -rss_limit_mb=2048 -print_final_stats=1 \
	    -artifact_prefix="$OUT/$t-" "$OUT/$t" "fuzz/corpus/$t" \
	    > "$OUT/$t.log" 2>&1 < /dev/null || {
		grep -E '^(==|SUMMARY|Test unit)' "$OUT/$t.log"
		echo "*** $t has found something: see $OUT/$t.log"
		bad=1
	}
	sed -n 's/^stat::\(number_of_executed_units\): */	inputs tried: /p' \
	    "$OUT/$t.log" | sed 's/stat:://'
	sed -n 's/^#[0-9]*.* cov: \([0-9]*\) ft: \([0-9]*\) .*/\1/p' \
	    "$OUT/$t.log" | tail -n 1 | sed 's/^/	edges seen: /'
done
exit "$bad"
