/* SPDX-License-Identifier: Apache-2.0 */
/* The profile files of AWS's tools: sections in brackets, "name = value", nested lines indented. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "repository/s3_credentials.h"

enum { PROFILE_FILE_MAX = 1 << 20 };

void s3_profile_release(struct s3_profile *p)
{
	buf_release(&p->access_key);
	secret_wipe(&p->secret_key);
	secret_wipe(&p->token);
	buf_release(&p->region);
	buf_release(&p->endpoint);
	buf_release(&p->ca_file);
}

static struct span trimmed(const char *begin, const char *end)
{
	while (begin < end && isspace((unsigned char)*begin))
		begin++;
	while (end > begin && isspace((unsigned char)end[-1]))
		end--;
	return (struct span){ (const uint8_t *)begin, (size_t)(end - begin) };
}

static bool says(struct span s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.ptr, text, s.len) == 0;
}

/* "[default]", "[profile name]" in config; "[name]" in credentials. */
static bool names_profile(struct span section, bool config_file, const char *name)
{
	static const char word[] = "profile";
	size_t len = sizeof(word) - 1;

	if (config_file && section.len > len && span_begins(section, word) &&
	    isspace(section.ptr[len]))
		return says(trimmed((const char *)section.ptr + len,
				    (const char *)section.ptr + section.len),
			    name);
	if (config_file && strcmp(name, "default") != 0)
		return false;
	return says(section, name);
}

static int keep(struct buf *where, struct span value)
{
	return where->len ? 0 : buf_append(where, value.ptr, value.len);
}

static int take_setting(struct span name, struct span value, struct s3_profile *out)
{
	static const char *const refused[] = { "credential_process", "role_arn", "sso_session",
					       "sso_start_url", "web_identity_token_file" };
	const struct {
		const char *name;
		struct buf *where;
	} known[] = {
		{ "aws_access_key_id", &out->access_key },
		{ "aws_secret_access_key", &out->secret_key },
		{ "aws_session_token", &out->token },
		{ "region", &out->region },
		{ "endpoint_url", &out->endpoint },
		{ "ca_bundle", &out->ca_file },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (says(name, known[i].name))
			return keep(known[i].where, value);
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		if (says(name, refused[i]))
			out->refused = refused[i];
	}
	return 0;
}

/* An indented line belongs to the setting before it, none of which is ours. */
static int take_line(const char *line, const char *end, struct s3_profile *out)
{
	const char *equals = memchr(line, '=', (size_t)(end - line));

	if (!equals || isspace((unsigned char)*line) || *line == '#' || *line == ';')
		return 0;
	return take_setting(trimmed(line, equals), trimmed(equals + 1, end), out);
}

int s3_profile_parse(const char *text, bool config_file, const char *name, struct s3_profile *out,
		     struct error *err)
{
	bool ours = false;

	while (*text) {
		const char *end = text + strcspn(text, "\n");

		if (*text == '[') {
			const char *close = memchr(text, ']', (size_t)(end - text));

			ours = names_profile(trimmed(text + 1, close ? close : end), config_file,
					     name);
			out->found |= ours;
		} else if (ours && take_line(text, end, out) < 0) {
			return error_set(err, ERROR_NOMEM, "no memory for a profile");
		}
		text = *end ? end + 1 : end;
	}
	return 0;
}

static int put_path(const char *variable, const char *name, struct buf *out, struct error *err)
{
	const char *set = getenv(variable), *home = getenv("HOME");
	int done = set && *set ? buf_puts(out, set) :
				 buf_printf(out, "%s/.aws/%s", home ? home : "", name);

	return done < 0 ? error_set(err, ERROR_NOMEM, "no memory for a path") : 0;
}

static int read_file(const char *path, bool config_file, const char *name, struct s3_profile *out,
		     struct error *err)
{
	struct buf text = { 0 };
	int done = file_read(path, PROFILE_FILE_MAX, &text, err);

	if (done == 0 && text.len)
		done = s3_profile_parse(text.ptr, config_file, name, out, err);
	secret_wipe(&text);
	if (done < 0 && err->kind == ERROR_NOT_FOUND) {
		error_clear(err);
		return 0;
	}
	return done;
}

static int read_both(const char *name, struct buf paths[2], struct s3_profile *out,
		     struct error *err)
{
	if (put_path("AWS_SHARED_CREDENTIALS_FILE", "credentials", &paths[0], err) < 0 ||
	    put_path("AWS_CONFIG_FILE", "config", &paths[1], err) < 0)
		return -1;
	return read_file(paths[0].ptr, false, name, out, err) < 0 ?
		       -1 :
		       read_file(paths[1].ptr, true, name, out, err);
}

int s3_profile_read(const char *name, struct s3_profile *out, struct error *err)
{
	const char *set = getenv("AWS_PROFILE");
	const char *wanted = *name ? name : set && *set ? set : "default";
	struct buf paths[2] = { { 0 }, { 0 } };
	int done = read_both(wanted, paths, out, err);

	if (done == 0 && !out->found && wanted != name && strcmp(wanted, "default") == 0)
		done = 0;
	else if (done == 0 && !out->found)
		done = error_set(err, ERROR_CONFIG, "the profile %s is neither in %s nor in %s",
				 wanted, paths[0].ptr, paths[1].ptr);
	buf_release(&paths[0]);
	buf_release(&paths[1]);
	return done;
}
