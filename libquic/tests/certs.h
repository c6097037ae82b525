/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_TESTS_CERTS_H
#define LIBQUIC_TESTS_CERTS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gnutls/x509.h>

/* A certificate with its key, and the PEM files of both. */
struct cert {
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
	char cert_file[256];
	char key_file[256];
};

struct cert_spec {
	const char *name;	/* of the files, and common name */
	const char *dns;	/* subject alternative name or NULL */
	const struct cert *ca;	/* signer; NULL: a CA of its own */
	int days_from;		/* from now */
	int days_to;
	const char *purpose;	/* OID or NULL */
};

static void cert_check(int ret, const char *what)
{
	if (ret >= 0)
		return;
	printf("Bail out! %s: %s\n", what, gnutls_strerror(ret));
	exit(1);
}

static void write_pem(const char *path, const gnutls_datum_t *pem)
{
	FILE *file = fopen(path, "w");

	if (!file || fwrite(pem->data, 1, pem->size, file) != pem->size ||
	    fclose(file)) {
		printf("Bail out! cannot write %s\n", path);
		exit(1);
	}
}

static void export_cert(struct cert *cert, const char *dir, const char *name)
{
	gnutls_datum_t pem;

	snprintf(cert->cert_file, sizeof(cert->cert_file), "%s/%s.crt", dir,
		 name);
	snprintf(cert->key_file, sizeof(cert->key_file), "%s/%s.key", dir,
		 name);
	cert_check(gnutls_x509_crt_export2(cert->crt, GNUTLS_X509_FMT_PEM,
					   &pem), "export");
	write_pem(cert->cert_file, &pem);
	gnutls_free(pem.data);
	cert_check(gnutls_x509_privkey_export2(cert->key, GNUTLS_X509_FMT_PEM,
					       &pem), "export key");
	write_pem(cert->key_file, &pem);
	gnutls_free(pem.data);
}

static void cert_make(struct cert *cert, const char *dir,
		      const struct cert_spec *spec)
{
	static unsigned char serial = 1;
	unsigned int curve = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
	const gnutls_x509_subject_alt_name_t san = GNUTLS_SAN_DNSNAME;
	const struct cert *ca = spec->ca ? spec->ca : cert;
	time_t now = time(NULL);
	unsigned int usage;

	cert_check(gnutls_x509_privkey_init(&cert->key), "key");
	cert_check(gnutls_x509_privkey_generate(cert->key, GNUTLS_PK_ECDSA,
						curve, 0), "generate");
	cert_check(gnutls_x509_crt_init(&cert->crt), "crt");
	gnutls_x509_crt_set_version(cert->crt, 3);
	gnutls_x509_crt_set_serial(cert->crt, &serial, 1);
	serial++;
	gnutls_x509_crt_set_activation_time(cert->crt,
					    now + spec->days_from * 86400L);
	gnutls_x509_crt_set_expiration_time(cert->crt,
					    now + spec->days_to * 86400L);
	gnutls_x509_crt_set_dn_by_oid(cert->crt, GNUTLS_OID_X520_COMMON_NAME, 0,
				      spec->name, strlen(spec->name));
	gnutls_x509_crt_set_key(cert->crt, cert->key);
	if (spec->dns)
		gnutls_x509_crt_set_subject_alt_name(cert->crt, san, spec->dns,
						     strlen(spec->dns), 0);
	if (spec->purpose)
		gnutls_x509_crt_set_key_purpose_oid(cert->crt, spec->purpose,
						    0);
	usage = spec->ca ? GNUTLS_KEY_DIGITAL_SIGNATURE :
			   GNUTLS_KEY_KEY_CERT_SIGN;
	gnutls_x509_crt_set_basic_constraints(cert->crt, !spec->ca, -1);
	gnutls_x509_crt_set_key_usage(cert->crt, usage);
	cert_check(gnutls_x509_crt_sign2(cert->crt, ca->crt, ca->key,
					 GNUTLS_DIG_SHA256, 0), "sign");
	export_cert(cert, dir, spec->name);
}

static void cert_free(struct cert *cert)
{
	gnutls_x509_crt_deinit(cert->crt);
	gnutls_x509_privkey_deinit(cert->key);
}

#endif
