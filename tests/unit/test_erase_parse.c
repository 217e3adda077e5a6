/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Erase rules: the tree of what makedumpfile.conf(5) shows, and where in the text each error is. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "filter/erase_parse.h"
#include "tests/unit/unit.h"

/* What goes to standard error meanwhile, up to the first line end. */
static char message[512];

static int parse(const char *text, size_t len, struct erase_rules **out)
{
	FILE *f = tmpfile();
	int saved = dup(STDERR_FILENO), r;
	char *exact = malloc(len ? len : 1);		/* sanitizers see what is read behind it */

	assert_non_null(f);
	memcpy(exact, text, len);
	dup2(fileno(f), STDERR_FILENO);
	r = erase_parse("rules", exact, len, out);
	free(exact);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(f);
	message[0] = '\0';
	if (fgets(message, sizeof(message), f))
		message[strcspn(message, "\n")] = '\0';
	assert_null(fgets(message + strlen(message), (int)(sizeof(message) - strlen(message)), f));
	fclose(f);
	return r;
}

static struct erase_rules *good(const char *text)
{
	struct erase_rules *r = NULL;

	if (parse(text, strlen(text), &r))
		fail_msg("%s: %s", text, message);
	assert_string_equal(message, "");
	return r;
}

static void word_is(const struct erase_word *w, const char *text, unsigned int line, unsigned int column)
{
	assert_string_equal(w->text, text);
	assert_int_equal(w->pos.line, line);
	assert_int_equal(w->pos.column, column);
}

/* The first example of makedumpfile.conf(5). */
static void test_commands(void **state)
{
	struct erase_rules *r = good("[mymodule]\n"
				     "erase array_var\n"
				     "erase mystruct1.buffer size 25\n"
				     "erase mystruct1.name\n"
				     "erase mystruct1.addr1 nullify\n"
				     "# Assuming addr2 points to 1024 bytes\n"
				     "erase mystruct1.addr2 size 1K\n"
				     "erase mystruct2.addr size mystruct2.addr_size\n");
	const enum erase_extent extents[] = {
		ERASE_TYPE, ERASE_BYTES, ERASE_TYPE, ERASE_NULLIFY, ERASE_BYTES, ERASE_BYTES_OF
	};

	(void)state;
	assert_string_equal(r->name, "rules");
	assert_int_equal(r->nrules, 6);
	for (size_t i = 0; i < 6; i++) {
		word_is(&r->rules[i].module, "mymodule", 1, 2);
		assert_int_equal(r->rules[i].loop, ERASE_ONCE);
		assert_int_equal(r->rules[i].ncommands, 1);
		assert_int_equal(r->rules[i].commands[0].extent, extents[i]);
	}
	word_is(&r->rules[0].commands[0].path, "array_var", 2, 7);
	word_is(&r->rules[1].commands[0].path, "mystruct1.buffer", 3, 7);
	assert_int_equal(r->rules[1].commands[0].bytes, 25);
	assert_int_equal(r->rules[4].commands[0].bytes, 1024);
	word_is(&r->rules[5].commands[0].bytes_of, "mystruct2.addr_size", 8, 27);
	erase_rules_free(r);
}

static void loop_is(const struct erase_rule *rule, enum erase_loop loop, const char *list, const char *member,
		    const char *type)
{
	assert_int_equal(rule->loop, loop);
	assert_string_equal(rule->var.text, "mys1");
	assert_string_equal(rule->list.text, list);
	assert_int_equal(!rule->member.text, !member);
	assert_int_equal(!rule->type.text, !type);
	if (member)
		assert_string_equal(rule->member.text, member);
	if (type)
		assert_string_equal(rule->type.text, type);
	assert_int_equal(rule->ncommands, 2);
	assert_string_equal(rule->commands[0].path.text, "mys1.private");
	assert_string_equal(rule->commands[1].path.text, "mys1.key");
	assert_int_equal(rule->commands[1].extent, ERASE_BYTES_OF);
	assert_string_equal(rule->commands[1].bytes_of.text, "mys1.key_size");
}

/* Its second one, and the words that may stand for others. */
static void test_loops(void **state)
{
	static const char body[] = "\n\terase mys1.private\n\terase mys1.key size mys1.key_size\nendfor\n";
	static const struct {
		const char *head;
		enum erase_loop loop;
		const char *list, *member, *type;
	} loops[] = {
		{ "mystruct1 via next", ERASE_FOR_VIA, "mystruct1", "next", NULL },
		{ "mystruct1 while next", ERASE_FOR_VIA, "mystruct1", "next", NULL },
		{ "s1_list_head.next within s1:list", ERASE_FOR_WITHIN, "s1_list_head.next", "list", "s1" },
		{ "s1_list_head within s1:node", ERASE_FOR_WITHIN, "s1_list_head", "node", "s1" },
		{ "s1_list_head within s1", ERASE_FOR_WITHIN, "s1_list_head", "list", "s1" },
		{ "myarray", ERASE_FOR, "myarray", NULL, NULL },
	};
	char text[2048] = "";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(loops); i++) {
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "for mys1 in %s%s", loops[i].head, body);
	}
	struct erase_rules *r = good(text);

	assert_int_equal(r->nrules, ARRAY_SIZE(loops));
	for (size_t i = 0; i < r->nrules; i++) {
		assert_null(r->rules[i].module.text);
		loop_is(&r->rules[i], loops[i].loop, loops[i].list, loops[i].member, loops[i].type);
	}
	word_is(&r->rules[2].type, "s1", 9, 38);
	word_is(&r->rules[2].member, "list", 9, 41);
	erase_rules_free(r);
}

/* What makedumpfile accepts besides: words are separated by any blanks, comments start anywhere. */
static void test_layout(void **state)
{
	struct erase_rules *r;

	(void)state;
	r = good("erase a erase b.c\r\n  erase\n\td # e\n nullify#f\n\n[vmlinux]  # g\nerase h\tsize\n4m");
	assert_int_equal(r->nrules, 4);
	word_is(&r->rules[1].commands[0].path, "b.c", 1, 15);
	word_is(&r->rules[2].commands[0].path, "d", 3, 2);
	assert_int_equal(r->rules[2].commands[0].extent, ERASE_NULLIFY);
	assert_null(r->rules[3].module.text);
	assert_int_equal(r->rules[3].commands[0].bytes, 4 << 20);
	erase_rules_free(r);

	r = good("[a]\nerase x\n[vmlinux]\nerase y\n[dm-mod]\n[snd-pcm]\nerase z size 9223372036854775807");
	assert_int_equal(r->nrules, 3);
	assert_string_equal(r->rules[0].module.text, "a");
	assert_null(r->rules[1].module.text);
	assert_string_equal(r->rules[2].module.text, "snd_pcm");
	assert_int_equal(r->rules[2].commands[0].bytes, INT64_MAX);
	erase_rules_free(r);

	r = good("# nothing\n");
	assert_int_equal(r->nrules, 0);
	erase_rules_free(r);
	r = good("");
	assert_int_equal(r->nrules, 0);
	erase_rules_free(r);
	/* via and while are reserved for makedumpfile after a list only */
	r = good("erase via.while");
	assert_string_equal(r->rules[0].commands[0].path.text, "via.while");
	erase_rules_free(r);
}

static void test_errors(void **state)
{
	static const struct { const char *text, *message; } bad[] = {
		{ "erase", "1:6: expected a symbol after 'erase', found the end of the file" },
		{ "\nerase size 3", "2:7: expected a symbol after 'erase', found 'size'" },
		{ "erase a\n  eraze b", "2:3: expected 'erase', 'for' or a section, found 'eraze'" },
		{ "erase a size", "1:13: expected a size after 'size', found the end of the file" },
		{ "erase a size erase b", "1:14: expected a size after 'size', found 'erase'" },
		{ "erase a size 0", "1:14: a size must be above 0" },
		{ "erase a size -5", "1:14: '-5' is no size: digits, and K or M behind them" },
		{ "erase a size 0x10", "1:14: '0x10' is no size: digits, and K or M behind them" },
		{ "erase a size 5G", "1:14: '5G' is no size: digits, and K or M behind them" },
		{ "erase a size 5KM", "1:14: '5KM' is no size: digits, and K or M behind them" },
		{ "erase a size 9223372036854775808", "1:14: the size is too large" },
		{ "erase a size 99999999999999999999", "1:14: the size is too large" },
		{ "erase a size 9007199254740992K", "1:14: the size is too large" },
		{ "erase a size 5 K", "1:16: expected 'erase', 'for' or a section, found 'K'" },
		{ "erase a nullify size 5", "1:17: expected 'erase', 'for' or a section, found 'size'" },
		{ "erase string abc", "1:14: a string of 4 to 1024 bytes is wanted here, none of them zero" },
		{ "for a in b erase string abcd", "1:18: 'string' does not start with 'a', the variable of the loop" },
		{ "erase a..b", "1:9: a name is missing here" },
		{ "erase .a", "1:7: a name is missing here" },
		{ "erase a.", "1:9: a name is missing here" },
		{ "erase a.2b", "1:9: a name cannot start with a digit" },
		{ "erase a[3].b", "1:8: '[' cannot be in a name" },
		{ "erase a->b", "1:8: '-' cannot be in a name" },
		{ "erase a.b size c:d", "1:17: ':' cannot be in a name" },
		{ "erase \xc3\xa4", "1:7: a byte that is no printable ASCII character" },
		{ "\n\n[m", "3:1: a section is '[', the name of a module, and ']', without blanks" },
		{ "[m n]", "1:1: a section is '[', the name of a module, and ']', without blanks" },
		{ "[]", "1:2: a name is missing here" },
		{ "[a.b]", "1:3: '.' cannot be in a name" },
		{ "[m] erase a", "1:5: nothing may follow ']' in this line" },
		{ "[m]erase a", "1:4: nothing may follow ']' in this line" },
		{ " [m]", "1:2: expected 'erase', 'for' or a section, found '[m]'" },
		{ "for", "1:4: expected a name for the elements after 'for', found the end of the file" },
		{ "for in x", "1:5: expected a name for the elements after 'for', found 'in'" },
		{ "for a.b in x", "1:6: '.' cannot be in a name" },
		{ "for a of x", "1:7: expected 'in', found 'of'" },
		{ "for a in", "1:9: expected an array or a list after 'in', found the end of the file" },
		{ "for a in x via", "1:15: expected the member that leads to the next element, found the end of the file" },
		{ "for a in x within", "1:18: expected the name of a struct after 'within', found the end of the file" },
		{ "for a in x within :b", "1:19: a name is missing here" },
		{ "for a in x within b:", "1:21: a name is missing here" },
		{ "for a in x within b:c.d", "1:22: '.' cannot be in a name" },
		{ "erase y\nfor a in x\n erase a.b\n", "2:1: this 'for' has no 'endfor'" },
		{ "for a in x\n erase a.b\n[m]\nendfor", "1:1: this 'for' has no 'endfor'" },
		{ "for a in x\n erase b\nendfor", "2:8: 'b' does not start with 'a', the variable of the loop" },
		{ "for a in x\n erase ab.c\nendfor", "2:8: 'ab.c' does not start with 'a', the variable of the loop" },
		{ "for a in x\n for b in a.y\n", "2:2: a loop inside a loop is not possible" },
		{ "for a in x\n size 3\nendfor", "2:2: expected 'erase' or 'endfor', found 'size'" },
		{ "endfor", "1:1: expected 'erase', 'for' or a section, found 'endfor'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct erase_rules *r = NULL;
		const char *where = "";

		if (parse(bad[i].text, strlen(bad[i].text), &r) != -EINVAL)
			fail_msg("no error: %s", bad[i].text);
		where = strstr(message, "rules:");
		if (!where || strcmp(where + 6, bad[i].message))
			fail_msg("%s: %s", bad[i].text, message);
	}
}

/* Bytes behind the text are not read, and a NUL is no end of it. */
static void test_length(void **state)
{
	struct erase_rules *r = NULL;

	(void)state;
	assert_int_equal(parse("erase abc", 8, &r), 0);
	assert_string_equal(r->rules[0].commands[0].path.text, "ab");
	erase_rules_free(r);
	assert_int_equal(parse("erase a\0b", 9, &r), -EINVAL);
	assert_non_null(strstr(message, "rules:1:8: a byte that is no printable ASCII character"));
}

/* What may be in a name, to its last character, its last length, and the last member of a path. */
static void test_names(void **state)
{
	static const char chars[] = "_$azAZ09";
	char text[16 + 2 * ERASE_DEPTH_MAX + ERASE_NAME_MAX];

	(void)state;
	for (int c = '!'; c <= '~'; c++) {
		struct erase_rules *r = NULL;
		bool in_name = strchr(chars, c) || (c > 'a' && c < 'z') || (c > 'A' && c < 'Z') || (c > '0' && c < '9');

		if (c == '#')
			continue;
		snprintf(text, sizeof(text), "erase b%cb", c);
		assert_int_equal(parse(text, strlen(text), &r), in_name || c == '.' ? 0 : -EINVAL);
		erase_rules_free(in_name || c == '.' ? r : NULL);
		snprintf(text, sizeof(text), "erase %cb", c);
		assert_int_equal(parse(text, strlen(text), &r), in_name && (c < '0' || c > '9') ? 0 : -EINVAL);
		erase_rules_free(in_name && (c < '0' || c > '9') ? r : NULL);
	}
	for (size_t n = ERASE_NAME_MAX; n <= ERASE_NAME_MAX + 1; n++) {
		struct erase_rules *r = NULL;

		memcpy(text, "erase ", 6);
		memset(text + 6, 'n', n);
		assert_int_equal(parse(text, 6 + n, &r), n > ERASE_NAME_MAX ? -EINVAL : 0);
		erase_rules_free(n > ERASE_NAME_MAX ? NULL : r);
	}
	for (size_t n = ERASE_DEPTH_MAX; n <= ERASE_DEPTH_MAX + 1; n++) {
		struct erase_rules *r = NULL;

		for (size_t i = 0; i < n; i++)
			memcpy(text + 6 + 2 * i, "m.", 2);
		assert_int_equal(parse(text, 6 + 2 * n - 1, &r), n > ERASE_DEPTH_MAX ? -EINVAL : 0);
		erase_rules_free(n > ERASE_DEPTH_MAX ? NULL : r);
	}
}

/* A file of n bytes: blanks, and a rule at its end. */
static int parse_file_of(size_t n, struct erase_rules **out)
{
	static const char rule[] = "\nerase a";
	char path[] = "/tmp/vmcorefs-rules.XXXXXX";
	int fd = mkstemp(path), r;

	assert_true(fd >= 0);
	for (size_t i = 0; i < n - (sizeof(rule) - 1); i += 4096)
		assert_true(dprintf(fd, "%*s", (int)min_u64(4096, n - (sizeof(rule) - 1) - i), "") > 0);
	assert_int_equal(write(fd, rule, sizeof(rule) - 1), sizeof(rule) - 1);
	close(fd);
	r = erase_parse_file(path, out);
	unlink(path);
	return r;
}

/* The rest of the line is a string; it is a symbol of that name where nothing else could be meant. */
static void test_strings(void **state)
{
	struct erase_rules *r = good("erase string  a b # c\t \nerase string\nerase string size 4\nerase string nullify\n"
				     "erase string sizes\nerase string # none\nerase string \xc3\xa4\xff\x01");
	const char *const strings[] = { "a b # c", NULL, NULL, NULL, "sizes", NULL, "\xc3\xa4\xff\x01" };

	(void)state;
	assert_int_equal(r->nrules, 7);
	for (size_t i = 0; i < 7; i++) {
		assert_string_equal(r->rules[i].commands[0].path.text, "string");
		assert_int_equal(r->rules[i].commands[0].extent == ERASE_STRING, strings[i] != NULL);
		if (strings[i])
			assert_string_equal(r->rules[i].commands[0].string, strings[i]);
	}
	assert_int_equal(r->rules[2].commands[0].extent, ERASE_BYTES);
	erase_rules_free(r);
}

static void test_files(void **state)
{
	struct erase_rules *r = NULL;

	(void)state;
	for (size_t n = 100; n <= 1 << 20; n = n == 100 ? 70000 : n == 70000 ? 1 << 20 : n + 1) {
		assert_int_equal(parse_file_of(n, &r), 0);
		assert_int_equal(r->nrules, 1);
		assert_string_equal(r->rules[0].commands[0].path.text, "a");
		erase_rules_free(r);
	}
	assert_int_equal(parse_file_of((1 << 20) + 1, &r), -EFBIG);
	assert_int_equal(erase_parse_file("/nowhere/rules", &r), -ENOENT);
	assert_int_equal(erase_parse_file("/", &r), -EISDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands), cmocka_unit_test(test_loops), cmocka_unit_test(test_layout),
		cmocka_unit_test(test_errors), cmocka_unit_test(test_strings), cmocka_unit_test(test_length),
		cmocka_unit_test(test_names), cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
