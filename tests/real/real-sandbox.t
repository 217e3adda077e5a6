#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 7200
# What can who has taken over a process in the sandbox do, on kernels without landlock (5.10) and with its versions? Guests have
# made the attempts, see tests/rig/initramfs/sandbox-init; tests/cases/sandbox-door.t makes them on this machine.
. tests/real/lib.sh

sets sandbox-v510 sandbox-v61 sandbox-v612 sandbox-v7

declare -A landlock=([sandbox-v510]='no landlock \(the kernel does not have it\)' [sandbox-v61]='landlock 2'
	[sandbox-v612]='landlock 6' [sandbox-v7]='landlock ([89]|[1-9][0-9])')
lines=$(sed -n '/^attempts=/,/"$/p; /^x32/p; /^unknown/p' tests/tools/sandbox-attempts | grep -c '|.*|')
for name in sandbox-v510 sandbox-v61 sandbox-v612 sandbox-v7; do
	tr -d '\r' <"${set[$name]}/console.log" >"$T/console"
	diag "$(sed -n 's/^sandbox release /kernel /p' "$T/console")"
	is "$(grep '^sandbox status ' "$T/console" | xargs)" "sandbox status 0 sandbox status 0" "$name: both runs ended well"
	of() { awk -v begin="sandbox begin $1" '/^sandbox (status|begin) / { p = 0 } p { print } $0 == begin { p = 1 }' "$T/console"; }
	is "$(of roles | grep -cE '^(not )?ok ')" $((lines * 6 + 6 + 4 + 2 + 3)) "$name: all attempts were made"
	is "$(of roles | grep '^not ok ')" "" "... and ended as they should"
	is "$(of program | grep -cE '^(not )?ok ')" $((lines * 2 + 2 + 2 + 1)) "$name: all attempts were made in the program"
	is "$(of program | grep '^not ok ')" "" "... and ended as they should"
	like "$(of program | grep '^server root is in force: ')" \
		"no capabilities, user 65534, ${landlock[$name]}, system calls of a reader" "$name: what is in force"
done
done_testing
