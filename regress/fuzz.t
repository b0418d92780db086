#!/bin/sh
# Every fuzz target: the inputs of its corpus, among them all that was ever
# found, and then a short while of new ones.  make fuzz takes its time.

. ./lib.sh

[ -z "${DESKD_TEST_ASAN:-}" ] ||
    skip_all "the targets have sanitizers of their own"
need clang
cd .. || exit 1
# Not with what make check was called with.
unset MAKEFLAGS MAKELEVEL MFLAGS
targets=$(make -s --no-print-directory fuzz-list)
[ -n "$targets" ] || skip_all "this clang comes without libFuzzer"
ok "the targets are made" make -s --no-print-directory fuzz-build

# A loaded machine may be slow: the limit for one input only ends a hang.
for t in $targets; do
	mkdir "$TMP/$t"
	ok "$t" obj-fuzz/bin/fuzz_"$t" -max_total_time=2 -timeout=120 \
	    -rss_limit_mb=2048 -verbosity=0 -artifact_prefix="$TMP/$t-" \
	    "$TMP/$t" "fuzz/corpus/$t"
done
done_testing
