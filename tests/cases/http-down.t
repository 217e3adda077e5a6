#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 120
# A server that is down for a while (tests/tools/bad_server.py, mode down): what is asked for meanwhile fails, nothing of it
# is remembered or written into a file as damage, and afterwards everything is right. And one that is slow: what nobody waits
# for stops.
. tests/lib.sh
. tests/http.sh
need_fuse
real_dump "$T/real"

# of 38 MiB, of which the mount keeps one
"$VMCOREFS" --cat elf "$T/real" >"$T/dump"
files="level-0/dump dmesg vmcoreinfo report level-31/dump level-31/raw level-1/elf level-31/lime level-31/flattened level-31/report
	level-17/split-2/1 kdump-compressed"
mkdir "$T/want"
for f in $files; do
	"$VMCOREFS" --cat "$f" "$T/dump" >"$T/want/${f//\//_}"
done
start_bad_server "$T/dump" 110
down() { touch "$T/bad.log.down"; }
up() { rm -f "$T/bad.log.down"; }

address=0x4000000:0		# by a table that nobody has read yet
mnt=$T/mnt
SUSPICIOUS_LOG=1 mount_dump "$bad/down/1" "$mnt" -o http_cache=1
down
for f in ${files#* }; do		# not the first, which comes later
	[[ $f != vmcoreinfo ]] || continue	# is here since the mount
	not_ok "the server is down: $f cannot be had" cp "$mnt/$f" "$T/got"
	like "$(cat "$T/.printed")" "Connection timed out" "... which is no damage of the dump"
done
ok "... the names can" test "$(ls "$mnt" 2>/dev/null | wc -l)" -gt 10
not_ok "... a translation" cat "$mnt/vtop/$address"
not_ok "... memory" cat "$mnt/phys/0x4000000"
up
for f in ${files#* }; do
	cp "$mnt/$f" "$T/got"
	same "$T/got" "$T/want/${f//\//_}" "it is up again: $f is right"
done
cat "$mnt/phys/0x4000000" | cmp - <("$VMCOREFS" --cat phys/0x4000000 "$T/dump")
result $? "... memory"
cat "$mnt/vtop/$address" 2>/dev/null | cmp - <("$VMCOREFS" --cat vtop/$address "$T/dump" 2>/dev/null)
result $? "... a translation"
unlike "$(log_of 0)" "damaged|incomplete|could not be read: they" "no word of damage in the log"

# --- a server so slow that the file takes half a minute: the work stops when the last one who waits for it is gone
works() { grep -q '^compressing: level-0' "$mnt/progress"; }
idle() { grep -qx idle "$mnt/progress"; }
touch "$T/bad.log.slow"
cp "$mnt/level-0/dump" "$T/got1" 2>/dev/null & first=$!
ok "a file is being made" retry works
cp "$mnt/level-0/dump" "$T/got2" 2>/dev/null & second=$!
sleep 0.5
kill $first
wait $first 2>/dev/null
sleep 1.5
ok "one of two who wait for it was killed: the work goes on" works
kill $second
wait $second 2>/dev/null
ok "both: it stops" retry idle
[[ ! -e $T/got1 && ! -e $T/got2 ]]
result $? "... and they got nothing"
rm "$T/bad.log.slow"
cp "$mnt/level-0/dump" "$T/got"
same "$T/got" "$T/want/level-0_dump" "who comes later has it made"

# --- a server that is silent: who is killed ends
touch "$T/bad.log.hang"
dd if="$mnt/elf" of=/dev/null bs=4k count=1 skip=4000 2>/dev/null & reader=$!
ok "the server is silent" retry grep -q '^/down/1 .* hang' "$T/bad.log"
kill $reader
ok "who waits for it can be killed" retry is_gone $reader
wait $reader 2>/dev/null

# ... and takes nobody with it who needs nothing from it, however many wait
readers=()
for i in $(seq 80); do
	dd if="$mnt/elf" of=/dev/null bs=4k count=1 skip=$((5000 + i * 40)) 2>/dev/null & readers+=($!)
done
waiting() { [[ $(ls "/proc/$(server_of "$mnt")/task" | wc -l) -gt 50 ]]; }		# the kernel asks for 64 at once
ok "many wait for it" retry waiting
ok "README can be read" timeout 5 grep -q vmcoreinfo "$mnt/README"
ok "a size can be seen" timeout 5 stat "$mnt/level-31/report"
ok "names can be listed" timeout 5 ls -l "$mnt/level-1"
reader=${readers[77]}
kill $reader
ok "one of many can be killed" retry is_gone $reader
for reader in "${readers[@]}"; do kill $reader 2>/dev/null; done
wait "${readers[@]}" 2>/dev/null
rm "$T/bad.log.hang"
ok "unmount" unmount "$mnt"

# straight to a file
down
not_ok "--cat while it is down" "$VMCOREFS" --cat level-31/dump "$bad/down/2"
up
"$VMCOREFS" --cat level-31/dump "$bad/down/2" | cmp - "$T/want/level-31_dump"
result $? "... and afterwards"

# while it is opened: what could not be read is not taken for missing
for n in 1 2 3 5; do
	"$VMCOREFS" -o http_cache=1 --cat info "$bad/downafter-$n/1" >"$T/got" 2>"$T/err"
	is "$?" 32 "it goes down after request $n: not opened"
	like "$(cat "$T/err")" "503" "... and it says why"
done

kill "$bad_pid"
wait "$bad_pid" 2>/dev/null
done_testing
