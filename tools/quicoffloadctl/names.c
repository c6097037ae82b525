// SPDX-License-Identifier: GPL-2.0-only
#include "names.h"

#include <inttypes.h>
#include <linux/quic_offload.h>
#include <stddef.h>
#include <stdio.h>

#define COUNT(names)	(sizeof(names) / sizeof((names)[0]))

static const char *const ciphers[] = {
	[QUIC_OFFLOAD_AES_128_GCM] = "aes-128-gcm",
	[QUIC_OFFLOAD_AES_256_GCM] = "aes-256-gcm",
	[QUIC_OFFLOAD_CHACHA20_POLY1305] = "chacha20-poly1305",
	[QUIC_OFFLOAD_AES_128_CCM] = "aes-128-ccm",
};

static const char *const ways[] = {
	[QUIC_OFFLOAD_RX] = "rx",
	[QUIC_OFFLOAD_TX] = "tx",
};

static const char *const states[] = {
	[QUIC_OFFLOAD_KEY_ABSENT] = "absent",
	[QUIC_OFFLOAD_KEY_INSTALLING] = "installing",
	[QUIC_OFFLOAD_KEY_READY] = "ready",
	[QUIC_OFFLOAD_KEY_STOPPING] = "stopping",
	[QUIC_OFFLOAD_KEY_FENCED] = "fenced",
};

static const char *const reasons[] = {
	[QUIC_OFFLOAD_REASON_NONE] = "none",
	[QUIC_OFFLOAD_REASON_PENDING] = "pending",
	[QUIC_OFFLOAD_REASON_OFF] = "off",
	[QUIC_OFFLOAD_REASON_DOWN] = "down",
	[QUIC_OFFLOAD_REASON_FULL] = "full",
	[QUIC_OFFLOAD_REASON_REFUSED] = "refused",
	[QUIC_OFFLOAD_REASON_FAILED] = "failed",
	[QUIC_OFFLOAD_REASON_DEAD] = "dead",
	[QUIC_OFFLOAD_REASON_ROUTE] = "route",
	[QUIC_OFFLOAD_REASON_VERDICT] = "verdict",
	[QUIC_OFFLOAD_REASON_TAPPED] = "tapped",
};

static const char *const stats[] = {
	[QUIC_OFFLOAD_STAT_TX_NO_IDENTITY] = "tx-no-identity",
	[QUIC_OFFLOAD_STAT_TX_OTHER_DEVICE] = "tx-other-device",
	[QUIC_OFFLOAD_STAT_TX_KEY_GONE] = "tx-key-gone",
	[QUIC_OFFLOAD_STAT_TX_MISMATCH] = "tx-mismatch",
	[QUIC_OFFLOAD_STAT_TX_TWICE] = "tx-twice",
	[QUIC_OFFLOAD_STAT_RX_REJECTED] = "rx-rejected",
	[QUIC_OFFLOAD_STAT_INSTALLS] = "installs",
	[QUIC_OFFLOAD_STAT_INSTALL_ERRORS] = "install-errors",
	[QUIC_OFFLOAD_STAT_FENCES] = "fences",
	[QUIC_OFFLOAD_STAT_FENCE_TIMEOUTS] = "fence-timeouts",
};

/* In the order of the bits of enum quic_offload_feature. */
static const char *const features[] = {
	"tx", "rx", "gso", "vlan", "rx-reports-pn", "async-install",
	"tx-intercept",
};

static const char *look_up(const char *const *names, size_t n, uint64_t i)
{
	static char unknown[24];

	if (i < n && names[i])
		return names[i];
	snprintf(unknown, sizeof(unknown), "?%" PRIu64, i);
	return unknown;
}

const char *name_cipher(uint64_t cipher)
{
	return look_up(ciphers, COUNT(ciphers), cipher);
}

const char *name_way(uint64_t way)
{
	return look_up(ways, COUNT(ways), way);
}

const char *name_state(uint64_t state)
{
	return look_up(states, COUNT(states), state);
}

const char *name_reason(uint64_t reason)
{
	return look_up(reasons, COUNT(reasons), reason);
}

const char *name_stat(uint64_t stat)
{
	return look_up(stats, COUNT(stats), stat);
}

const char *name_feature(uint64_t bit)
{
	return look_up(features, COUNT(features), bit);
}
