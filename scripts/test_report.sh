#!/usr/bin/env bash
# Tests the page of bench --report in headless Chromium: bundles it, lets bench
# fill it with made-up results of every kind, and looks at what is drawn. Ends
# with the line "N passed, N failed". scripts/test.sh needs none of this.
#
# usage: test_report.sh [SHOTS]    a folder for screenshots and a PDF
set -euo pipefail
shots=${1:+$(realpath -m "$1")}
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install_packages.sh
scripts/install_packages.sh scripts/packages_report.txt
echo "== Building bench and the page"
bazel build //bench //bench/report:template

# Nothing of npm ends up in the repository.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r bench/report/web "$scratch/web"
(cd "$scratch/web" && npm ci --ignore-scripts --loglevel=error)

echo "== Format"
(cd "$scratch/web" && npx prettier --check .)

echo "== Pages"
node "$scratch/web/test/fixtures.mjs" "$scratch/results"
mkdir "$scratch/pages"
for case in "$scratch"/results/*/; do
  name=$(basename "$case")
  bazel-bin/bench/bench --report="$scratch/pages/$name.html" "$case"/*.json
done

echo "== Tests"
status=0
PAGES=$scratch/pages TEMPLATE=$PWD/bazel-bin/bench/report/template.html SHOTS=$shots \
  node --test --test-reporter=tap "$scratch"/web/test/*_test.mjs \
  > "$scratch/tap" || status=$?
grep -E '^ *(ok|not ok) ' "$scratch/tap" || true
if (( status != 0 )); then
  awk '/^ *not ok/ {shown = 1} /^ *(expected|stack):/ {shown = 0} shown' "$scratch/tap" >&2
fi
count() { sed -n "s/^# $1 //p" "$scratch/tap"; }
echo "$(count pass) passed, $(count fail) failed"
exit "$status"
