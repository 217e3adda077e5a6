/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions that nobody here may call; included in front of every file by the Makefile. System headers that declare
 * them are read first.
 */
#ifndef VMCOREFS_BASE_BANNED_H
#define VMCOREFS_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol gets

#endif
