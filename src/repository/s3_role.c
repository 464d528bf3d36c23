/* SPDX-License-Identifier: Apache-2.0 */
/* The credentials of a role, by the metadata service of an instance or of a container. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "model/json.h"
#include "repository/s3_credentials.h"

static const int64_t metadata_timeout_ns = 5 * NS_PER_SECOND;

struct question {
	struct http_client *client;
	const struct stop *stop;
	const char *method, *url;
	const char *header; /* NULL: none */
};

static int ask(const struct question *q, struct buf *out, struct http_answer *answer,
	       struct error *err)
{
	const char *headers[] = { q->header, NULL };
	const struct http_request request = {
		.client = q->client,
		.url = q->url,
		.method = q->method,
		.headers = headers,
		.timeout_ns = metadata_timeout_ns,
		.deadline_ns = clock_monotonic_ns() + 2 * metadata_timeout_ns,
		.receive = http_receive_to_buf,
		.stop = q->stop,
		.cookie = out,
	};

	if (http_send(&request, answer, err) == 0)
		return 0;
	(void)error_hint(err, "is this an instance with a role? Else do not configure "
			      "instance_role");
	return error_context(err, "the metadata service");
}

static int ask_well(const struct question *q, struct buf *out, struct error *err)
{
	struct http_answer answer;

	if (ask(q, out, &answer, err) < 0)
		return -1;
	if (answer.status == 200)
		return out->len ? 0 : error_set(err, ERROR_TARGET, "%s answers nothing", q->url);
	(void)error_set(err, ERROR_TARGET, "%s answers %ld", q->url, answer.status);
	return error_hint(err, "is a role attached to this instance?");
}

static int take_text(const json_t *document, const char *name, struct buf *out)
{
	const char *text = json_string_value(json_object_get(document, name));

	buf_clear(out);
	return text ? buf_puts(out, text) : 0;
}

static int take_credentials(const struct buf *text, struct s3_credentials *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *document = json_loadb(text->ptr, text->len, 0, NULL);
	const char *expires = json_string_value(json_object_get(document, "Expiration"));

	if (take_text(document, "AccessKeyId", &out->access_key) < 0 ||
	    take_text(document, "SecretAccessKey", &out->secret_key) < 0 ||
	    take_text(document, "Token", &out->token) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for credentials");
	if (!out->access_key.len || !out->secret_key.len)
		return error_set(err, ERROR_TARGET,
				 "the metadata service's answer holds no credentials");
	out->of_role = true;
	out->expires_ns = 0;
	if (expires && clock_parse_rfc3339(expires, &out->expires_ns) < 0)
		return error_set(err, ERROR_TARGET,
				 "the metadata service's credentials have no known end");
	return 0;
}

static int fetch(const struct question *q, struct s3_credentials *out, struct error *err)
{
	struct buf text = { 0 };
	int done = ask_well(q, &text, err);

	if (done == 0)
		done = take_credentials(&text, out, err);
	secret_wipe(&text);
	return done;
}

static const char *base_url(void)
{
	const char *set = getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT");

	return set && *set ? set : "http://169.254.169.254";
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for a request");
}

/* A session of the metadata service, version 2: its token, as a header. */
static int fetch_session(struct question *q, struct buf *header, struct error *err)
{
	CLEANUP(buf_release)
	struct buf url = { 0 };
	struct question first = *q;

	if (buf_printf(&url, "%s/latest/api/token", base_url()) < 0 ||
	    buf_puts(header, "X-aws-ec2-metadata-token: ") < 0)
		return no_memory(err);
	first.method = "PUT";
	first.url = url.ptr;
	first.header = "X-aws-ec2-metadata-token-ttl-seconds: 21600";
	if (ask_well(&first, header, err) < 0)
		return -1;
	if (strpbrk(header->ptr, "\r\n"))
		return error_set(err, ERROR_TARGET, "%s answers no token", url.ptr);
	q->header = header->ptr;
	return 0;
}

/* The role's name is the only line of a list. */
static int fetch_of_instance(struct question *q, struct s3_credentials *out, struct error *err)
{
	CLEANUP(buf_release)
	struct buf url = { 0 };
	CLEANUP(buf_release)
	struct buf role = { 0 };

	if (buf_printf(&url, "%s/latest/meta-data/iam/security-credentials/", base_url()) < 0)
		return no_memory(err);
	q->url = url.ptr;
	if (ask_well(q, &role, err) < 0)
		return -1;
	if (buf_printf(&url, "%.*s", (int)strcspn(role.ptr, "\r\n"), role.ptr) < 0)
		return no_memory(err);
	q->url = url.ptr;
	return fetch(q, out, err);
}

/* As AWS's own tools: without TLS only from this host and the addresses of containers' agents. */
static bool may_ask(const char *url)
{
	static const char *const known[] = { "https://", "http://127.0.0.1", "http://localhost",
					     "http://169.254.170.2", "http://169.254.170.23" };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		size_t len = strlen(known[i]);

		if (strncmp(url, known[i], len) == 0 && (i == 0 || strchr(":/", url[len])))
			return true;
	}
	return false;
}

static int put_container_header(struct buf *out, struct error *err)
{
	const char *token = getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN");
	const char *path = getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");

	if (buf_puts(out, "Authorization: ") < 0)
		return no_memory(err);
	if (path && *path)
		return file_read(path, 64 << 10, out, err);
	return buf_puts(out, token ? token : "") < 0 ? no_memory(err) : 0;
}

static int fetch_of_container(struct question *q, const char *full, const char *relative,
			      struct s3_credentials *out, struct error *err)
{
	CLEANUP(buf_release)
	struct buf url = { 0 };
	CLEANUP(secret_wipe)
	struct buf header = { 0 };

	if ((full && *full ? buf_puts(&url, full) :
			     buf_printf(&url, "http://169.254.170.2%s", relative)) < 0)
		return no_memory(err);
	if (!may_ask(url.ptr))
		return error_set(err, ERROR_CONFIG,
				 "$AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https:// nor of "
				 "this host");
	if (put_container_header(&header, err) < 0)
		return -1;
	header.ptr[strcspn(header.ptr, "\r\n")] = '\0';
	q->url = url.ptr;
	q->header = header.ptr;
	return fetch(q, out, err);
}

int s3_role_fetch(struct http_client *client, const struct stop *stop, struct s3_credentials *out,
		  struct error *err)
{
	const char *full = getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
	const char *relative = getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	struct question q = { .client = client, .stop = stop };
	CLEANUP(secret_wipe)
	struct buf session = { 0 };

	if ((full && *full) || (relative && *relative))
		return fetch_of_container(&q, full, relative, out, err);
	return fetch_session(&q, &session, err) < 0 ? -1 : fetch_of_instance(&q, out, err);
}

int s3_role_region(struct http_client *client, const struct stop *stop, struct buf *out,
		   struct error *err)
{
	CLEANUP(secret_wipe)
	struct buf session = { 0 };
	CLEANUP(buf_release)
	struct buf url = { 0 };
	struct question q = { .client = client, .stop = stop };
	struct http_answer answer;

	if (fetch_session(&q, &session, err) < 0)
		return -1;
	if (buf_printf(&url, "%s/latest/meta-data/placement/region", base_url()) < 0)
		return no_memory(err);
	q.url = url.ptr;
	if (ask(&q, out, &answer, err) < 0)
		return -1;
	if (answer.status != 200 || (out->ptr && strspn(out->ptr, "abcdefghijklmnopqrstuvwxyz"
								  "0123456789-") != out->len))
		buf_clear(out);
	return 0;
}
