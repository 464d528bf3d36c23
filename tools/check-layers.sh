#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fail when a file under src/ includes a header of a room it may not use, or when
# a room is not in the table (docs/layers.txt).
set -eu
cd "$(dirname "$0")/.."
status=0
for room in src/*/; do
	room=$(basename "$room")
	if ! grep -q "^$room:" docs/layers.txt; then
		echo "src/$room is not in docs/layers.txt" >&2
		status=1
	fi
done
while IFS=: read -r room allowed; do
	case $room in '' | '#'*) continue ;; esac
	for used in $(grep -rhoE '^#include "[a-z0-9_]+/' "src/$room" | cut -d'"' -f2 | tr -d / | sort -u); do
		case " $room $allowed " in *" $used "*) continue ;; esac
		echo "src/$room may not include $used/:" >&2
		grep -rnE "^#include \"$used/" "src/$room" >&2
		status=1
	done
done < docs/layers.txt
exit $status
