/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the files of the workload. A role sets itself up and returns; a role that does not return
 * calls ready() itself. One that cannot do its thing calls give_up(), and the others go on.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <stddef.h>

#define PAGE page_bytes
#define MB (1024ul * 1024)

extern size_t heap_bytes, page_bytes;

void ready(void);
void give_up(const char *what);
void sleep_for_good(void);

/* Where a virtual address of this process lies in physical memory, 0 if nowhere; and to print that. */
unsigned long page_frame(const void *p);
void tell_frame(const char *what, const void *p, unsigned long pfn);
void tell_page(const char *what, const void *p);

int fill_files(const char *dir, size_t mb);
int tell_kcore(void);
int save_proc(const char *to);

void role_zero(void);
void role_pattern(void);
void role_text(void);
void role_random(void);
void role_thp(void);
void role_hugetlb(void);
void role_shared(void);
void role_poison(void);
void role_swap(void);
void role_locked(void);

void role_files(void);
void role_pipes(void);
void role_sockets(void);
void role_netns(void);

void role_pidns(void);
void role_threads(void);
void role_user(void);
void role_zombies(void);
void role_stopped(void);
void role_vfork(void);
void role_running(void);

void role_descriptors(void);
void role_ipc(void);
void role_every_socket(void);

#endif
