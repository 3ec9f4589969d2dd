#!/usr/bin/env bash
# Tells Bazel which commit it builds (--workspace_status_command). Bazel runs it
# in the workspace, before each build, and rebuilds what depends on a STABLE_
# key when its value changes. It must not fail: a source archive has no git.
commit=unknown
dirty=0
# The workspace itself must be the repository, not a folder within another one.
if top=$(git rev-parse --show-toplevel 2>/dev/null) && [[ $top -ef . ]]; then
  if head=$(git rev-parse --verify --quiet 'HEAD^{commit}'); then
    commit=$head
    changes=$(git --no-optional-locks status --porcelain --untracked-files=no 2>/dev/null)
    [[ -z $changes ]] || dirty=1
  fi
fi
echo "STABLE_GIT_COMMIT $commit"
echo "STABLE_GIT_DIRTY $dirty"
