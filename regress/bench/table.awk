# The rows that series_row() and bench.sh write, as a table.
function num(v) {
	return sprintf(v >= 1000 ? "%.0f" : v >= 100 ? "%.1f" : \
	    v >= 1 ? "%.2f" : "%.3f", v)
}
# More is better for rates, less for everything else.
function times(ours, other) {
	if (ours == 0 || other == 0)
		return 0
	return $2 == "/s" ? ours / other : other / ours
}
BEGIN {
	FS = "\t"
	printf "%-28s %5s %8s %8s  %-31s %4s %8s %8s %7s  %s\n",
	    "what is measured", "n", "p50", "p99", "beside it", "n", "p50",
	    "p99", "ratio", "goal"
}
NF != 12 { next }
{
	ratio = times($4, $8)
	goal = ""
	missed = 0
	if ($10 > 0) {
		goal = "p50 < " $10 " " $2
		missed += $4 >= $10
	}
	if ($11 > 0) {
		goal = goal (goal == "" ? "" : ", ") "p99 < " $11 " " $2
		missed += $5 >= $11
	}
	if ($12 > 0 && $7 > 0) {
		if ($12 > 1)
			goal = goal (goal == "" ? "" : ", ") "ratio > " $12
		missed += ratio <= $12
	}
	printf "%-28s %5d %8s %8s  %-31s", $1 ", " $2, $3, num($4), num($5), $6
	if ($7 > 0)
		printf " %4d %8s %8s %6.1fx", $7, num($8), num($9), ratio
	else
		printf " %4s %8s %8s %7s", "", "", "", ""
	printf "  %s%s\n", goal == "" ? "-" : goal, missed ? "  MISSED" : ""
}
