#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The configuration as people meet it: complaints, precedence, origins, secrets.
# shellcheck source=tests/cli/cli.sh
. "$(dirname "$0")/cli.sh"

cat >muster.yaml <<'END'
version: 1
platform: {name: shop, timezone: Europe/London}
repository: {path: backups}
history: {state_dir: state}
components:
  cache:
    engine: redis
    connect: {password: {file: cache.password}}
    severities: {age: warn}
  api:
    engine: service
    health: {http: "http://127.0.0.1:8080/health"}
END
cat >wrong.yaml <<'END'
version: 1
platform: {timezone: Europe/Lodon}
repository: {path: b, tolernace: 5min}
components:
  cache:
    engine: redis
    connect: {vhost: /}
    backups: {max_age: soon}
END
printf 'version: 1\nrun: {jobs: 1\n' >syntax.yaml
printf 'version: 1\nrun:\n\tjobs: 1\n' >tab.yaml
printf 'version: 1\nrepository: {path: b}\ncomponents: {q: {engine: rabbitmq, connect: {password: hunter2}}}\n' >literal.yaml

cat >secrets.yaml <<'END'
version: 1
repository: {path: b}
components: {q: {engine: rabbitmq, connect: {"password": "{hunter2"}}}
notify:
  receivers:
    chat: {type: slack, url: https://hooks.example/T00/hunter2}
    page:
      type: pagerduty
      key: hunter2
    beat:
      type: ping
      ulr: https://hc.example/hunter2
      Url : hunter2
offsite:
  url: s3://bucket/x
  access_key: "hunter2"
  secret-key: hunter2
  session_token: [hunter2]
END
printf 'version: 1\nrepository: {path: b}\ncomponents: {"": {engine: redis}}\nschedules: {"": {run: verify, when: daily}}\nnotify: {receivers: {"": {type: mail, to: [a@b.example]}}}\n' >nameless.yaml

run no-configuration 8 check-config missing.yaml
cat >expect.yaml <<'END'
version: 1
repository: {path: backups}
components:
  pg:
    engine: postgresql
    restore:
      checks:
        orders: {sql: SELECT count(*) FROM public.orders, expect: n is many}
        fresh: {sql: SELECT max(at) FROM public.orders, expect: age < 1 fortnight}
        "no answer": {expect: nonempty}
END
run check-expect 7 check-config expect.yaml
cat >when.yaml <<'END'
version: 1
repository: {path: backups}
schedules:
  either: {run: verify, when: "30 4 1-7 * 4"}
  late: {run: verify, when: "Mon 25:00"}
  zoned: {run: verify, when: daily Europe/Londn}
END
run check-when 7 check-config when.yaml
cat >deploy.yaml <<'END'
version: 1
repository: {path: backups}
components:
  pg: {engine: postgresql}
  api: {engine: service, deploy: {needs: [worker, pgg]}}
  worker:
    engine: service
    deploy:
      command: [/opt/worker]
      env: {URL: "amqp://u:p@h/", 2ND: x, HOME: "${WORK"}
      needs: [worker]
      log_errors: ["(error"]
drill:
  smoke:
    rows: {command: [psql], http: [{url: "http://127.0.0.1/"}]}
  workflows:
    order: {http: [{expect: {json: {state: n > many}}, url: "127.0.0.1:80"}]}
END
run check-deploy 7 check-config deploy.yaml
cat >sections.yaml <<'END'
version: 1
platform: {timezone: Europe/London}
repository: {path: backups}
components:
  pg: {engine: postgresql}
offsite: {url: "http://bucket/prefix"}
schedules:
  night: {run: verify, when: "*-*-* 03:00", components: [pgg]}
  week: {run: verifyy, wen: 3}
notify:
  receivers:
    ops: {type: mail, to: [ops@example.com], url: {env: X}}
    "no name": {type: slack}
  routes:
    all: {to: [opps], events: [fail]}
END
cat >incomplete.yaml <<'END'
version: 1
repository: {path: backups}
notify:
  receivers:
    ops: {type: mail}
    chat: {type: slack}
    oncall: {type: pagerduty, instead: opps}
END
run check-sections 7 check-config sections.yaml
run check-receivers 7 check-config incomplete.yaml
run canary-no-component 8 canary
run canary-unknown 8 canary nowhere
run canary-other-engine 2 canary cache
run check-good 0 check-config --set platform.timezone=UTC

# dates on which clocks skip a schedule's time or show it twice
"$muster" check-config >out 2>err || fail "a time that clocks skip is an error"
skipped='^note: schedule weekly-restore-test, Sun 01:00: Sun [0-9-]* 02:00 BST, shifted: clocks skip [0-9-]* 01:00$'
twice='^note: schedule weekly-restore-test, Sun 01:00: Sun [0-9-]* 01:00 BST, clocks show it twice: the first of both$'
grep -q "$skipped" err || fail "no date on which clocks skip the time: $(cat err)"
grep -q "$twice" err || fail "no date on which clocks show the time twice: $(cat err)"
grep -vE "$skipped|$twice" err && fail "there is more"
"$muster" check-config --json >out
grep -q '"shifted": true' out || fail "JSON has no date on which clocks skip the time: $(cat out)"
grep -q '"ambiguous": true' out || fail "JSON has no date on which clocks show the time twice: $(cat out)"
run check-wrong 7 check-config wrong.yaml
run check-wrong-json 7 check-config wrong.yaml --json
run check-syntax 7 check-config syntax.yaml
run check-tab 7 check-config tab.yaml
run check-literal 0 check-config literal.yaml
# a map where a secret was meant is no step of a drill, whose name may be that of a secret
sed 's/password: .*/password: {text: hunter2, note: mine}}}}/' literal.yaml >map.yaml
"$muster" check-config -c map.yaml >out 2>err && fail "a map for a password"
grep -q 'connect: {password: \*\*\*' err || fail "no line is quoted: $(cat err)"
if grep -q hunter2 out err; then fail "a secret is shown: $(cat out err)"; fi
run check-secrets 7 check-config secrets.yaml
run check-nameless 7 check-config nameless.yaml
"$muster" config show --origin --set run.jobs=2 | grep -v '# built-in$' >out
cat >expected <<'END'
version: 1  # muster.yaml:1
platform:
  name: shop  # muster.yaml:2
  timezone: Europe/London  # muster.yaml:2
  objectives:
repository:
  path: WORK/backups  # muster.yaml:3
components:
  cache:
    engine: redis  # muster.yaml:7
    connect:
      password: {file: WORK/cache.password}  # muster.yaml:8
    objectives:
    backups:
    restore:
    thresholds:
    severities:
      age: warn  # muster.yaml:9
  api:
    engine: service  # muster.yaml:11
    connect:
    objectives:
    severities:
    health:
      http: "http://127.0.0.1:8080/health"  # muster.yaml:12
history:
  state_dir: WORK/state  # muster.yaml:4
run:
  jobs: 2  # --set run.jobs
inspect:
offsite:
schedules:
  daily-verify:
  weekly-restore-test:
  monthly-drill:
  quarterly-assessment:
  annual-exercise:
drill:
notify:
END
sed -i "s#$work#WORK#g" out
diff -u expected out || fail "what is set is not shown with its origin"
run show-wrong 7 config show -c wrong.yaml
run set-without-value 2 config show --set run.jobs

MUSTER_RUN_JOBS=3
export MUSTER_RUN_JOBS
"$muster" config show --origin >out
grep -q '^  jobs: 3  # MUSTER_RUN_JOBS$' out || fail "the environment does not win over built-in"
"$muster" config show --origin --set run.jobs=4 >out
grep -q '^  jobs: 4  # --set run.jobs$' out || fail "--set does not win over the environment"
unset MUSTER_RUN_JOBS

# what is shown is read again, and means the same
"$muster" config show >shown.yaml
"$muster" check-config shown.yaml >out || fail "the shown configuration is not valid"
"$muster" config show -c shown.yaml >again.yaml
diff -u shown.yaml again.yaml || fail "the shown configuration means something else"

mkdir conf.d
printf 'platform: {owner: ops}\n' >conf.d/10-owner.yaml
"$muster" config show --origin >out
grep -q '^  owner: ops  # conf.d/10-owner.yaml:1$' out || fail "conf.d is not read"
printf 'platform: {name: other}\n' >conf.d/20-name.yaml
run set-twice 7 check-config
finish
