#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: embed.sh HEADER NAME=FILE…   Prints C that defines each NAME as the bytes of FILE, ended by NUL.
set -eu
echo "#include \"$1\""
shift
for pair in "$@"; do
	echo "const char ${pair%%=*}[] = {"
	od -An -v -td1 "${pair#*=}" | sed 's/ \{1,\}/,/g; s/^,//; s/$/,/'
	echo '0 };'
done
