#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# types/: definitions by the BTF that is in the dump's memory, which compile to the offsets that their comments tell.
. tests/lib.sh
D=tests/corpus/tiny61.kdump

has() { case $1 in *"$2"*) result 0 "$3" ;; *) fail "$3"; diag "$2 is not in: $1" ;; esac; }	# TEXT PART NAME
cat_() { "$VMCOREFS" -q --cat "$1" "$D" 2>&1; }

# asserts NAME: what the comments of a definition say, for the members that are directly in it
asserts() {
	sed -n 's/^\t[^\t].*[ *]\([a-zA-Z_][a-zA-Z0-9_]*\)\(\[[^;]*\)\?; *\/\* *\([0-9]*\) *\([0-9]*\) \*\/$/\1 \3 \4/p' |
		while read -r member offset size; do
			echo "_Static_assert(__builtin_offsetof($1, $member) == $offset && sizeof((($1 *)0)->$member) == $size," \
				"\"$member\");"
		done
}
for type in "struct task_struct" "struct dentry" "struct inode" "union sigval" "struct module" "struct net_device"; do
	cat_ "types/$type" >"$T/definition"
	cat_ "types/$type.h" >"$T/whole.c"
	asserts "$type" <"$T/definition" >"$T/asserts"
	cat "$T/asserts" >>"$T/whole.c"
	members=$(wc -l <"$T/asserts")
	ok "$type: members with offsets" test "$members" -ge "$([[ $type == union* ]] && echo 2 || echo 12)"
	ok "$type: compiles, to the offsets and sizes in its comments" gcc -std=gnu11 -w -fsyntax-only "$T/whole.c"
	is "$(cat_ "types/${type#* }")" "$(<"$T/definition")" "types/${type#* } is the same"
done
has "$(cat_ types/task_struct)" "/* XXX 4 bytes hole */" "holes are shown"
is "$(cat_ types/list_head)" "$(printf 'struct list_head {\n\t%-48s /* %5u %5u */\n\t%-48s /* %5u %5u */\n\n\t/* size: 16, members: 2 */\n};' \
	"struct list_head *next;" 0 8 "struct list_head *prev;" 8 8)" "a struct"
has "$(cat_ "types/enum pid_type")" "PIDTYPE_TGID = 1," "an enum"
is "$(cat_ types/pid_t)" "typedef __kernel_pid_t pid_t;" "a typedef"
is "$(cat_ "types/unsigned long")" "/* long unsigned int: size: 8 */" "a base type"

has "$(cat_ types/by-member/thread_group)" "struct task_struct: struct list_head thread_group; /* " "by-member/: who has it"
has "$(cat_ types/by-member/i_nlink)" "struct inode: const unsigned int i_nlink; /* " "by-member/: in an unnamed union"
has "$(cat_ types/by-size/16)" "struct list_head" "by-size/"
is "$(cat_ types/by-size/0x10)" "$(cat_ types/by-size/16)" "by-size/: hexadecimal"
missing="No such file or directory"
for name in nosuch "struct pid_t" "union task_struct" nosuch:task_struct task_struct.x by-member/nosuch by-size/99999999999999; do
	is "$(cat_ "types/$name")" "vmcorefs: types/$name: $missing" "none: $name"
done
is "$("$VMCOREFS" --list types "$D")" "$(printf 'by-member/\nby-size/')" "types are not listed"
done_testing
