#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each command line of README.md, of the examples in the man pages and of the mount's README works on the bundled dump, which
# is of a kernel with KASLR: in a folder that has the files they name. Programs that a test machine may lack are stood in for
# by ones that want the files they are given.
. tests/lib.sh
need_fuse

w=$T/work
mkdir -p "$w"/{mnt,mnt2,outbox,sysroot/var/crash,bin}
real_dump "$w/vmcore"
touch "$w/vmlinux"
for tool in crash gdb drgn xxd; do
	cat >"$w/bin/$tool" <<-'END'
	#!/bin/sh
	for a; do
		case $a in
		-*) ;;
		*+64) [ "$(head -c 1000 "$a" | wc -c)" = 64 ] || exit 1 ;;
		*/*) [ -r "${a#*symbol-file -o 0x*[0-9a-f] }" ] || exit 1 ;;
		esac
	done
	END
	chmod +x "$w/bin/$tool"
done
printf '#!/bin/sh\nexec cat "$@"\n' | tee "$w/bin/less" >"$w/bin/lnav"
# -K came with util-linux 2.40
printf '#!/bin/sh\n[ "$1" != -K ] || exec cat "$2"\nPATH=${PATH#*:} exec dmesg "$@"\n' >"$w/bin/dmesg"
chmod +x "$w"/bin/{less,lnav,dmesg}

# Names of the documents -> files here.
here() {
	sed -e "s,https://host/vmcore,vmcore,; s,/var/crash/[0-9]*/vmcore,vmcore,; s,/proc/vmcore,vmcore,; s,/proc/kcore,vmcore," \
	    -e "s,/usr/lib/debug/boot/vmlinux-[^ ]*,vmlinux,; s,/srv/outbox,outbox,g; s,/somewhere,outbox,; s,/sysroot,sysroot,g" \
	    -e "s,\(^\|[ =]\)/mnt,\1mnt,g"
}
# What cannot be run here, or is no command.
skipped() {
	case $1 in
	"make "*) : "builds, or runs this" ;;
	/var/crash/*fuse.vmcorefs*) : "a line of fstab(5): mount-fstab.t" ;;
	*",caller=C1;"*) : "of kernels with CONFIG_PRINTK_CALLER" ;;
	*"-x vmlinux guest.elf mnt") : "takes a vmlinux of the kernel: real-facts.t" ;;
	*) return 1 ;;
	esac
}

# run NAME <LINES: one after the other in one shell
run() {
	local name=$1 line n=0
	{
		cat <<-'END'
		mounted() { mountpoint -q mnt; }
		off() { fusermount3 -u "$1" 2>/dev/null || umount "$1" 2>/dev/null; }
		END
		while IFS= read -r line; do
			[[ $line =~ [^[:space:]] && $line != "#"* ]] || continue
			line=${line#"${line%%[![:space:]]*}"}
			skipped "$line" && continue
			n=$((n + 1))
			case $line in
			"vmcorefs "*" mnt" | "vmcorefs "*" mnt2") echo "off ${line##* }" ;;
			*mnt*) echo 'mounted || vmcorefs vmcore mnt || echo "no mount"' ;;
			esac
			# an address that is mapped: a walk is shown of any
			[[ $line != *"cat "*vtop/* ]] || line="{ $line"$'\n'"} | grep '^paddr'"
			printf '%s\n[[ $? == 0 ]] || echo %q\n' "$line" "FAILED: $line"
		done
		echo 'off mnt; off mnt2; :'
	} >"$T/script"
	n=$(grep -c 'FAILED' "$T/script")
	(cd "$w" && PATH=$w/bin:$PATH bash "$T/script" >"$T/out" 2>"$T/err")
	is "$(grep -aE '^(FAILED|no mount)' "$T/out")" "" "$name: $n commands" || diag "$(cat "$T/err")"
	[[ $n -ge $2 ]]
	result $? "... all that there are"
}

sed -n 's/^    //p' README.md | here >"$T/lines"
run README.md 10 <"$T/lines"
for page in man/*.[0-9]; do
	[[ $page != *.5 ]] || continue
	awk '/^\.SH/ { on = $2 == "EXAMPLES"; next } on && /^\.fi/ { block = 0 } on && block { print } on && /^\.nf/ { block = 1 }' "$page" |
		sed "s/\\\\-/-/g; s/\\\\e/\\\\/g; s/\\\\(aq/'/g" >"$T/lines"
	[[ -s $T/lines ]] || continue
	here <"$T/lines" >"$T/commands"
	run "$page" "$([[ $page == */vmcorefs.8 ]] && echo 15 || echo 1)" <"$T/commands"
done

# The mount's own, in the mount. Its paths begin there.
export VMLINUX=$w/vmlinux
ok "mount" mount_dump "$w/vmcore" "$w/mnt"
sed -n '/^To try/,/^[^ ]/s/^  //p' "$w/mnt/README" >"$T/lines"
is "$(grep -c . "$T/lines")" 5 "the mount's README has five commands"
while IFS= read -r line; do
	[[ -n $line ]] || continue
	(cd "$w/mnt" && PATH=$w/bin:$PATH bash -c "${line/\/somewhere/$w/outbox}" >"$T/out" 2>&1) &&
		{ [[ $line != *vtop* ]] || grep -q '^paddr' "$T/out"; }
	result $? "the mount's README: $line" || diag "$(cat "$T/out")"
done <"$T/lines"
ok "unmount" unmount "$w/mnt"

# The rules of vmcorefs-erase(5)
awk '/^\.SH/ { on = $2 == "EXAMPLES"; next } on && /^\.fi/ { block = 0 } on && block { print } on && /^\.nf/ { block = 1 }' \
	man/vmcorefs-erase.5 | sed 's/\\-/-/g' >"$T/rules"
ok "vmcorefs-erase(5): the rules" "$VMCOREFS" --cat info -o erase="$T/rules" "$w/vmcore"

done_testing
