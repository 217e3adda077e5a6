/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/vmcoreinfo.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int vmci_get(const struct vmcoreinfo *v, const char *key, const char **value, size_t *len)
{
	size_t key_len = strlen(key);
	const char *line = v->text, *end = v->len ? v->text + v->len : v->text;

	while (line < end) {
		const char *eol = memchr(line, '\n', (size_t)(end - line));
		size_t line_len = (size_t)((eol ? eol : end) - line);

		if (line_len > key_len && line[key_len] == '=' && !memcmp(line, key, key_len)) {
			*value = line + key_len + 1;
			*len = line_len - key_len - 1;
			return 0;
		}
		line += line_len + 1;
	}
	return -ENOENT;
}

static int parse_number(const char *s, size_t len, unsigned int base, uint64_t *out)
{
	uint64_t value = 0;
	int negative = 0;

	if (len && (*s == '-' || *s == '+')) {
		negative = *s == '-';
		s++;
		len--;
	}
	if (len > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
		len -= 2;
	}
	if (!len)
		return -ENOENT;
	for (; len; s++, len--) {
		unsigned int digit;

		if (*s >= '0' && *s <= '9')
			digit = (unsigned int)(*s - '0');
		else if ((*s | 0x20) >= 'a' && (*s | 0x20) <= 'f')
			digit = (unsigned int)((*s | 0x20) - 'a' + 10);
		else
			return -ENOENT;
		if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return -ENOENT;
	}
	*out = negative ? -value : value;
	return 0;
}

/* KIND(name)=number */
static int get_number(const struct vmcoreinfo *v, const char *kind, const char *name, unsigned int base, uint64_t *out)
{
	char key[128];
	const char *value;
	size_t len;
	int n = snprintf(key, sizeof(key), "%s(%s)", kind, name);

	if (n < 0 || (size_t)n >= sizeof(key) || vmci_get(v, key, &value, &len))
		return -ENOENT;
	return parse_number(value, len, base, out);
}

int vmci_symbol(const struct vmcoreinfo *v, const char *name, uint64_t *out)
{
	return get_number(v, "SYMBOL", name, 16, out);
}

bool vmci_next_symbol(const struct vmcoreinfo *v, size_t *pos, struct vmci_symbol_line *out)
{
	static const char start[] = "SYMBOL(";
	const size_t start_len = sizeof(start) - 1;

	while (*pos < v->len) {
		const char *line = v->text + *pos, *eol = memchr(line, '\n', v->len - *pos), *close;
		size_t len = eol ? (size_t)(eol - line) : v->len - *pos, name_len;

		*pos += len + 1;
		if (len < start_len || memcmp(line, start, start_len) || !(close = memchr(line, ')', len)))
			continue;
		name_len = (size_t)(close - line) - start_len;
		if (!name_len || name_len > VMCI_MAX_NAME || len < start_len + name_len + 2 || close[1] != '=' ||
		    parse_number(close + 2, len - start_len - name_len - 2, 16, &out->value))
			continue;
		memcpy(out->name, line + start_len, name_len);
		out->name[name_len] = '\0';
		return true;
	}
	return false;
}

int vmci_size(const struct vmcoreinfo *v, const char *name, uint64_t *out)
{
	return get_number(v, "SIZE", name, 10, out);
}

int vmci_offset(const struct vmcoreinfo *v, const char *name, uint64_t *out)
{
	return get_number(v, "OFFSET", name, 10, out);
}

int vmci_length(const struct vmcoreinfo *v, const char *name, uint64_t *out)
{
	return get_number(v, "LENGTH", name, 10, out);
}

int vmci_number(const struct vmcoreinfo *v, const char *name, uint64_t *out)
{
	return get_number(v, "NUMBER", name, 10, out);
}

int vmci_plain_hex(const struct vmcoreinfo *v, const char *key, uint64_t *out)
{
	const char *value;
	size_t len;

	return vmci_get(v, key, &value, &len) ? -ENOENT : parse_number(value, len, 16, out);
}

int vmci_kernel_offset(const struct vmcoreinfo *v, uint64_t *out)
{
	return vmci_plain_hex(v, "KERNELOFFSET", out);
}

int vmci_plain(const struct vmcoreinfo *v, const char *key, uint64_t *out)
{
	const char *value;
	size_t len;

	if (vmci_get(v, key, &value, &len))
		return -ENOENT;
	return parse_number(value, len, 10, out);
}
