/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What types.h and type_text.h say about a dump: kernel_types [-t VMLINUX] DUMP <QUESTIONS
 *
 * -t: types are taken from there. Questions, one a line:
 *   all [MODULE]         all types that have a name: a line "== KIND NAME" and the definition of each
 *   names                only that line
 *   define KIND NAME     one of them; KIND: struct, union, enum, typedef, int
 *   whole NAME...        a source of all of them (struct, union, enum, typedef, in this order), with what they need
 *   whole-all            a source of all types
 *   asserts NAME...      lines of C that hold against sizes and offsets of these
 *   function NAME        its prototype, with its tags
 * Times and memory go to stderr.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/vector.h"
#include "fs/views/engine.h"
#include "kernel/debuginfo/type_text.h"
#include "kernel/debuginfo/types.h"

static const char *const words[] = {
	[TYPE_STRUCT] = "struct", [TYPE_UNION] = "union", [TYPE_ENUM] = "enum", [TYPE_TYPEDEF] = "typedef", [TYPE_INT] = "int",
	[TYPE_FLOAT] = "int",
};

struct list {
	struct type *types;
	size_t n, cap;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static long peak_kb(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void print_definition(const struct types *t, const struct type *type)
{
	struct outbuf out = OUTBUF_INIT;
	int r = type_text_definition(t, type, &out);

	if (r)
		printf("/* %s */\n", strerror(-r));
	if (out.len)
		fwrite(out.data, 1, out.len, stdout);
	out_free(&out);
}

static void print_all(const struct types *t, const char *module, bool definitions)
{
	struct type type;
	uint64_t at = 0;
	size_t n = 0;
	int r;

	while ((r = types_next(t, module, &at, &type)) == 1) {
		const char *name;

		if (types_name(t, &type, &name))
			name = "?";
		printf("== %s %s\n", words[type.kind], name);
		if (definitions)
			print_definition(t, &type);
		n++;
	}
	if (r)
		printf("== %s\n", strerror(-r));
	fprintf(stderr, "%zu types\n", n);
}

static bool find(const struct types *t, const char *name, struct type *out)
{
	return !types_get(t, NULL, TYPE_STRUCT, name, out) || !types_get(t, NULL, TYPE_UNION, name, out) ||
	       !types_get(t, NULL, TYPE_ENUM, name, out) || !types_get(t, NULL, TYPE_TYPEDEF, name, out);
}

static void add_named(const struct types *t, char *names, struct list *list)
{
	struct type type;

	for (char *save, *name = strtok_r(names, " \n", &save); name; name = strtok_r(NULL, " \n", &save)) {
		if (!find(t, name, &type))
			fprintf(stderr, "%s: no such type\n", name);
		else if (vector_push(list->types, list->n, list->cap, type))
			abort();
	}
}

static void add_all(const struct types *t, struct list *list)
{
	struct type type;
	uint64_t at = 0;

	while (types_next(t, NULL, &at, &type) == 1)
		if (type.kind != TYPE_INT && type.kind != TYPE_FLOAT && vector_push(list->types, list->n, list->cap, type))
			abort();
}

static void print_whole(const struct types *t, struct list *list)
{
	struct outbuf out = OUTBUF_INIT;
	int r = type_text_whole(t, list->types, list->n, true, &out);

	if (r)
		fprintf(stderr, "whole: %s\n", strerror(-r));
	if (out.len)
		fwrite(out.data, 1, out.len, stdout);
	out_free(&out);
}

/* Members of unnamed members too. */
static void assert_members(const struct types *t, const char *word, const char *name, const struct type *of, uint64_t start)
{
	struct type_items items = { .of = *of };
	struct type_item item;

	while (types_next_item(t, &items, &item) == 1) {
		if (!*item.name && (item.type.kind == TYPE_STRUCT || item.type.kind == TYPE_UNION))
			assert_members(t, word, name, &item.type, start + item.bit_offset);
		else if (*item.name && !item.bits)
			printf("_Static_assert(__builtin_offsetof(%s %s, %s) == %" PRIu64 ", \"%s.%s\");\n", word, name,
			       item.name, (start + item.bit_offset) / 8, name, item.name);
	}
}

static void print_asserts(const struct types *t, const struct list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct type *of = &list->types[i];
		unsigned int tags = 0;
		const char *name;
		struct type other;

		if (of->is_declared || types_name(t, of, &name) || (of->kind != TYPE_STRUCT && of->kind != TYPE_UNION))
			continue;
		/* of several the source has one with a number */
		for (enum type_kind kind = TYPE_VOID; kind <= TYPE_UNION; kind++)
			tags += (kind == TYPE_STRUCT || kind == TYPE_UNION || kind == TYPE_ENUM) &&
				!types_get(t, NULL, kind, name, &other);
		if (tags > 1)
			continue;
		printf("_Static_assert(sizeof(%s %s) == %" PRIu64 ", \"%s\");\n", words[of->kind], name, of->bytes, name);
		assert_members(t, words[of->kind], name, of, 0);
	}
}

static void print_function(const struct types *t, const char *name)
{
	struct outbuf out = OUTBUF_INIT;
	struct type_tag tag;
	struct type type;
	uint64_t at = 0;
	int r = types_function(t, NULL, name, &type);

	if (!r)
		r = type_text_declaration(t, &type, name, &out);
	if (r)
		printf("%s: %s\n", name, strerror(-r));
	else
		printf("%s;", out.data);
	while (!r && types_next_tag(t, &type, &at, &tag) == 1)
		printf(" /* %s %" PRId64 " */", tag.text, tag.component);
	if (!r)
		putchar('\n');
	out_free(&out);
}

static void answer(const struct types *t, char *line)
{
	char what[32] = "", word[32] = "", name[256] = "";
	struct list list = { 0 };
	struct type type;
	int n = 0;

	sscanf(line, "%31s%n %31s %255[^\n]", what, &n, word, name);
	if (!strcmp(what, "all") || !strcmp(what, "names")) {
		print_all(t, *word ? word : NULL, !strcmp(what, "all"));
	} else if (!strcmp(what, "whole") || !strcmp(what, "asserts")) {
		add_named(t, line + n, &list);
		if (!strcmp(what, "whole"))
			print_whole(t, &list);
		else
			print_asserts(t, &list);
	} else if (!strcmp(what, "whole-all")) {
		add_all(t, &list);
		print_whole(t, &list);
	} else if (!strcmp(what, "function")) {
		print_function(t, word);
	} else if (!strcmp(what, "define")) {
		for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
			if (!words[i] || strcmp(words[i], word) || i == TYPE_FLOAT)
				continue;
			n = types_get(t, NULL, (enum type_kind)i, name, &type);
			if (n)
				printf("%s: %s\n", name, strerror(-n));
			else
				print_definition(t, &type);
		}
	} else {
		fprintf(stderr, "no such question: %s", line);
		exit(1);
	}
	free(list.types);
}

int main(int argc, char **argv)
{
	static char line[1 << 20];
	const char *only = NULL, *why, *paths[1];
	struct engine_options opt = { .dump.npaths = 1, .codec = -1 };
	struct engine *engine;
	struct types *t;
	double start;
	int c;

	while ((c = getopt(argc, argv, "t:")) != -1) {
		if (c != 't')
			return 1;
		only = optarg;
	}
	if (optind + 1 != argc)
		return 1;
	paths[0] = argv[optind];
	opt.dump.paths = paths;
	if (engine_open(&opt, &engine))
		return 1;
	start = now();
	if (types_open(engine->kernel, NULL, only, &t, &why)) {
		fprintf(stderr, "types: %s\n", why ? why : "failed");
		return 1;
	}
	fprintf(stderr, "types from %s: %.1f ms, %ld KiB\n", types_source(t), now() - start, peak_kb());
	while (fgets(line, sizeof(line), stdin)) {
		start = now();
		answer(t, line);
		fprintf(stderr, "%.1f ms, %ld KiB: %.60s\n", now() - start, peak_kb(), line);
	}
	types_close(t);
	engine_close(engine);
	return 0;
}
