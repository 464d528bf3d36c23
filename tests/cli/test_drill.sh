#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What people are told of the plans of drills, the built-in one and their own.
# shellcheck source=tests/cli/cli.sh
. "$(dirname "$0")/cli.sh"

# with no configuration
run drill-plans 0 drill plan
run drill-plan-monthly 0 drill plan monthly
run drill-plan-unknown 8 drill plan monthli
run drill-plan-yaml 2 drill plan --yaml
run drill-plan-no-file 8 drill plan plans/none.yaml

mkdir plans
"$muster" drill plan monthly --yaml >plans/again.yaml || fail "its text"
"$muster" drill plan plans/again.yaml >again || fail "its own text is refused"
"$muster" drill plan monthly >built-in || fail "monthly"
sed '1s/ (.*//' built-in >a
sed '1s/ (.*//' again >b
diff -u a b || fail "the text of the built-in plan is another plan"

cat >muster.yaml <<'END'
version: 1
platform: {name: shop}
repository: {path: backups}
history: {state_dir: state}
components: {pg: {engine: postgresql}}
drill: {plans: plans}
END
cat >plans/small.yaml <<'END'
version: 1
title: A small one
start: go
validated: seen
roles: {boss: The boss}
phases:
  only:
    title: All of it
    milestone: 10m
    steps:
      go: {kind: gate, role: boss, title: May it begin?}
      empty: {kind: automatic, does: seal, title: A sandbox}
      fetched: {kind: automatic, does: fetch, title: Backups are read}
      restore: {kind: automatic, does: restore, engine: postgresql, objective: 5m, on_failure: ask, title: The database}
      settle: {kind: wait, objective: 1m, title: Caches fill}
      own: {kind: command, command: [sh, -c, "true"], after: [restore], objective: 90s, title: A program of ours}
      seen: {role: boss, after: [settle, own], title: Somebody looks}
END
rm plans/again.yaml
run drill-plans-own 0 drill plan
run drill-plans-json 0 drill plan --json
run drill-plan-small 0 drill plan small
run drill-plan-small-json 0 drill plan small --json
run drill-check-config 0 check-config

cat >plans/unnamed.yaml <<'END'
version: 1
start: go
validated: seen
roles: {boss: The boss}
phases:
  only:
    steps:
      go: {kind: gate, role: boss}
      keys: {kind: command, command: [""], title: The keys are changed}
      seen: {role: boss}
END
run drill-plan-unnamed 7 drill plan unnamed
rm plans/unnamed.yaml
mkfifo plans/fifo.yaml
run drill-plan-fifo-path 4 drill plan plans/fifo.yaml
rm plans/fifo.yaml

cat >plans/wrong.yaml <<'END'
version: 1
start: go
validated: seen
phases:
  one:
    milestone: 1h
    steps:
      go: {kind: gate, role: bos}
      wait: {kind: wait, objective: 2h}
      seen: {after: [wiat]}
END
run drill-plan-wrong 7 drill plan wrong
run drill-check-config-wrong 7 check-config
sed -i 's/wiat/wait/; s/bos/boss/; s/^phases/roles: {boss: B}\nphases/' plans/wrong.yaml
run drill-plan-milestone 7 drill plan wrong
sed -i 's/go: .*/go: {kind: gate, role: boss, after: [seen]}/' plans/wrong.yaml
run drill-plan-cycle 7 drill plan wrong
cat >plans/wrong.yaml <<'END'
version: 1
start: go
validated: redis
roles: {boss: The boss}
phases:
  one:
    steps:
      go: {kind: gate, role: boss}
      removed: {kind: automatic, does: remove}
      empty: {kind: automatic, does: seal}
      fetched: {kind: automatic, does: fetch}
      redis: {kind: automatic, does: restore, engine: redis}
END
run drill-plan-no-sense 7 drill plan wrong
run drill-start-no-sense 7 drill start wrong
run drill-check-config-no-sense 7 check-config
printf 'a\0b' >plans/wrong.yaml
run drill-plan-nul 7 drill plan wrong
rm plans/wrong.yaml
mkfifo plans/wrong.yaml
run drill-plan-fifo 7 drill plan wrong
run drill-check-config-fifo 7 check-config
rm plans/wrong.yaml
ln -s nothing plans/wrong.yaml
run drill-plan-link 8 drill plan wrong
run drill-check-config-link 8 check-config
sed -i 's/plans: plans/plans: nowhere/' muster.yaml
run drill-plan-nowhere 8 drill plan
finish
