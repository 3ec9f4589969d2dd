#!/usr/bin/env bash
# Installs what is missing, builds everything, runs every test, and ends with
# the line "N passed, N failed", counted from the tests' own reports.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install_packages.sh || exit 1
scripts/install_packages.sh scripts/packages_package.txt || exit 1
echo "== Building and testing (the first time takes several minutes)"
bazel test --keep_going "$@" //...
status=$?

# attribute REPORT NAME: a number from the first element of a test report.
attribute() {
  local value
  value=$(grep -m1 -o "<testsuites\? .*" "$1" | grep -m1 -o " $2=\"[0-9]*\"" | head -1 | tr -dc 0-9)
  echo "${value:-0}"
}

passed=0
failed=0
while read -r label; do
  target=${label#//}
  folder=bazel-testlogs/${target/://}
  reports=0
  for report in "$folder"/test.xml "$folder"/shard_*_of_*/test.xml; do
    [[ -s $report ]] || continue
    reports=$((reports + 1))
    tests=$(attribute "$report" tests)
    bad=$(( $(attribute "$report" failures) + $(attribute "$report" errors) ))
    failed=$((failed + bad))
    passed=$((passed + tests - bad))
  done
  # Not built, or dead before it could write a report.
  if (( reports == 0 )); then
    echo "no result: $label"
    failed=$((failed + 1))
  fi
done < <(bazel query 'tests(//...)' 2>/dev/null)

# Bazel knows of failures that no report shows, such as a broken build.
if (( status != 0 && failed == 0 )); then failed=1; fi
if (( passed + failed == 0 )); then
  echo "no test ran" >&2
  status=1
fi
echo "$passed passed, $failed failed"
(( status == 0 && failed == 0 ))
