#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# A dump on a web server (nginx): the same bytes, few of them; passwords; certificates; the daemon.
. tests/lib.sh
. tests/http.sh
need_tool curl

mkdir "$T/root"
small_dump "$T/root/small"
real_dump "$T/real"
cp -L "$T/real" "$T/root/real"
local_file=$T/root/real
start_nginx "$T/root"

# --- the same as from a file
for view in raw elf dmesg vmcoreinfo level-31/dump report; do
	"$VMCOREFS" --cat $view "$local_file" >"$T/want" 2>"$T/said"
	timeout 60 "$VMCOREFS" --cat $view "$web/real" >"$T/got" 2>"$T/err"
	is "$?$(cat "$T/err")" "0$(cat "$T/said")" "--cat $view: no other complaints than of a file"
	same "$T/got" "$T/want" "... the same bytes"
done
timeout 60 "$VMCOREFS" --cat raw "$web/small" | cmp - <("$VMCOREFS" --cat raw "$T/root/small")
result $? "a small ELF core"
like "$("$VMCOREFS" --cat info "$web/real")" "^file: $web/real"$'\n'"file-size: $(stat -c %s "$local_file")" "info: address and size"
is "$("$VMCOREFS" --list "$web/real" "$web/real" 2>&1 | wc -l)" 1 "--list ADDRESS ADDRESS: the first is a dump, not a folder of the tree"
is "$("$VMCOREFS" --list level-1 "$web/real")" "$("$VMCOREFS" --list level-1 "$local_file")" "--list PATH ADDRESS"

# a set, and a container
"$VMCOREFS" --cat level-31/split-2/1 "$local_file" >"$T/root/1"
"$VMCOREFS" --cat level-31/split-2/2 "$local_file" >"$T/root/2"
"$VMCOREFS" --cat level-31/flattened "$local_file" >"$T/root/flattened"
"$VMCOREFS" --cat level-31/raw "$local_file" >"$T/want"
timeout 60 "$VMCOREFS" --cat raw "$web/2" "$web/1" | cmp - "$T/want"
result $? "the parts of a split set"
timeout 60 "$VMCOREFS" --cat raw "$T/root/2" "$web/1" | cmp - "$T/want"
result $? "... one of them a file"
timeout 60 "$VMCOREFS" --cat raw "$web/flattened" | cmp - "$T/want"
result $? "a flattened stream"

# --- how much is read. 4 MiB of zeroes and numbers behind a small header: pages here and there, then all in order
python3 - "$T/big.desc" <<-'END'
	import sys
	with open(sys.argv[1], "w") as f:
	    f.write("format elf\nvmcoreinfo PAGESIZE=4096\nvmcoreinfo OSRELEASE=6.1.0-test\npage 0-0x7fff number\n")
END
python3 tests/mkdump "$T/big.desc" "$T/root/big"
size=$(stat -c %s "$T/root/big")
clear_log
"$VMCOREFS" --cat pfn/0x4321 "$web/big" | cmp - <("$VMCOREFS" --cat pfn/0x4321 "$T/root/big")
result $? "one page of 128 MiB"
bytes=$(served_bytes)
[[ $bytes -gt 4096 && $bytes -lt 400000 ]]
result $? "... reads a few blocks: $bytes bytes"
clear_log
timeout 60 "$VMCOREFS" --cat raw "$web/big" | cmp - <("$VMCOREFS" --cat raw "$T/root/big")
result $? "all of it"
bytes=$(served_bytes) requests=$(served_requests)
[[ $bytes -gt $size && $bytes -lt $((size + size / 50)) ]]
result $? "... reads it once: $bytes bytes of $size"
[[ $requests -lt 100 ]]
result $? "... in $requests requests"
clear_log
timeout 60 "$VMCOREFS" --cat raw -o http_cache=1 "$web/big" | cmp - <("$VMCOREFS" --cat raw "$T/root/big")
result $? "with a cache of 1 MiB"
bytes=$(served_bytes)
[[ $bytes -lt $((size + size / 20)) ]]
result $? "... it is read once, too: $bytes bytes"
"$VMCOREFS" --cat info -o http_cache=0 "$web/big" 2>"$T/err"
is "$? $(cat "$T/err")" "1 vmcorefs: -o http_cache=0: not a number from 1 to 1024" "http_cache=0"

# --- what cannot be opened: one line, status 32
refused() {	# ADDRESS REGEX NAME
	timeout 20 "$VMCOREFS" --cat info "$1" >"$T/got" 2>"$T/err"
	is "$? $(wc -l <"$T/err")" "32 1" "$3: status 32 and one line"
	like "$(cat "$T/err")" "$2" "$3: says why"
}
refused "$web/none" "^vmcorefs: $web/none: the server answers 404: it has no such file$" "no such file"
refused "$web/password/small" "the server answers 401: it wants a user and a password" "a password is wanted"
refused "http://user:wrong@${web#http://}/password/small?token=abc" \
	"^vmcorefs: http://user@${web#http://}/password/small\?\.\.\.: the server answers 401" "the wrong password, which is not shown"
refused "http://127.0.0.1:1/x" "^vmcorefs: http://127.0.0.1:1/x: .*onnect" "nobody listens"
refused "http://no-such-host.invalid/x" "no-such-host.invalid/x: .*resolve host" "no such host"
refused "http://127.0.0.1:x/" "^vmcorefs: http://127.0.0.1:x/: " "no address"
refused "http://u:geheim/x@127.0.0.1/" "^vmcorefs: http://u@127.0.0.1/: " "a password that was not encoded is not shown either"
: >"$T/root/empty"
refused "$web/empty" "empty|whole files" "an empty file"
echo nonsense >"$T/root/nonsense"
refused "$web/nonsense" "nonsense: no known dump format" "no dump"

# --- in the sandbox: names are found, and what is in force is told
if getent hosts localhost | grep -qE '^(127\.|::1)'; then
	ok "a name" "$VMCOREFS" --cat info "http://localhost:${web##*:}/small"
else
	skip "a name" "this machine has no name localhost"
fi
refused "http://no-such-host.invalid/small" "[Cc]ould not resolve host" "a name that nobody has"
like "$("$VMCOREFS" --cat info "$web/small" | grep ^sandbox:)" "^sandbox: (off|no capabilities).*; transfers: (off|no capabilities)" \
	"info says what is in force"
like "$("$VMCOREFS" --cat info -o sandbox=off "$web/small")" "sandbox: off.*; transfers: off" "... and that nothing is"

# --- passwords
with_password=http://user:secret@${web#http://}/password/small
out=$("$VMCOREFS" --cat info "$with_password?x=1" 2>&1)
like "$out" "file: http://user@${web#http://}/password/small\?\.\.\." "with the password it opens; info does not show it"
unlike "$out" "secret|x=1" "... nowhere"
echo "machine 127.0.0.1 login user password secret" >"$T/.netrc"
chmod 600 "$T/.netrc"
ok "~/.netrc" "$VMCOREFS" --cat info "$web/password/small"
rm "$T/.netrc"

# --- https
if have openssl; then
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
		-keyout "$T/key" -out "$T/cert" 2>"$T/openssl.log"
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other -addext subjectAltName=DNS:other \
		-keyout "$T/key2" -out "$T/cert2" 2>>"$T/openssl.log"
	http_web=$web http_pid=$nginx_pid http_dir=$nginx_dir
	start_nginx "$T/root" "$T/cert" "$T/key"
	refused "$web/small" "^vmcorefs: $web/small: .*certificate" "https with an unknown certificate"
	"$VMCOREFS" --cat raw "$T/root/small" >"$T/want"
	for var in CURL_CA_BUNDLE SSL_CERT_FILE; do
		env $var="$T/cert" timeout 20 "$VMCOREFS" --cat raw "$web/small" 2>&1 | cmp - "$T/want"
		result $? "https with $var"
	done
	chmod 600 "$T/cert"
	env CURL_CA_BUNDLE="$T/cert" timeout 20 "$VMCOREFS" --cat raw "$web/small" 2>&1 | cmp - "$T/want"
	result $? "https with a file of certificates that is ours alone"
	mkdir -m 755 "$T/certs"
	install -m 644 "$T/cert" "$T/certs/$(openssl x509 -noout -hash -in "$T/cert").0"
	chmod 755 "$T"
	env CURL_CA_BUNDLE="$T/cert2" SSL_CERT_DIR="$T/certs" timeout 20 "$VMCOREFS" --cat raw "$web/small" 2>&1 | cmp - "$T/want"
	result $? "https with SSL_CERT_DIR"
	export CURL_CA_BUNDLE=$T/cert2
	refused "$web/small" "certificate" "https with another certificate"
	export CURL_CA_BUNDLE=$T/cert
	https_web=$web https_pid=$nginx_pid
	start_nginx "$T/root" "$T/cert2" "$T/key2"
	export CURL_CA_BUNDLE=$T/cert2
	refused "$web/small" "certificate|match" "https with a certificate of another host"
	stop_nginx
	refused "$http_web/small/x" 404 "http works meanwhile"
	export CURL_CA_BUNDLE=$T/cert
	nginx_pid=$http_pid nginx_dir=$http_dir web=$http_web
else
	skip https "openssl is not installed"
	https_web=
fi

# --- mounted
no_daemon() { [[ -z $(vmcorefs_pids) ]]; }
if [[ -c /dev/fuse ]]; then
	mnt=$T/mnt
	mkdir "$mnt"
	for address in "$with_password" "$web/real" ${https_web:+"$https_web/real"}; do
		from=${address#*@}
		ok "in the background: ${from#http*//127.0.0.1:*/}" timeout 20 "$VMCOREFS" "$address" "$mnt"
		is "$(findmnt -n -o SOURCE -T "$mnt")" "${address/:secret/}" "... the table of mounts has the address"
		cmp "$mnt/raw" <("$VMCOREFS" --cat raw "$T/root/${address##*/}")
		result $? "... raw"
		if [[ $address == */real ]]; then
			pids=()
			for i in 1 2 3 4 5 6; do
				cmp "$mnt/level-$i/raw" <("$VMCOREFS" --cat level-$i/raw "$local_file") & pids+=($!)
			done
			wrong=0
			for p in "${pids[@]}"; do wait "$p" || wrong=$((wrong + 1)); done
			is $wrong 0 "... six readers at a time"
		fi
		fusermount3 -u "$mnt"
		ok "... the daemon ends" retry no_daemon
	done

	touch -d @1600000000 "$T/root/small"
	mount_dump "$web/small" "$mnt"
	is "$(stat -c %Y "$mnt/README")" 1600000000 "the time is the server's"
	unmount "$mnt"

	# mount(8), which finds the program in the system's folders only: in a table of mounts of our own
	mkdir "$T/bin"
	cp "$VMCOREFS" "$T/bin/vmcorefs"
	echo "$web/small $mnt fuse.vmcorefs noauto,nofail,_netdev 0 0" >"$T/fstab"
	if [[ $(id -u) == 0 ]] && have mount.fuse3 && unshare -m true 2>/dev/null; then
		unshare -m --propagation private sh -c 'mount --bind "$1/bin" /usr/local/bin && mount -T "$1/fstab" "$1/mnt" &&
			findmnt -n -o SOURCE -T "$1/mnt" && cat "$1/mnt/vmcoreinfo"; umount "$1/mnt"' - "$T" >"$T/got" 2>"$T/err"
		is "$?$(cat "$T/err")" 0 "an address in fstab"
		is "$(cat "$T/got")" "$web/small"$'\n'"$("$VMCOREFS" --cat vmcoreinfo "$T/root/small")" "... is mounted"
	else
		skip "fstab" "needs root and mount.fuse3"
	fi

	# many readers at any place of a file with a small cache: each page once in random order, in eight processes
	mount_dump "$web/big" "$mnt" -o http_cache=2
	cat >"$T/readers.py" <<-'END'
		import multiprocessing, os, random, sys
		def read(seed):
		    a, b = os.open(sys.argv[1], os.O_RDONLY), os.open(sys.argv[2], os.O_RDONLY)
		    pick, wrong = random.Random(seed), 0
		    for _ in range(150):
		        off, n = pick.randrange(128 << 20), pick.choice((1, 4096, 70000, 1 << 20))
		        wrong += os.pread(a, n, off) != os.pread(b, n, off)
		    return wrong
		with multiprocessing.Pool(8) as pool:
		    print(sum(pool.map(read, range(8))))
	END
	"$VMCOREFS" --cat raw "$T/root/big" >"$T/want"
	is "$(timeout 100 python3 "$T/readers.py" "$mnt/raw" "$T/want")" 0 "eight readers of random places"
	ok "unmount" unmount "$mnt"
else
	skip mounts "no /dev/fuse"
fi

stop_nginx
[[ -z $https_web ]] || { kill -QUIT "$https_pid"; wait "$https_pid"; }
done_testing
