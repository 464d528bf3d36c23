#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Install what is missing of the named groups of tools/packages.txt.
# usage: install-packages.sh GROUP...   (MUSTER_PACKAGES: another list)
# NO_INSTALL=1 prints what is missing and stops with exit 1 instead. Needs root or sudo only when something is missing.
set -eu
list=${MUSTER_PACKAGES:-$(dirname "$0")/packages.txt}
missing=
for group in "$@"; do
	grep -qx "\[$group\]" "$list" || { echo "install-packages.sh: no group [$group] in $list" >&2; exit 2; }
	# shellcheck disable=SC2013 # package names are words
	for package in $(awk -v want="[$group]" '/^\[/ { on = $0 == want; next } /^[^#]/ && on' "$list"); do
		state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
		[ "$state" = installed ] || missing="$missing $package"
	done
done
[ -n "$missing" ] || exit 0
name_them() { echo "$1:$missing" | fold -s -w 80; }
if [ -n "${NO_INSTALL:-}" ]; then
	name_them "Missing Debian packages" >&2
	echo "Install them with: apt-get install --no-install-recommends$missing" >&2
	exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || {
		name_them "Missing Debian packages" >&2
		echo "Neither root nor sudo is here to install them; ask an administrator for: apt-get install --no-install-recommends$missing" >&2
		exit 1
	}
	as_root=sudo
fi
name_them "Installing Debian packages"
# The servers are wanted as programs, not as services of this machine: unless a policy
# is in place already, one that forbids starting them stands for the time of the installation.
policy=/usr/sbin/policy-rc.d
made_policy=
if [ ! -e "$policy" ]; then
	printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
	$as_root chmod 755 "$policy"
	made_policy=yes
fi
cleanup() { [ -z "$made_policy" ] || $as_root rm -f "$policy"; }
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
log=$(mktemp)
# shellcheck disable=SC2086 # lists of words
if ! { $as_root apt-get update -q && $as_root env DEBIAN_FRONTEND=noninteractive \
	apt-get install -y -q -o DPkg::Lock::Timeout=300 --no-install-recommends $missing; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "The installation failed; the whole log is in $log" >&2
	exit 1
fi
rm -f "$log"
