/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What env.h offers, over libc: the core in unit tests, in the simulator and
 * under the fuzzers. Allocation can be made to fail, randomness is seeded.
 */
#ifndef _QUIC_CORE_ENV_USER_H
#define _QUIC_CORE_ENV_USER_H

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef unsigned int gfp_t;

#define GFP_KERNEL	0u
#define GFP_ATOMIC	1u

#define U8_MAX		((u8)~0u)
#define U16_MAX		((u16)~0u)
#define U32_MAX		((u32)~0u)
#define U64_MAX		((u64)~0ULL)
#define S64_MAX		((s64)(U64_MAX >> 1))

#define BIT(n)		(1UL << (n))
#define round_down(x, y)	((x) - (x) % (y))
#define BIT_ULL(n)	(1ULL << (n))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define BUILD_BUG_ON(c)	_Static_assert(!(c), #c)
#define fallthrough	__attribute__((__fallthrough__))
#define __must_check	__attribute__((warn_unused_result))
#define swap(a, b) \
	do { __typeof__(a) tmp_ = (a); (a) = (b); (b) = tmp_; } while (0)
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define WARN_ON_ONCE(c)	({ bool c_ = !!(c); assert(!c_); c_; })

#define min(a, b) ({ __auto_type a_ = (a); __auto_type b_ = (b); \
		     a_ < b_ ? a_ : b_; })
#define max(a, b) ({ __auto_type a_ = (a); __auto_type b_ = (b); \
		     a_ > b_ ? a_ : b_; })
#define min_t(t, a, b)	min((t)(a), (t)(b))
#define max_t(t, a, b)	max((t)(a), (t)(b))
#define clamp_t(t, v, lo, hi) min_t(t, max_t(t, v, lo), hi)
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))

static inline u64 div64_u64(u64 n, u64 d) { return n / d; }
static inline u64 div_u64(u64 n, u32 d) { return n / d; }
static inline u64 mul_u64_u64_div_u64(u64 a, u64 b, u64 d)
{
	return (u64)((unsigned __int128)a * b / d);
}

#define QUIC_ENV_BE(bits)						\
static inline u##bits get_unaligned_be##bits(const void *p)		\
{									\
	u##bits v;							\
									\
	memcpy(&v, p, sizeof(v));					\
	return be##bits##toh(v);					\
}									\
static inline void put_unaligned_be##bits(u##bits val, void *p)	\
{									\
	u##bits v = htobe##bits(val);					\
									\
	memcpy(p, &v, sizeof(v));					\
}
QUIC_ENV_BE(16)
QUIC_ENV_BE(32)
QUIC_ENV_BE(64)

/* Doubly linked circular lists, the subset of the kernel's API in use. */
struct list_head {
	struct list_head *next, *prev;
};

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

static inline void INIT_LIST_HEAD(struct list_head *l)
{
	l->next = l;
	l->prev = l;
}

static inline bool list_empty(const struct list_head *l)
{
	return l->next == l;
}

static inline void quic_env_list_link(struct list_head *n,
				      struct list_head *prev,
				      struct list_head *next)
{
	n->prev = prev;
	n->next = next;
	prev->next = n;
	next->prev = n;
}

static inline void list_add(struct list_head *n, struct list_head *after)
{
	quic_env_list_link(n, after, after->next);
}

static inline void list_add_tail(struct list_head *n, struct list_head *head)
{
	quic_env_list_link(n, head->prev, head);
}

static inline void list_del_init(struct list_head *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	INIT_LIST_HEAD(l);
}

static inline void list_del(struct list_head *l)
{
	list_del_init(l);
}

/* All of @list to the front of @head; @list is empty then. */
static inline void list_splice_init(struct list_head *list,
				    struct list_head *head)
{
	if (list->next == list)
		return;
	list->prev->next = head->next;
	head->next->prev = list->prev;
	head->next = list->next;
	list->next->prev = head;
	list->next = list;
	list->prev = list;
}

static inline void list_move_tail(struct list_head *l, struct list_head *head)
{
	list_del_init(l);
	list_add_tail(l, head);
}

static inline bool list_is_last(const struct list_head *l,
				const struct list_head *head)
{
	return l->next == head;
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(head, type, member) \
	list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) \
	list_entry((head)->prev, type, member)
#define list_first_entry_or_null(head, type, member) \
	(list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_next_entry(pos, member) \
	list_entry((pos)->member.next, typeof(*(pos)), member)
#define list_prev_entry(pos, member) \
	list_entry((pos)->member.prev, typeof(*(pos)), member)
#define list_entry_is_head(pos, head, member) (&(pos)->member == (head))
#define list_for_each_entry(pos, head, member)				\
	for (pos = list_first_entry(head, typeof(*pos), member);	\
	     !list_entry_is_head(pos, head, member);			\
	     pos = list_next_entry(pos, member))
#define list_for_each_entry_reverse(pos, head, member)			\
	for (pos = list_last_entry(head, typeof(*pos), member);	\
	     !list_entry_is_head(pos, head, member);			\
	     pos = list_prev_entry(pos, member))
#define list_for_each_entry_safe(pos, n, head, member)			\
	for (pos = list_first_entry(head, typeof(*pos), member),	\
	     n = list_next_entry(pos, member);				\
	     !list_entry_is_head(pos, head, member);			\
	     pos = n, n = list_next_entry(n, member))

/* Implemented by tests/unit/env_user.c. */
void *quic_env_zalloc(size_t size, gfp_t gfp);
void quic_env_free(const void *p);
void quic_env_random(void *buf, size_t len);

#endif
