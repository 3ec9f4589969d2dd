# For tests in bash: source it. `failures` counts what went wrong.
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# expect CODE COMMAND...: runs it, keeps stdout and stderr in files.
expect() {
  local code=$1
  shift
  "$@" >stdout 2>stderr
  local got=$?
  [[ $got == "$code" ]] || { fail "exit $got, not $code: $*"; cat stderr; }
}

expect_stderr() {
  grep -qE -- "$1" stderr || { fail "stderr has no '$1':"; cat stderr; }
}
