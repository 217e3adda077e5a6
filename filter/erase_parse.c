/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/erase_parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"
#include "base/log.h"
#include "base/vector.h"
#include "filter/words.h"

#define FILE_MAX_BYTES ((size_t)1 << 20)

struct token {
	const char *text;
	size_t len;			/* 0: the end of the file */
	struct erase_pos pos;
};

struct parser {
	const char *name;
	const char *at, *end;
	struct erase_pos pos;		/* of at */
	struct token token;		/* the next one */
	struct erase_word module;	/* of the section, owned */
	struct erase_rules *out;
};

static int fail_at(const struct parser *p, struct erase_pos pos, const char *what)
{
	return fail(EINVAL, "%s:%u:%u: %s", p->name, pos.line, pos.column, what);
}

/* "expected a symbol after 'erase', found 'size'" */
static int fail_expected(const struct parser *p, const char *what)
{
	const struct token *t = &p->token;

	if (!t->len)
		return fail(EINVAL, "%s:%u:%u: expected %s, found the end of the file", p->name, t->pos.line,
			    t->pos.column, what);
	return fail(EINVAL, "%s:%u:%u: expected %s, found '%.*s'", p->name, t->pos.line, t->pos.column, what,
		    (int)min_u64(t->len, ERASE_NAME_MAX), t->text);
}

static void step(struct parser *p)
{
	if (*p->at++ == '\n') {
		p->pos.line++;
		p->pos.column = 1;
	} else {
		p->pos.column++;
	}
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Read the next word into p->token. */
static int next(struct parser *p)
{
	bool comment = false;

	for (; p->at < p->end && (comment || is_blank(*p->at) || *p->at == '#'); step(p))
		comment = *p->at == '#' || (comment && *p->at != '\n');
	p->token = (struct token){ p->at, 0, p->pos };
	while (p->at < p->end && !is_blank(*p->at) && *p->at != '#') {
		if ((unsigned char)*p->at < ' ' || (unsigned char)*p->at > '~')
			return fail_at(p, p->pos, "a byte that is no printable ASCII character");
		step(p);
	}
	p->token.len = (size_t)(p->at - p->token.text);
	return 0;
}

static bool token_is(const struct parser *p, const char *word)
{
	return p->token.len == strlen(word) && !memcmp(p->token.text, word, p->token.len);
}

static bool is_reserved(const struct parser *p)
{
	static const char *const words[] = { "erase", "size", "nullify", "for", "in", "within", "endfor" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (token_is(p, words[i]))
			return true;
	return false;
}

/* Is the first word of a line's rest this one? */
static bool starts_word(const char *at, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - at) >= len && !memcmp(at, word, len) && (at + len == end || is_blank(at[len]));
}

static bool is_section(const struct parser *p)
{
	return p->token.len && *p->token.text == '[' && p->token.pos.column == 1;
}

static bool is_name_char(char c)
{
	return c == '_' || c == '$' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Are these the names of a path, or, without dots, one name? */
static int check_names(const struct parser *p, const char *text, size_t len, struct erase_pos pos, bool dots)
{
	size_t start = 0, depth = 1;

	for (size_t i = 0; i <= len; i++, pos.column++) {
		if (i < len && is_name_char(text[i])) {
			if (i == start && text[i] >= '0' && text[i] <= '9')
				return fail_at(p, pos, "a name cannot start with a digit");
			continue;
		}
		if (i == start)
			return fail_at(p, pos, "a name is missing here");
		if (i - start > ERASE_NAME_MAX)
			return fail_at(p, pos, "a name is too long");
		if (i == len)
			break;
		if (text[i] != '.' || !dots)
			return fail(EINVAL, "%s:%u:%u: '%c' cannot be in a name", p->name, pos.line, pos.column, text[i]);
		if (++depth > ERASE_DEPTH_MAX)
			return fail_at(p, pos, "too many members in one path");
		start = i + 1;
	}
	return 0;
}

static int copy_word(const char *text, size_t len, struct erase_pos pos, struct erase_word *out)
{
	out->text = strndup(text, len);
	out->pos = pos;
	return out->text ? 0 : -ENOMEM;
}

/* A word that is a path (dots) or one name; what: for the message when there is none. */
static int take_names(struct parser *p, const char *what, bool dots, struct erase_word *out)
{
	int r;

	if (!p->token.len || is_reserved(p) || is_section(p))
		return fail_expected(p, what);
	r = check_names(p, p->token.text, p->token.len, p->token.pos, dots);
	if (!r)
		r = copy_word(p->token.text, p->token.len, p->token.pos, out);
	return r ? r : next(p);
}

/* N, NK, NM */
static int take_bytes(struct parser *p, uint64_t *bytes)
{
	const struct token t = p->token;
	unsigned int shift = 0;
	size_t i = 0;

	*bytes = 0;
	for (; i < t.len && t.text[i] >= '0' && t.text[i] <= '9'; i++)
		if (mul_overflows(*bytes, (uint64_t)10, bytes) || add_overflows(*bytes, (uint64_t)(t.text[i] - '0'), bytes))
			return fail_at(p, t.pos, "the size is too large");
	if (i < t.len && strchr("kKmM", t.text[i]))
		shift = strchr("kK", t.text[i++]) ? 10 : 20;
	if (i < t.len)
		return fail(EINVAL, "%s:%u:%u: '%.*s' is no size: digits, and K or M behind them", p->name, t.pos.line,
			    t.pos.column, (int)min_u64(t.len, ERASE_NAME_MAX), t.text);
	if (!*bytes)
		return fail_at(p, t.pos, "a size must be above 0");
	if (*bytes > (uint64_t)INT64_MAX >> shift)
		return fail_at(p, t.pos, "the size is too large");
	*bytes <<= shift;
	return next(p);
}

static int take_extent(struct parser *p, struct erase_command *c)
{
	int r;

	if (token_is(p, "nullify")) {
		c->extent = ERASE_NULLIFY;
		return next(p);
	}
	if (!token_is(p, "size"))
		return 0;
	r = next(p);
	if (r)
		return r;
	if (p->token.len && strchr("+-0123456789", *p->token.text)) {
		c->extent = ERASE_BYTES;
		return take_bytes(p, &c->bytes);
	}
	c->extent = ERASE_BYTES_OF;
	return take_names(p, "a size after 'size'", true, &c->bytes_of);
}

/* Is name the first of the path's names? */
static bool starts_with(const char *path, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(path, name, len) && (path[len] == '.' || !path[len]);
}

/* "erase string" and what follows in the line, unless "string" is a symbol here: then nothing is taken. */
static int take_string(struct parser *p, struct erase_command *c)
{
	const char *start = p->at, *end;
	struct erase_pos pos = p->pos;

	if (!token_is(p, "string"))
		return 0;
	while (start < p->end && (*start == ' ' || *start == '\t')) {
		start++;
		pos.column++;
	}
	for (end = start; end < p->end && *end != '\n';)
		end++;
	while (end > start && is_blank(end[-1]))
		end--;
	if (end == start || *start == '#' || starts_word(start, end, "size") || starts_word(start, end, "nullify"))
		return 0;
	if (end - start < (ptrdiff_t)WORD_MIN || end - start > (ptrdiff_t)WORD_MAX || memchr(start, 0, (size_t)(end - start)))
		return fail(EINVAL, "%s:%u:%u: a string of %u to %u bytes is wanted here, none of them zero", p->name, pos.line,
			    pos.column, WORD_MIN, WORD_MAX);
	c->extent = ERASE_STRING;
	c->string = strndup(start, (size_t)(end - start));
	while (p->at < end)
		step(p);
	return c->string ? copy_word("string", 6, pos, &c->path) : -ENOMEM;
}

/* The token is "erase". */
static int take_command(struct parser *p, struct erase_rule *rule)
{
	int r = vector_push(rule->commands, rule->ncommands, rule->cap, (struct erase_command){ .extent = ERASE_TYPE });
	struct erase_command *c;

	if (r)
		return r;
	c = &rule->commands[rule->ncommands - 1];
	r = next(p);
	if (!r && rule->loop == ERASE_ONCE) {
		r = take_string(p, c);
		if (r || c->extent == ERASE_STRING)
			return r ? r : next(p);
	}
	if (!r)
		r = take_names(p, "a symbol after 'erase'", true, &c->path);
	if (!r && rule->loop != ERASE_ONCE && !starts_with(c->path.text, rule->var.text))
		r = fail(EINVAL, "%s:%u:%u: '%s' does not start with '%s', the variable of the loop", p->name,
			 c->path.pos.line, c->path.pos.column, c->path.text, rule->var.text);
	return r ? r : take_extent(p, c);
}

/* STRUCT or STRUCT:MEMBER */
static int take_within(struct parser *p, struct erase_rule *rule)
{
	const struct token t = p->token;
	const char *colon = t.len ? memchr(t.text, ':', t.len) : NULL;
	struct erase_pos member = t.pos;
	int r;

	if (!colon) {
		r = take_names(p, "the name of a struct after 'within'", false, &rule->type);
		return r ? r : copy_word("list", 4, t.pos, &rule->member);
	}
	member.column += (unsigned int)(colon - t.text) + 1;
	if ((r = check_names(p, t.text, (size_t)(colon - t.text), t.pos, false)) ||
	    (r = check_names(p, colon + 1, t.len - (size_t)(colon + 1 - t.text), member, false)) ||
	    (r = copy_word(t.text, (size_t)(colon - t.text), t.pos, &rule->type)) ||
	    (r = copy_word(colon + 1, t.len - (size_t)(colon + 1 - t.text), member, &rule->member)))
		return r;
	return next(p);
}

static int take_list(struct parser *p, struct erase_rule *rule)
{
	int r = take_names(p, "an array or a list after 'in'", true, &rule->list);

	if (r)
		return r;
	/* "while" is what some call via */
	if (token_is(p, "via") || token_is(p, "while")) {
		rule->loop = ERASE_FOR_VIA;
		r = next(p);
		return r ? r : take_names(p, "the member that leads to the next element", false, &rule->member);
	}
	if (token_is(p, "within")) {
		rule->loop = ERASE_FOR_WITHIN;
		r = next(p);
		return r ? r : take_within(p, rule);
	}
	return 0;
}

/* The token is "for". */
static int take_loop(struct parser *p, struct erase_rule *rule)
{
	struct erase_pos start = p->token.pos;
	int r;

	rule->loop = ERASE_FOR;
	if ((r = next(p)) || (r = take_names(p, "a name for the elements after 'for'", false, &rule->var)))
		return r;
	if (!token_is(p, "in"))
		return fail_expected(p, "'in'");
	if ((r = next(p)) || (r = take_list(p, rule)))
		return r;
	while (token_is(p, "erase")) {
		r = take_command(p, rule);
		if (r)
			return r;
	}
	if (!p->token.len || is_section(p))
		return fail_at(p, start, "this 'for' has no 'endfor'");
	if (token_is(p, "for"))
		return fail_at(p, p->token.pos, "a loop inside a loop is not possible");
	if (!token_is(p, "endfor"))
		return fail_expected(p, "'erase' or 'endfor'");
	return next(p);
}

/* "[name]" in the first column. */
static int take_section(struct parser *p)
{
	const struct token t = p->token;
	struct erase_pos name = { t.pos.line, 2 }, behind = t.pos;
	const char *close = memchr(t.text, ']', t.len);
	size_t len = close ? (size_t)(close - t.text) - 1 : 0;
	int r;

	if (!close)
		return fail_at(p, t.pos, "a section is '[', the name of a module, and ']', without blanks");
	free(p->module.text);
	r = copy_word(t.text + 1, len, name, &p->module);
	/* as modprobe(8) has it: the kernel writes foo-bar as foo_bar */
	for (char *c = p->module.text; !r && *c; c++)
		*c = *c == '-' ? '_' : *c;
	if (!r)
		r = check_names(p, p->module.text, len, name, false);
	if (r)
		return r;
	behind.column += (unsigned int)len + 2;
	if (len + 2 != t.len)
		return fail_at(p, behind, "nothing may follow ']' in this line");
	if (!strcmp(p->module.text, "vmlinux")) {
		free(p->module.text);
		p->module.text = NULL;
	}
	r = next(p);
	if (!r && p->token.len && p->token.pos.line == t.pos.line)
		r = fail_at(p, p->token.pos, "nothing may follow ']' in this line");
	return r;
}

static int take_rule(struct parser *p)
{
	struct erase_rules *o = p->out;
	struct erase_rule *rule;
	int r;

	if (is_section(p))
		return take_section(p);
	if (!token_is(p, "erase") && !token_is(p, "for"))
		return fail_expected(p, "'erase', 'for' or a section");
	r = vector_push(o->rules, o->nrules, o->cap, (struct erase_rule){ .loop = ERASE_ONCE });
	if (r)
		return r;
	rule = &o->rules[o->nrules - 1];
	r = p->module.text ? copy_word(p->module.text, strlen(p->module.text), p->module.pos, &rule->module) : 0;
	if (r)
		return r;
	return token_is(p, "erase") ? take_command(p, rule) : take_loop(p, rule);
}

int erase_parse(const char *name, const char *text, size_t len, struct erase_rules **out)
{
	struct parser p = { .name = name, .at = text, .end = text + len, .pos = { 1, 1 } };
	int r;

	p.out = calloc(1, sizeof(*p.out));
	if (!p.out)
		return -ENOMEM;
	p.out->name = strdup(name);
	r = p.out->name ? next(&p) : -ENOMEM;
	while (!r && p.token.len)
		r = take_rule(&p);
	free(p.module.text);
	if (r) {
		erase_rules_free(p.out);
		return r;
	}
	*out = p.out;
	return 0;
}

int erase_parse_file(const char *path, struct erase_rules **out)
{
	int fd = files_open_plain(path), r = 0;
	size_t len = 0;
	char *text = malloc(FILE_MAX_BYTES + 1);
	ssize_t n = 1;

	if (!text)
		r = -ENOMEM;
	else if (fd < 0)
		r = fd;
	while (!r && n && len <= FILE_MAX_BYTES) {
		n = read(fd, text + len, FILE_MAX_BYTES + 1 - len);
		if (n < 0 && errno != EINTR)
			r = fail(errno, "%s: %s", path, strerror(errno));
		len += n > 0 ? (size_t)n : 0;
	}
	if (!r && len > FILE_MAX_BYTES)
		r = fail(EFBIG, "%s: more than %zu KiB: no file with erase rules", path, FILE_MAX_BYTES >> 10);
	if (!r)
		r = erase_parse(path, text, len, out);
	if (fd >= 0)
		close(fd);
	free(text);
	return r;
}

static void free_rule(struct erase_rule *rule)
{
	for (size_t i = 0; i < rule->ncommands; i++) {
		free(rule->commands[i].path.text);
		free(rule->commands[i].bytes_of.text);
		free(rule->commands[i].string);
	}
	free(rule->commands);
	free(rule->module.text);
	free(rule->var.text);
	free(rule->list.text);
	free(rule->member.text);
	free(rule->type.text);
}

void erase_rules_free(struct erase_rules *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->nrules; i++)
		free_rule(&r->rules[i]);
	free(r->rules);
	free(r->name);
	free(r);
}
