#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who is told what, as people ask for it.
# shellcheck source=tests/cli/cli.sh
. "$(dirname "$0")/cli.sh"

cat >muster.yaml <<'END'
version: 1
platform: {name: shop}
repository: {path: backups}
history: {state_dir: state}
components: {api: {engine: service, health: {http: "http://127.0.0.1:1/"}}}
notify:
  receivers:
    ops-mail: {type: mail, to: [ops@example.com], sendmail: [./sendmail], instead: chat}
    chat: {type: slack, url: {file: chat.url}}
    pager: {type: pagerduty, key: {file: pager.key}}
    beat: {type: ping, url: {file: chat.url}}
END
cat >routed.yaml <<'END'
version: 1
platform: {name: shop}
repository: {path: backups}
history: {state_dir: state}
components: {api: {engine: service, health: {http: "http://127.0.0.1:1/"}}}
notify:
  receivers:
    ops-mail: {type: mail, to: [ops@example.com]}
    pager: {type: pagerduty, key: {file: pager.key}}
  routes:
    all: {kinds: [verify, verify-offsite, copy, drill], to: [ops-mail]}
    grave: {events: [failed, error], kinds: [verify], components: [api], to: [pager]}
END
printf 'version: 1\nrepository: {path: b}\nhistory: {state_dir: state}\n' >nobody.yaml
printf 'http://127.0.0.1:1/secret-path' >chat.url
printf 'secret-key' >pager.key
chmod 600 chat.url pager.key
mkdir backups

run notify-routes 0 notify routes
run notify-routes-grave 0 notify routes -c routed.yaml --component api
run notify-routes-copy 0 notify routes -c routed.yaml --kind copy
run notify-routes-drill 0 notify routes -c routed.yaml --kind drill --json
run notify-routes-nobody 0 notify routes -c nobody.yaml
run notify-test-unknown 8 notify test chta
run notify-test-refused 4 notify test chat
run notify-list-none 0 notify list
run notify-list-json 0 notify list --all --json
run notify-retry-none 0 notify retry
run notify-retry-unknown 8 notify retry 7
run notify-retry-wrong 2 notify retry -- -1
run notify-deliver-nothing 0 notify deliver
finish
