// SPDX-License-Identifier: GPL-2.0-only
#include "table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COLUMNS	16

struct table {
	unsigned int n_columns;
	bool right[MAX_COLUMNS];
	int width[MAX_COLUMNS];
	unsigned int n_cells;
	unsigned int room;
	char **cell;
};

static void die_of_memory(void)
{
	fputs("quicoffloadctl: out of memory\n", stderr);
	exit(1);
}

static void push(struct table *t, char *text)
{
	unsigned int column = t->n_cells % t->n_columns;
	int width = strlen(text);

	if (t->n_cells == t->room) {
		t->room = t->room ? 2 * t->room : 64;
		t->cell = reallocarray(t->cell, t->room, sizeof(*t->cell));
		if (!t->cell)
			die_of_memory();
	}
	t->cell[t->n_cells++] = text;
	if (width > t->width[column])
		t->width[column] = width;
}

struct table *table_new(const char *const *heads)
{
	struct table *t = calloc(1, sizeof(*t));
	unsigned int i;

	if (!t)
		die_of_memory();
	while (heads[t->n_columns] && t->n_columns < MAX_COLUMNS)
		t->n_columns++;
	for (i = 0; i < t->n_columns; i++) {
		t->right[i] = heads[i][0] == '>';
		table_add(t, "%s", heads[i] + t->right[i]);
	}
	return t;
}

void table_add(struct table *t, const char *format, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, format);
	n = vasprintf(&text, format, ap);
	va_end(ap);
	if (n < 0)
		die_of_memory();
	push(t, text);
}

static void print_row(const struct table *t, unsigned int first)
{
	unsigned int i, last = t->n_columns - 1;

	/* no blanks behind the last text of a line */
	while (last && !t->cell[first + last][0])
		last--;
	for (i = 0; i <= last; i++) {
		const char *text = t->cell[first + i];

		if (t->right[i])
			printf("%*s", t->width[i], text);
		else if (i < last)
			printf("%-*s", t->width[i], text);
		else
			fputs(text, stdout);
		fputs(i < last ? "  " : "\n", stdout);
	}
}

void table_print(const struct table *t)
{
	unsigned int i;

	for (i = 0; i + t->n_columns <= t->n_cells; i += t->n_columns)
		print_row(t, i);
}

void table_free(struct table *t)
{
	unsigned int i;

	for (i = 0; i < t->n_cells; i++)
		free(t->cell[i]);
	free(t->cell);
	free(t);
}
