#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What can who has taken over a process in the sandbox do? tests/real/real-sandbox.t asks that on other kernels.
. tests/lib.sh
need_root

door=$BUILD/tests/tools/sandbox_door
state=$("$door" server describe)
[[ $state != off* ]] || skip_all "the sandbox is $state"
diag "$state"
[[ $state != *seccomp:* ]] || skip_all "this machine has no seccomp filters for us"

mkdir -m 1777 "$T/folder"
chmod 755 "$T"
tests/tools/sandbox-attempts "$door" "$T/folder" >"$T/out" 2>"$T/err"
# each attempt without and in both roles, by root and by a user, and what is judged of each once
lines=$(sed -n '/^attempts=/,/"$/p; /^x32/p; /^unknown/p' tests/tools/sandbox-attempts | grep -c '|.*|' )
[[ $(uname -m) == x86_64 ]] || lines=$((lines - 2))
is "$(grep -cE '^(not )?ok ' "$T/out")" $((lines * 6 + 6 + 4 + 2 + 3)) "all attempts were made"
is "$(grep '^not ok ' "$T/out")" "" "... and ended as they should"

# --- the same in the program itself, when it has opened a dump
export SERVER_DOOR=$T/program/vmcorefs DOOR_DUMP=$T/program/dump
mkdir -m 755 "$T/program"
mkdir -m 1777 "$T/folder2"
cp "$BUILD/tests/tools/server_door" "$SERVER_DOOR"
cp tests/corpus/tiny61.kdump "$DOOR_DUMP"
chmod 644 "$DOOR_DUMP"
tests/tools/sandbox-attempts tests/tools/server-door "$T/folder2" off server >"$T/out" 2>"$T/err"
is "$(grep -cE '^(not )?ok ' "$T/out")" $((lines * 4 + 4 + 2 + 1 + 1)) "all attempts were made in the program"
is "$(grep '^not ok ' "$T/out")" "" "... and ended as they should"

# --- what is asked for is there, or said to be missing
like "$("$door" server -u no-such-user describe 2>&1)" "there is no user no-such-user" "a user that does not exist"
like "$("$door" server -u root describe 2>&1)" "the user root is root" "root is no other user"
like "$("$door" server -u daemon describe)" ", user $(id -u daemon), " "a user of one's own"
if have strace && strace -o /dev/null true 2>/dev/null; then
	none() { strace -f -o /dev/null -e inject=$1:error=$2 "$door" server "${@:3}" describe 2>&1; }
	like "$(none landlock_create_ruleset ENOSYS)" ", no landlock \(the kernel does not have it\), system calls of" \
		"a kernel without landlock"
	like "$(none landlock_create_ruleset EOPNOTSUPP)" ", no landlock \(switched off in the kernel\), system calls of" \
		"... where it is switched off"
	like "$(none landlock_create_ruleset ENOSYS -s)" "sandbox: landlock: .*sandbox=strict" "... strictly"
	like "$(none seccomp EINVAL)" ", all system calls \(seccomp: the kernel does not have it\)$" "a kernel without seccomp"
	like "$(none seccomp EINVAL -s)" "sandbox: seccomp: .*sandbox=strict" "... strictly"
	like "$(none setresuid EINVAL)" ", still root \(no other user here can read the dump\), " "a container with one user"
	like "$(none setresuid EINVAL -s)" "another user.*sandbox=strict" "... strictly"
	like "$(none capset EPERM)" "cannot drop privileges" "capabilities that stay are an error"
	like "$(none prctl:when=1 EPERM -s)" ", landlock" "a bounding set that may not be dropped is none"
else
	skip "kernels without" "no strace, or it may not trace"
fi
done_testing
