# SPDX-License-Identifier: GPL-2.0-or-later
# For tests of dumps on servers: '. tests/lib.sh', '. tests/http.sh'. All on 127.0.0.1, all ends with the test.

unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR
export HOME=$T	# no ~/.netrc but the test's

# start_nginx FOLDER [TLS-CERTIFICATE KEY]: $web is its address; served_bytes, served_requests: what it sent since clear_log
start_nginx() {
	local root=$1 tls='' scheme=http user='' port
	have nginx || [[ -x /usr/sbin/nginx ]] || skip_all "nginx is not installed"
	if [[ $# -gt 1 ]]; then
		tls="ssl_certificate $2; ssl_certificate_key $3;"
		scheme=https
	fi
	[[ $(id -u) != 0 ]] || user='user root;'
	nginx_dir=$(mktemp -d "$T/nginx.XXXXXX")
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		port=$((20000 + RANDOM % 10000))
		cat >"$nginx_dir/conf" <<-END
		$user
		daemon off; worker_processes 2; pid $nginx_dir/pid; error_log $nginx_dir/messages;
		events {}
		http {
			log_format sent '\$status \$bytes_sent \$http_range';
			access_log $nginx_dir/sent sent;
			client_body_temp_path $nginx_dir/t1; proxy_temp_path $nginx_dir/t2; fastcgi_temp_path $nginx_dir/t3;
			uwsgi_temp_path $nginx_dir/t4; scgi_temp_path $nginx_dir/t5;
			sendfile on;
			server { listen 127.0.0.1:$port${tls:+ ssl}; root $root; $tls
				location /password/ { alias $root/; auth_basic x; auth_basic_user_file $nginx_dir/users; } }
		}
		END
		echo 'user:{PLAIN}secret' >"$nginx_dir/users"
		PATH=$PATH:/usr/sbin nginx -c "$nginx_dir/conf" >"$nginx_dir/out" 2>&1 &
		nginx_pid=$!
		web=$scheme://127.0.0.1:$port
		retry curl -ks -o /dev/null "$web/" && return
		kill $nginx_pid 2>/dev/null
	done
	fail "nginx starts"
	diag "$(cat "$nginx_dir/out")"
	done_testing
}
stop_nginx() { kill -QUIT "$nginx_pid"; wait "$nginx_pid"; }
clear_log() { : >"$nginx_dir/sent"; }
# the log is written when a request ends: wait until it stands still
settled_log() {
	local before=x now
	for _ in $(seq 50); do
		now=$(wc -l <"$nginx_dir/sent")
		[[ $now != "$before" || $now == 0 ]] || return
		before=$now
		sleep 0.1
	done
}
served_bytes() { settled_log; awk '{ n += $2 } END { printf "%.0f", n }' "$nginx_dir/sent"; }
served_requests() { settled_log; wc -l <"$nginx_dir/sent"; }

# start_bad_server FILE SECONDS: $bad is its address, $T/bad.log what it did
start_bad_server() {
	python3 tests/tools/bad_server.py "$1" "$2" "$T/bad.log" >"$T/bad.out" 2>&1 &
	bad_pid=$!
	retry test -s "$T/bad.log.port" || { fail "the bad server starts"; diag "$(cat "$T/bad.out")"; done_testing; }
	bad=http://127.0.0.1:$(cat "$T/bad.log.port")
}
bad_bytes() { awk -v p="$1" '$1 == p { n += $4 } END { printf "%.0f", n }' "$T/bad.log"; }
bad_requests() { awk -v p="$1" '$1 == p' "$T/bad.log" | wc -l; }
