#!/usr/bin/env bash
# Installs what is missing, builds everything, runs every test, and ends with
# the line "N passed, N failed", counted from the tests' own reports.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install_packages.sh || exit 1
echo "== Building and testing (the first time takes several minutes)"
bazel test --keep_going "$@" //...
status=$?

# A number from the first line of a test report: attribute tests="12".
attribute() { sed -n "0,/<testsuites\|<testsuite/s/.* $2=\"\([0-9]*\)\".*/\1/p" "$1" | head -1; }

passed=0
failed=0
while read -r label; do
  target=${label#//}
  report=bazel-testlogs/${target/://}/test.xml
  log=bazel-testlogs/${target/://}/test.cache_status
  # No report: the test was not built, or died before it could write one.
  if [[ ! -s $report || ! -e $log ]]; then
    echo "no result: $label"
    failed=$((failed + 1))
    continue
  fi
  tests=$(attribute "$report" tests)
  bad=$(( $(attribute "$report" failures || echo 0) + $(attribute "$report" errors || echo 0) ))
  failed=$((failed + bad))
  passed=$((passed + tests - bad))
done < <(bazel query 'tests(//...)' 2>/dev/null)

# Bazel knows of failures that no report shows, such as a broken build.
if (( status != 0 && failed == 0 )); then failed=1; fi
if (( passed + failed == 0 )); then
  echo "no test ran" >&2
  status=1
fi
echo "$passed passed, $failed failed"
(( status == 0 && failed == 0 ))
