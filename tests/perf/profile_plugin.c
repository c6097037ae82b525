// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU plugin: how often each block of kernel code ran between two marks.
 *
 * The marks are no-ops in quic-bench (mark() in bench.c). Each pair of them
 * gives a file PREFIX.N with a line "address instructions count" per block, in
 * hexadecimal and decimal; all of user space is one block at address 0.
 * tests/perf/profile.sh runs it.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Debian has QEMU's plugin interface, version 1, but not its header. */
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_insn;
struct qemu_plugin_tb;

#define PLUGIN_API	__attribute__((visibility("default")))
#define CB_NO_REGS	0
#define INLINE_ADD_U64	0

PLUGIN_API int qemu_plugin_version = 1;

PLUGIN_API int qemu_plugin_install(qemu_plugin_id_t id, const void *info,
				   int argc, char **argv);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
					   void (*cb)(qemu_plugin_id_t id,
						struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, int op,
					      void *ptr, uint64_t imm);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*cb)(unsigned int cpu,
						       void *data),
					    int flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

#define BLOCKS	(1u << 20)

/* nopl 0x717569XX(%rax); the address's lowest byte says which mark it is */
static const uint8_t mark_head[] = { 0x0f, 0x1f, 0x80 };
static const uint8_t mark_tail[] = { 0x69, 0x75, 0x71 };

/* A block that QEMU translated with fewer instructions is another block. */
struct block {
	uint64_t addr;
	uint64_t n_insns;
	uint64_t count;
};

static struct block *blocks[BLOCKS];
static struct block user = { .n_insns = 1 };
static const char *prefix;

static struct block *find_block(uint64_t addr, uint64_t n_insns)
{
	uint32_t i = (addr * 0x9e3779b97f4a7c15ULL + n_insns * 77777) >> 44;

	for (;; i = (i + 1) % BLOCKS) {
		if (!blocks[i]) {
			blocks[i] = calloc(1, sizeof(*blocks[i]));
			if (!blocks[i])
				abort();
			blocks[i]->addr = addr;
			blocks[i]->n_insns = n_insns;
		}
		if (blocks[i]->addr == addr && blocks[i]->n_insns == n_insns)
			return blocks[i];
	}
}

static void start(void)
{
	uint32_t i;

	user.count = 0;
	for (i = 0; i < BLOCKS; i++)
		if (blocks[i])
			blocks[i]->count = 0;
}

static void write_block(FILE *f, const struct block *b)
{
	if (b && b->count)
		fprintf(f, "%" PRIx64 " %" PRIu64 " %" PRIu64 "\n", b->addr,
			b->n_insns, b->count);
}

static void stop(void)
{
	static int run;
	char name[4096];
	uint32_t i;
	FILE *f;

	snprintf(name, sizeof(name), "%s.%d", prefix, run++);
	f = fopen(name, "w");
	if (!f) {
		perror(name);
		return;
	}
	write_block(f, &user);
	for (i = 0; i < BLOCKS; i++)
		write_block(f, blocks[i]);
	fclose(f);
}

static void on_mark(unsigned int cpu, void *data)
{
	(void)cpu;
	if ((uintptr_t)data == 1)
		start();
	else
		stop();
}

static void look_for_mark(struct qemu_plugin_insn *insn)
{
	const uint8_t *code = qemu_plugin_insn_data(insn);

	if (qemu_plugin_insn_size(insn) == 7 &&
	    !memcmp(code, mark_head, sizeof(mark_head)) &&
	    !memcmp(code + 4, mark_tail, sizeof(mark_tail)))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark,
						       CB_NO_REGS,
						       (void *)(uintptr_t)
						       code[3]);
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	uint64_t addr = qemu_plugin_tb_vaddr(tb);
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (i = 0; i < n; i++)
		look_for_mark(qemu_plugin_tb_get_insn(tb, i));
	if (addr >> 63)
		qemu_plugin_register_vcpu_tb_exec_inline(tb, INLINE_ADD_U64,
							 &find_block(addr, n)->count, 1);
	else
		qemu_plugin_register_vcpu_tb_exec_inline(tb, INLINE_ADD_U64,
							 &user.count, n);
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc,
			char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "prefix=", 7))
		return -1;
	prefix = strdup(argv[0] + 7);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
