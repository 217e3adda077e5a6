/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmocka, and what it wants to be read before it. Its macro fail() hides the function in base/log.h: include that first. */
#ifndef VMCOREFS_TESTS_UNIT_UNIT_H
#define VMCOREFS_TESTS_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
