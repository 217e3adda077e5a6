/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kernel.h"

#include <errno.h>

#include "base/bytes.h"
#include "base/fault.h"

int kernel_read(const struct kernel *k, uint64_t vaddr, void *buf, uint64_t n)
{
	return k->has_space ? space_read(&k->space, vaddr, buf, n) : -ENOTSUP;
}

int kernel_place(const struct kernel *k, uint64_t vaddr, uint64_t *paddr, uint64_t *span)
{
	const struct space *s = &k->space;
	const uint64_t page = pages_size(k->pages);
	int error = k->has_space ? space_vtop(s, vaddr, paddr, span) : -ENOTSUP;

	/* what tables say is not mapped, is not */
	if (!error || error == -ENOTSUP || error == -EFAULT || error_is_passing(error) || s->scattered || s->own_address || k->xen)
		return error;
	if (vaddr - s->text_vaddr < s->text_len)
		*paddr = vaddr - s->text_vaddr + s->text_paddr;
	else if (vaddr - s->direct.vaddr < s->direct.len)
		*paddr = vaddr - s->direct.vaddr + s->direct.paddr;
	else
		return error;
	*span = page - vaddr % page;
	return 0;
}

int kernel_read_placed(const struct kernel *k, uint64_t vaddr, void *buf, uint64_t n)
{
	uint64_t paddr, span;

	for (uint64_t done = 0; done < n; done += span) {
		int error = kernel_place(k, vaddr + done, &paddr, &span);

		if (error)
			return error;
		span = min_u64(span, n - done);
		error = pages_read_bytes(k->space.mem, paddr, span, (char *)buf + done, HOLES_FAIL);
		if (error)
			return error;
	}
	return 0;
}

uint64_t kernel_read_part(const struct kernel *k, uint64_t vaddr, void *buf, uint64_t n)
{
	const uint64_t step = 1 << 20, page = pages_size(k->pages);
	uint64_t done = 0, part;

	/* in large pieces; only where one fails, page by page */
	for (bool small = false; done < n; done += part) {
		part = small ? page - (vaddr + done) % page : step;
		part = min_u64(part, n - done);
		if (!kernel_read(k, vaddr + done, (char *)buf + done, part))
			continue;
		if (small)
			break;
		small = true;
		part = 0;
	}
	return done;
}

int kernel_read_uint(const struct kernel *k, uint64_t vaddr, unsigned int bytes, uint64_t *out)
{
	uint8_t raw[8];
	int r = kernel_read(k, vaddr, raw, bytes);

	if (r)
		return r;
	*out = get_uint(raw, bytes, k->big_endian);
	return 0;
}

int kernel_read_word(const struct kernel *k, uint64_t vaddr, uint64_t *out)
{
	return kernel_read_uint(k, vaddr, k->word_bytes, out);
}

struct image_extent {
	const struct space *s;
	uint64_t first, end;
};

static int extend_image(void *arg, const struct mapping *m)
{
	struct image_extent *e = arg;

	/* only what follows phys_base is the image; the fixmap and modules above do not */
	if (!e->s->scattered && m->vaddr - e->s->text_vaddr + e->s->text_paddr != m->paddr)
		return 0;
	if (e->end <= e->first)
		e->first = m->vaddr;
	e->end = m->vaddr + m->len;
	return 0;
}

int kernel_image(const struct kernel *k, struct mapping *out)
{
	struct image_extent image = { .s = &k->space };

	if (!k->has_space || !k->space.text_len)
		return -ENOENT;
	space_each(&k->space, k->space.text_vaddr, k->space.text_vaddr + k->space.text_len - 1, extend_image, &image);
	if (image.end <= image.first)
		return -ENOENT;
	*out = (struct mapping){
		.vaddr = image.first,
		.paddr = image.first - k->space.text_vaddr + k->space.text_paddr,
		.len = image.end - image.first,
	};
	return 0;
}

int kernel_direct_map(const struct kernel *k, struct mapping *out)
{
	return k->has_space ? space_direct_map(&k->space, out) : -ENOENT;
}
