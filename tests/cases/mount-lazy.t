#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# A real dump: looking around costs nothing, sizes are exact from the moment a file is open.
. tests/lib.sh
need_fuse

mnt=$T/mnt
real_dump "$T/dump"
dump=$T/dump

SUSPICIOUS_LOG=1 mount_dump "$dump" "$mnt" -v || skip_all "no mount"
# names of tasks and CPUs are read from memory: as many as the kernel had
ls -l "$mnt" >/dev/null
find "$mnt" -mindepth 1 -maxdepth 1 ! -name proc ! -name cpu ! -name panic -exec ls -lR {} + >/dev/null
result $? "mount and ls -lR"
is "$(cat "$mnt/progress")" idle "... and start no work"
is "$(ls -d "$mnt"/level-*)" "$mnt/level-1"$'\n'"$mnt/level-31" "two levels are listed"
bad=
for level in $(seq 0 31); do
	is_dir=$(stat -c %F "$mnt/level-$level")
	[[ $is_dir == directory ]] || bad+="$level "
done
is "$bad" "" "all of them are there"

# the size, seen by somebody who has the file open and by somebody who has not
bound=$(stat -c %s "$mnt/level-31/dump")
exec {fd}<"$mnt/level-31/dump"
size=$(stat -L -c %s /proc/self/fd/$fd)
"$VMCOREFS" --cat level-31/dump "$dump" >"$T/level-31"
is "$size" "$(stat -c %s "$T/level-31")" "the size is exact once the file is open"
[[ $bound -ge $size ]]
result $? "before that it was an upper bound" || diag "$bound, $size"
is "$(stat -c %s "$mnt/level-31/dump")" "$size" "the name has the exact size too"
cat <&$fd | cmp - "$T/level-31"
result $? "the bytes are those of --cat"
exec {fd}<&-

# each program the first time, on a level that nobody has opened before
level=2
first() {	# NAME COMMAND with $1 the file, writes it to standard output
	local v=level-$level/dump
	level=$((level + 1))
	"$VMCOREFS" --cat "$v" "$dump" | cmp - <(sh -c "$2" - "$mnt/$v")
	result $? "$1 of a file that was not open before"
}
first cat 'cat "$1"'
first cp 'cp "$1" "$T/x" && cat "$T/x"; rm -f "$T/x"'
first dd 'dd if="$1" bs=1M status=none'
first "dd iflag=direct" 'dd if="$1" bs=64k iflag=direct status=none'
first tar 'tar c -C / --transform=s,.*,x, "${1#/}" | tar xO'
first "tar -S" 'tar cS -C / --transform=s,.*,x, "${1#/}" | tar xO'
first "tail and head" 'head -c 5000 "$1"; tail -c +5001 "$1"'
have rsync && first rsync 'rsync "$1" "$T/x" && cat "$T/x"; rm -f "$T/x"'
have busybox && first "busybox cp" 'busybox cp "$1" "$T/x" && cat "$T/x"; rm -f "$T/x"'
have python3 && first mmap 'exec python3 -c "
import mmap, os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
sys.stdout.buffer.write(mmap.mmap(fd, os.fstat(fd).st_size, mmap.MAP_SHARED, mmap.PROT_READ))" "$1"'

# many at once, and others meanwhile
pids=()
for i in $(seq 40); do
	(cmp "$mnt/level-$((16 + i % 4))/dump" "$mnt/level-$((16 + i % 4))/dump") & pids+=($!)
done
ok "while 40 programs open new levels, others are answered" timeout 20 cat "$mnt/vmcoreinfo" "$mnt/info"
bad=0
for p in "${pids[@]}"; do wait "$p" || bad=$((bad + 1)); done
is $bad 0 "... and all of the 40 get their bytes"

# interrupted while it waits in open(2)
timeout -s INT 0.05 cat "$mnt/level-21/dump" >/dev/null
"$VMCOREFS" --cat level-21/dump "$dump" | cmp - "$mnt/level-21/dump"
result $? "after an interrupted open the file is fine"

# reports, whose size is not known before either
"$VMCOREFS" --cat level-31/report "$dump" | cmp - "$mnt/level-31/report"
result $? "level-31/report"
is "$(stat -c %s "$mnt/level-31/report")" "$(wc -c <"$mnt/level-31/report")" "... and its size"

ok "unmounts with status 0" unmount "$mnt"

# SIGTERM while an open is under way
SUSPICIOUS_LOG=1 mount_dump "$dump" "$mnt" -o threads=1
cat "$mnt/kdump-compressed" >/dev/null 2>&1 & reader=$!
sleep 0.05
pid=$(daemon_of "$mnt")
kill -TERM "$pid"
ok "SIGTERM while a file is being opened: the process ends" retry is_gone "$pid"
wait_daemon "$mnt"
is $? 0 "... with status 0"
ok "... and the mount is gone" not_mounted "$mnt"
wait $reader

done_testing
