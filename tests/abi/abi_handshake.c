// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client and a server written against the socket ABI alone: numbers are
 * literals, the handshake is driven by options 13 and 14 and control message
 * 1 by hand, TLS is GnuTLS. Neither libquic nor <linux/quic.h> takes part.
 * Each sends the other data on one stream and compares what arrives.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#define PROTO_QUIC		261
#define LEVEL_QUIC		288
#define OPT_ALPN		11
#define OPT_SECRET		13
#define OPT_PARAMS		14
#define CMSG_STREAM		0
#define CMSG_HANDSHAKE		1
#define FLAG_NEW		0x400
#define FLAG_FIN		0x200
#define EXT_PARAMS		0x39

#define LIMIT_S			240
#define REQUEST_BYTES		300000
#define REPLY_BYTES		200001
#define HOST			"abi.test"
#define PROTOCOL		"abi-test"
#define PRIORITY		"NORMAL:-VERS-ALL:+VERS-TLS1.3:" \
				"%DISABLE_TLS13_COMPAT_MODE"

/* struct quic_crypto_secret */
struct secret {
	uint8_t send;
	uint8_t level;
	uint16_t reserved;
	uint32_t type;
	uint8_t data[48];
};

/* struct quic_stream_info */
struct stream {
	int64_t id;
	uint32_t flags;
};

static const char *role;

static void die(const char *what, int code)
{
	fprintf(stderr, "# %s: %s: %s\n", role, what,
		code ? gnutls_strerror(code) : strerror(errno));
	exit(1);
}

static void check_tls(int ret, const char *what)
{
	if (ret < 0)
		die(what, ret);
}

static int fd_of(gnutls_session_t session)
{
	return (int)(intptr_t)gnutls_session_get_ptr(session);
}

/* The ABI's number of GnuTLS's level: initial 1, early 3, handshake 2, 0. */
static uint8_t to_level(gnutls_record_encryption_level_t level)
{
	static const uint8_t levels[] = { 1, 3, 2, 0 };

	return levels[level];
}

static gnutls_record_encryption_level_t from_level(uint8_t level)
{
	static const gnutls_record_encryption_level_t levels[] = {
		GNUTLS_ENCRYPTION_LEVEL_APPLICATION,
		GNUTLS_ENCRYPTION_LEVEL_INITIAL,
		GNUTLS_ENCRYPTION_LEVEL_HANDSHAKE,
		GNUTLS_ENCRYPTION_LEVEL_EARLY,
	};

	if (level > 3) {
		fprintf(stderr, "# %s: level %u\n", role, level);
		exit(1);
	}
	return levels[level];
}

static uint32_t cipher_type(gnutls_session_t session)
{
	switch (gnutls_cipher_get(session)) {
	case GNUTLS_CIPHER_AES_128_GCM:
		return 51;
	case GNUTLS_CIPHER_AES_256_GCM:
		return 52;
	case GNUTLS_CIPHER_AES_128_CCM:
		return 53;
	case GNUTLS_CIPHER_CHACHA20_POLY1305:
		return 54;
	default:
		return 0;
	}
}

static int install(gnutls_session_t session, uint8_t level, uint8_t send,
		   const void *data, size_t len)
{
	struct secret secret = { .send = send, .level = level };
	int ret;

	if (!data)
		return 0;
	secret.type = cipher_type(session);
	memcpy(secret.data, data, len);
	ret = setsockopt(fd_of(session), LEVEL_QUIC, OPT_SECRET, &secret,
			 sizeof(secret));
	explicit_bzero(&secret, sizeof(secret));
	if (ret)
		die("option 13", 0);
	return 0;
}

static int on_secrets(gnutls_session_t session,
		      gnutls_record_encryption_level_t level, const void *read,
		      const void *write, size_t len)
{
	install(session, to_level(level), 0, read, len);
	return install(session, to_level(level), 1, write, len);
}

static void put_cmsg(struct msghdr *msg, int type, const void *data, size_t len)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);

	cmsg->cmsg_level = LEVEL_QUIC;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(cmsg), data, len);
	msg->msg_controllen = CMSG_SPACE(len);
}

static void send_all(int fd, int type, const void *info, size_t info_len,
		     const uint8_t *data, size_t len)
{
	size_t control[CMSG_SPACE(sizeof(struct stream)) / sizeof(size_t)];
	struct iovec iov;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	ssize_t sent;

	memset(control, 0, sizeof(control));
	put_cmsg(&msg, type, info, info_len);
	while (len) {
		iov.iov_base = (void *)data;
		iov.iov_len = len;
		sent = sendmsg(fd, &msg, MSG_NOSIGNAL);
		if (sent <= 0)
			die("sendmsg", 0);
		data += sent;
		len -= sent;
	}
}

static int on_message(gnutls_session_t session,
		      gnutls_record_encryption_level_t level,
		      gnutls_handshake_description_t type, const void *data,
		      size_t len)
{
	uint8_t info = to_level(level);

	if (type != GNUTLS_HANDSHAKE_CHANGE_CIPHER_SPEC)
		send_all(fd_of(session), CMSG_HANDSHAKE, &info, 1, data, len);
	return 0;
}

static int on_alert(gnutls_session_t session,
		    gnutls_record_encryption_level_t level,
		    gnutls_alert_level_t alert_level,
		    gnutls_alert_description_t alert)
{
	(void)session;
	(void)level;
	(void)alert_level;
	fprintf(stderr, "# %s: alert %s\n", role, gnutls_alert_get_name(alert));
	return 0;
}

static int on_params(gnutls_session_t session, const unsigned char *data,
		     size_t len)
{
	if (setsockopt(fd_of(session), LEVEL_QUIC, OPT_PARAMS, data, len))
		die("set option 14", 0);
	return 0;
}

static int give_params(gnutls_session_t session, gnutls_buffer_t out)
{
	uint8_t data[512];
	socklen_t len = sizeof(data);

	if (getsockopt(fd_of(session), LEVEL_QUIC, OPT_PARAMS, data, &len))
		die("get option 14", 0);
	check_tls(gnutls_buffer_append_data(out, data, len), "append");
	return len;
}

static void read_message(gnutls_session_t session)
{
	size_t control[CMSG_SPACE(sizeof(struct stream)) / sizeof(size_t)];
	static uint8_t data[65536];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg;
	ssize_t len;
	int ret;

	len = recvmsg(fd_of(session), &msg, 0);
	if (len <= 0)
		die("recvmsg in the handshake", 0);
	cmsg = CMSG_FIRSTHDR(&msg);
	if (!cmsg || cmsg->cmsg_level != LEVEL_QUIC ||
	    cmsg->cmsg_type != CMSG_HANDSHAKE) {
		errno = EPROTO;
		die("handshake message without its level", 0);
	}
	ret = gnutls_handshake_write(session, from_level(*CMSG_DATA(cmsg)),
				     data, len);
	if (ret != GNUTLS_E_AGAIN)
		check_tls(ret, "gnutls_handshake_write");
}

static void shake_hands(gnutls_session_t session, int fd)
{
	gnutls_datum_t protocol = { (unsigned char *)PROTOCOL,
				    strlen(PROTOCOL) };
	int ret;

	gnutls_session_set_ptr(session, (void *)(intptr_t)fd);
	check_tls(gnutls_priority_set_direct(session, PRIORITY, NULL),
		  "priority");
	check_tls(gnutls_alpn_set_protocols(session, &protocol, 1,
					    GNUTLS_ALPN_MANDATORY), "alpn");
	gnutls_handshake_set_secret_function(session, on_secrets);
	gnutls_handshake_set_read_function(session, on_message);
	gnutls_alert_set_read_function(session, on_alert);
	check_tls(gnutls_session_ext_register(session, "params", EXT_PARAMS,
					      GNUTLS_EXT_TLS, on_params,
					      give_params, NULL, NULL, NULL,
					      GNUTLS_EXT_FLAG_TLS |
					      GNUTLS_EXT_FLAG_CLIENT_HELLO |
					      GNUTLS_EXT_FLAG_EE), "extension");
	while ((ret = gnutls_handshake(session)) == GNUTLS_E_AGAIN)
		read_message(session);
	check_tls(ret, "gnutls_handshake");
}

static uint8_t pattern(uint32_t seed, size_t at)
{
	uint32_t x = seed + at * 2654435761u;

	x ^= x >> 15;
	x *= 0x2c1b3c6d;
	x ^= x >> 12;
	return x;
}

static void send_pattern(int fd, uint32_t flags, uint32_t seed, size_t len)
{
	struct stream info = { .id = 0, .flags = flags };
	uint8_t data[16384];
	size_t at, i, n;

	for (at = 0; at < len; at += n) {
		n = len - at < sizeof(data) ? len - at : sizeof(data);
		for (i = 0; i < n; i++)
			data[i] = pattern(seed, at + i);
		if (at + n == len)
			info.flags |= FLAG_FIN;
		send_all(fd, CMSG_STREAM, &info, sizeof(info), data, n);
		info.flags &= ~FLAG_NEW;
	}
}

static struct stream stream_of(struct msghdr *msg)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
	struct stream info;

	if (!cmsg || cmsg->cmsg_level != LEVEL_QUIC ||
	    cmsg->cmsg_type != CMSG_STREAM ||
	    cmsg->cmsg_len < CMSG_LEN(sizeof(info))) {
		errno = EPROTO;
		die("stream data without its stream", 0);
	}
	memcpy(&info, CMSG_DATA(cmsg), sizeof(info));
	return info;
}

/* Read stream 0 to its end and compare; exits when it differs. */
static void recv_pattern(int fd, uint32_t seed, size_t want)
{
	size_t control[CMSG_SPACE(sizeof(struct stream)) / sizeof(size_t)];
	struct stream info = { .id = 0 };
	struct msghdr msg;
	struct iovec iov;
	static uint8_t data[32768];
	size_t at = 0;
	ssize_t len, i;

	while (!(info.flags & FLAG_FIN)) {
		memset(&msg, 0, sizeof(msg));
		iov = (struct iovec) { data, sizeof(data) };
		msg.msg_iov = &iov;
		msg.msg_iovlen = 1;
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		len = recvmsg(fd, &msg, 0);
		if (len < 0)
			die("recvmsg", 0);
		info = stream_of(&msg);
		errno = EBADMSG;
		if (info.id)
			die("data of another stream", 0);
		for (i = 0; i < len; i++, at++)
			if (data[i] != pattern(seed, at))
				die("data differs", 0);
	}
	if (at != want)
		die("stream ended early or late", 0);
}

static int open_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, PROTO_QUIC);

	if (fd < 0)
		die("socket(AF_INET, SOCK_DGRAM, 261)", 0);
	return fd;
}

static void run_client(const struct sockaddr_in *addr, gnutls_x509_crt_t crt)
{
	gnutls_certificate_credentials_t cred;
	gnutls_session_t session;
	int fd = open_socket();

	if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)))
		die("connect", 0);
	check_tls(gnutls_certificate_allocate_credentials(&cred), "cred");
	check_tls(gnutls_certificate_set_x509_trust(cred, &crt, 1), "trust");
	check_tls(gnutls_init(&session, GNUTLS_CLIENT |
			      GNUTLS_NO_END_OF_EARLY_DATA), "init");
	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, cred);
	gnutls_server_name_set(session, GNUTLS_NAME_DNS, HOST, strlen(HOST));
	gnutls_session_set_verify_cert(session, HOST, 0);
	shake_hands(session, fd);

	send_pattern(fd, FLAG_NEW, 1, REQUEST_BYTES);
	recv_pattern(fd, 2, REPLY_BYTES);
	gnutls_deinit(session);
	gnutls_certificate_free_credentials(cred);
	close(fd);
}

static void run_server(int listener, gnutls_x509_crt_t crt,
		       gnutls_x509_privkey_t key)
{
	gnutls_certificate_credentials_t cred;
	gnutls_session_t session;
	uint8_t byte;
	int fd;

	fd = accept(listener, NULL, NULL);
	if (fd < 0)
		die("accept", 0);
	check_tls(gnutls_certificate_allocate_credentials(&cred), "cred");
	check_tls(gnutls_certificate_set_x509_key(cred, &crt, 1, key), "key");
	check_tls(gnutls_init(&session, GNUTLS_SERVER |
			      GNUTLS_NO_AUTO_SEND_TICKET |
			      GNUTLS_NO_END_OF_EARLY_DATA), "init");
	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, cred);
	shake_hands(session, fd);

	recv_pattern(fd, 1, REQUEST_BYTES);
	send_pattern(fd, 0, 2, REPLY_BYTES);
	/* the client closes when it has everything */
	if (recv(fd, &byte, 1, 0) > 0)
		die("data after the end", 0);
	gnutls_deinit(session);
	gnutls_certificate_free_credentials(cred);
	close(fd);
}

static int listen_loopback(struct sockaddr_in *addr)
{
	socklen_t len = sizeof(*addr);
	int fd = open_socket();

	memset(addr, 0, sizeof(*addr));
	addr->sin_family = AF_INET;
	addr->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)addr, sizeof(*addr)))
		die("bind", 0);
	if (setsockopt(fd, LEVEL_QUIC, OPT_ALPN, PROTOCOL, strlen(PROTOCOL)))
		die("option 11", 0);
	if (listen(fd, 1))
		die("listen", 0);
	if (getsockname(fd, (struct sockaddr *)addr, &len))
		die("getsockname", 0);
	if (!addr->sin_port) {
		errno = EADDRNOTAVAIL;
		die("getsockname tells no port", 0);
	}
	return fd;
}

static void make_cert(gnutls_x509_crt_t *crt, gnutls_x509_privkey_t *key)
{
	const unsigned int curve =
		GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
	const gnutls_x509_subject_alt_name_t san = GNUTLS_SAN_DNSNAME;
	const time_t now = time(NULL);

	check_tls(gnutls_x509_privkey_init(key), "key");
	check_tls(gnutls_x509_privkey_generate(*key, GNUTLS_PK_ECDSA, curve, 0),
		  "generate");
	check_tls(gnutls_x509_crt_init(crt), "crt");
	gnutls_x509_crt_set_version(*crt, 3);
	gnutls_x509_crt_set_serial(*crt, "\1", 1);
	gnutls_x509_crt_set_activation_time(*crt, now - 86400);
	gnutls_x509_crt_set_expiration_time(*crt, now + 86400);
	gnutls_x509_crt_set_key(*crt, *key);
	gnutls_x509_crt_set_subject_alt_name(*crt, san, HOST, strlen(HOST), 0);
	check_tls(gnutls_x509_crt_sign2(*crt, *crt, *key, GNUTLS_DIG_SHA256, 0),
		  "sign");
}

static int child_result(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		die("waitpid", 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static pid_t fork_client(const struct sockaddr_in *addr, int listener,
			 gnutls_x509_crt_t crt)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork", 0);
	if (pid)
		return pid;
	role = "client";
	alarm(LIMIT_S);
	close(listener);
	run_client(addr, crt);
	exit(0);
}

static pid_t fork_server(int listener, gnutls_x509_crt_t crt,
			 gnutls_x509_privkey_t key)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork", 0);
	if (pid)
		return pid;
	role = "server";
	alarm(LIMIT_S);
	run_server(listener, crt, key);
	exit(0);
}

static void report(unsigned int number, int code, const char *what)
{
	printf("%sok %u - %s\n", code ? "not " : "", number, what);
	if (code)
		printf("# exit code %d\n", code);
}

int main(void)
{
	pid_t client_pid, server_pid;
	gnutls_x509_privkey_t key;
	struct sockaddr_in addr;
	gnutls_x509_crt_t crt;
	int client, server;
	int listener;

	role = "set-up";
	make_cert(&crt, &key);
	listener = listen_loopback(&addr);
	fflush(stdout);
	server_pid = fork_server(listener, crt, key);
	client_pid = fork_client(&addr, listener, crt);
	client = child_result(client_pid);
	server = child_result(server_pid);
	report(1, client, "client: handshake, 300000 bytes out, 200001 in");
	report(2, server, "server: handshake, 300000 bytes in, 200001 out");
	printf("1..2\n");
	close(listener);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
	return client || server;
}
