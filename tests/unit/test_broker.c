/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process that reads a dump can get of the one that has started it. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/files.h"
#include "fs/broker.h"

static const char *const named[] = { "dumps/vmcore", "dumps/folder", "dumps/vm.vmss", "slash/" };

/* Relative names lead nowhere in an empty folder: what may be opened is -ENOENT, what may not -EACCES. */
static int enter_empty_folder(void **state)
{
	char dir[] = "/tmp/test_broker.XXXXXX";

	(void)state;
	return !mkdtemp(dir) || chdir(dir) || rmdir(dir);
}

static int start(struct broker *b)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	*b = (struct broker){ .socket = pair[0], .named = named, .nnamed = ARRAY_SIZE(named) };
	return pair[1];
}

/* The answer's result; -ENOMSG: there is none. */
static int send_bytes(struct broker *b, int fd, const void *bytes, size_t n)
{
	struct files_answer a;

	assert_int_equal(send(fd, bytes, n, 0), n);
	assert_int_equal(broker_answer(b), 1);
	return recv(fd, &a, sizeof(a), MSG_DONTWAIT) == sizeof(a) ? a.result : -ENOMSG;
}

static int put(struct broker *b, int fd, uint32_t kind, const char *text)
{
	struct files_question q = { .kind = kind };

	memcpy(q.text, text, strlen(text) + 1);
	return send_bytes(b, fd, &q, offsetof(struct files_question, text) + strlen(text) + 1);
}

static void test_names(void **state)
{
	static const struct {
		const char *path;
		int open, stat;
	} cases[] = {
		{ "dumps/vmcore", -ENOENT, -ENOENT },
		{ "dumps/folder/vmcore", -ENOENT, -ENOENT },
		{ "dumps/folder/below/vmcore", -ENOENT, -ENOENT },
		{ "slash/vmcore", -ENOENT, -ENOENT },
		{ "dumps/vm.vmem", -ENOENT, -ENOENT },
		{ "dumps/vmcore.vmem", -ENOENT, -ENOENT },
		/* beside it */
		{ "dumps/vmcorf", -EACCES, -ENOENT },
		{ "dumps/vm.other", -EACCES, -ENOENT },
		{ "dumps/other.vmem", -EACCES, -ENOENT },
		/* elsewhere */
		{ "", -EACCES, -EACCES },
		{ "dumps/", -EACCES, -ENOENT },
		{ "dumps/folder/", -EACCES, -EACCES },
		{ "dumps/folder//x", -EACCES, -EACCES },
		{ "dumps/folder/..", -EACCES, -EACCES },
		{ "dumps/folder/../secret", -EACCES, -EACCES },
		{ "dumps/folder/a/../../secret", -EACCES, -EACCES },
		{ "dumps/folder/a/b/c", -EACCES, -EACCES },
		{ "dumps/folder/.hidden", -EACCES, -EACCES },
		{ "dumps/folderx/vmcore", -EACCES, -EACCES },
		{ "dumps/vmcore.vmem/x", -EACCES, -EACCES },
		{ "dumps/../secret", -EACCES, -EACCES },
		{ "slash/../secret", -EACCES, -EACCES },
		{ "/etc/passwd", -EACCES, -EACCES },
		{ "/proc/iomem", -EACCES, -EACCES },
		{ "/proc/self/exe", -EACCES, -EACCES },
		{ ".vmem", -EACCES, -EACCES },
	};
	struct broker b;
	int fd = start(&b);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int opened = put(&b, fd, FILES_OPEN, cases[i].path), seen = put(&b, fd, FILES_STAT, cases[i].path);

		if (opened != cases[i].open || seen != cases[i].stat)
			fail_msg("%s: %d %d", cases[i].path, opened, seen);
		assert_int_equal(put(&b, fd, FILES_LSTAT, cases[i].path), cases[i].stat);
	}
	close(fd);
	assert_int_equal(broker_answer(&b), -EPIPE);
	close(b.socket);
}

static int give_null(void *arg)
{
	++*(int *)arg;
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void test_mount_once(void **state)
{
	int calls = 0, fd;
	struct broker b;

	(void)state;
	fd = start(&b);
	assert_int_equal(put(&b, fd, FILES_MOUNT, ""), -EACCES);	/* there is none */
	b.mount = give_null;
	b.arg = &calls;
	assert_int_equal(put(&b, fd, FILES_MOUNT, ""), 0);
	assert_int_equal(put(&b, fd, FILES_MOUNT, ""), -EACCES);
	assert_int_equal(calls, 1);
	close(fd);
	close(b.socket);
}

static void test_malformed(void **state)
{
	struct files_question q = { .kind = FILES_OPEN };
	struct broker b;
	int fd = start(&b);

	(void)state;
	memset(q.text, 'x', sizeof(q.text));
	assert_int_equal(send_bytes(&b, fd, &q, sizeof(q)), -ENOMSG);	/* its text has no end */
	assert_int_equal(send_bytes(&b, fd, &q, 1), -ENOMSG);
	assert_int_equal(send_bytes(&b, fd, &q, offsetof(struct files_question, text)), -ENOMSG);
	assert_int_equal(put(&b, fd, 99, "x"), -EINVAL);
	assert_int_equal(put(&b, fd, FILES_LOG, ""), -ENOMSG);
	assert_int_equal(broker_answer(&b), 0);				/* nothing was asked */
	close(fd);
	close(b.socket);
}

/* Who asks and does not listen does not hold up the one who answers. */
static void test_deaf(void **state)
{
	struct files_question q = { .kind = FILES_STAT };
	struct broker b;
	int fd = start(&b);

	(void)state;
	for (int i = 0; i < 10000; i++) {
		assert_int_equal(send(fd, &q, offsetof(struct files_question, text) + 1, 0), offsetof(struct files_question, text) + 1);
		assert_int_equal(broker_answer(&b), 1);
	}
	close(fd);
	close(b.socket);
}

/* base/files.c on the one side, the broker on the other. */
static void test_asking(void **state)
{
	char dir[PATH_MAX], bytes[4] = "";
	struct broker b;
	struct stat st;
	int fd = start(&b), file, status;
	pid_t asking;

	(void)state;
	setenv("TMPDIR", "/tmp", 1);
	asking = fork();
	if (!asking) {
		files_ask(fd);
		file = files_spool(dir);
		_exit(file < 0 || strcmp(dir, "/tmp") || write(file, "abc", 3) != 3 || pread(file, bytes, 3, 0) != 3 ||
		      strcmp(bytes, "abc") || fstat(file, &st) || st.st_nlink || files_open("/etc/passwd", 0) != -EACCES ||
		      files_stat("dumps/vmcore", &st) != -ENOENT);
	}
	close(fd);
	while (broker_answer(&b) != -EPIPE)
		usleep(1000);
	assert_int_equal(waitpid(asking, &status, 0), asking);
	assert_int_equal(status, 0);
	close(b.socket);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names), cmocka_unit_test(test_mount_once), cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_deaf), cmocka_unit_test(test_asking),
	};

	return cmocka_run_group_tests(tests, enter_empty_folder, NULL);
}
