// SPDX-License-Identifier: GPL-2.0-only
#include "mem.h"

#include <linux/limits.h>
#include <linux/percpu_counter.h>
#include <linux/sizes.h>
#include <linux/swap.h>
#include <net/sock.h>

#include "proto.h"

/**
 * DOC: Memory of all sockets
 *
 * Stream chunks (txbuf.c) and buffers of opened bytes (rx_buf.c) are charged
 * with their whole size, under the sock lock, to what the protocol may hold.
 * Who is refused still has to go on, or a full machine would stand still for
 * ever:
 *
 * * A writer waits until something of its own is acknowledged. A socket that
 *   holds no chunk gets one.
 * * A received burst is opened all the same, because its ACK frames give
 *   memory back. Its stream bytes are kept only if they are what the reader
 *   waits for (quic_buf.starved); other packets with stream bytes count as
 *   lost, and come again. What was acknowledged is never dropped.
 *
 * What was refused and is held all the same is not charged.
 */

long quic_mem_limits[3];
int quic_mem_rmem[3] = { PAGE_SIZE, SZ_4M, SZ_16M };
int quic_mem_wmem[3] = { PAGE_SIZE, SZ_1M, SZ_4M };

static atomic_long_t allocated;
static DEFINE_PER_CPU(int, per_cpu_fw_alloc);
static unsigned long pressure;
static struct percpu_counter sockets;

static void enter_pressure(struct sock *sk)
{
	WRITE_ONCE(pressure, 1);
}

static void set_proto(struct proto *prot)
{
	prot->memory_allocated = &allocated;
	prot->per_cpu_fw_alloc = &per_cpu_fw_alloc;
	prot->memory_pressure = &pressure;
	prot->enter_memory_pressure = enter_pressure;
	prot->sockets_allocated = &sockets;
	prot->sysctl_mem = quic_mem_limits;
	prot->sysctl_rmem = quic_mem_rmem;
	prot->sysctl_wmem = quic_mem_wmem;
}

/**
 * quic_mem_init() - before the protocols are registered
 *
 * The limits are shares of the machine's memory, as TCP's and SCTP's are.
 *
 * Context: process context.
 * Return: 0 or -ENOMEM.
 */
int quic_mem_init(void)
{
	unsigned long limit = max(nr_free_buffer_pages() / 8, 128UL);

	quic_mem_limits[0] = limit / 4 * 3;
	quic_mem_limits[1] = limit;
	quic_mem_limits[2] = quic_mem_limits[0] * 2;
	set_proto(&quic_prot);
#if IS_ENABLED(CONFIG_IPV6)
	set_proto(&quicv6_prot);
#endif
	return percpu_counter_init(&sockets, 0, GFP_KERNEL);
}

/* When no socket is left. */
void quic_mem_exit(void)
{
	percpu_counter_destroy(&sockets);
}

/**
 * quic_mem_charge() - may a socket hold that much more?
 * @sk: socket
 * @bytes: memory
 *
 * SK_MEM_RECV for both ways: the other kind shrinks sk_sndbuf of stream
 * sockets for good, where our writers wait.
 *
 * Context: sock lock.
 * Return: true when it was charged; false when there is too little.
 */
bool quic_mem_charge(struct sock *sk, u32 bytes)
{
	int lack = (int)bytes - sk->sk_forward_alloc;

	if (lack > 0 && !__sk_mem_schedule(sk, lack, SK_MEM_RECV))
		return false;
	sk_mem_charge(sk, bytes);
	return true;
}

/**
 * quic_mem_uncharge() - memory was given back
 * @sk: socket
 * @bytes: what quic_mem_charge() took
 *
 * Context: sock lock.
 */
void quic_mem_uncharge(struct sock *sk, u32 bytes)
{
	sk_mem_uncharge(sk, bytes);
}
