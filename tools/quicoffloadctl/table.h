/* SPDX-License-Identifier: GPL-2.0-only */
/* Text in columns as wide as what is in them. */
#ifndef QOCTL_TABLE_H
#define QOCTL_TABLE_H

struct table;

/* @heads: NULL-terminated; a leading '>' aligns the column to the right. */
struct table *table_new(const char *const *heads);
/* The next cell, row by row. */
void table_add(struct table *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void table_print(const struct table *t);
void table_free(struct table *t);

#endif
