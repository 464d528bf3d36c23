/* SPDX-License-Identifier: Apache-2.0 */
#include "repository/s3_url.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "repository/s3.h"

bool s3_url_parse(const char *url, char bucket[S3_BUCKET_SIZE], const char **key)
{
	static const char scheme[] = "s3://";
	const char *begin = url + sizeof(scheme) - 1;
	size_t len;

	if (strncmp(url, scheme, sizeof(scheme) - 1) != 0)
		return false;
	len = strcspn(begin, "/");
	if (len < 3 || len >= S3_BUCKET_SIZE)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)begin[i];

		if (c >= 0x80 || (!isalnum(c) && c != '-' && c != '.' && c != '_'))
			return false;
	}
	memcpy(bucket, begin, len);
	bucket[len] = '\0';
	*key = begin[len] ? begin + len + 1 : begin + len;
	return true;
}

static bool is_plain(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

int s3_encode(struct buf *out, const char *text, bool keep_slash)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		const char escape[3] = { '%', digits[c >> 4], digits[c & 15] };

		if (is_plain(c) || (c == '/' && keep_slash)) {
			if (buf_append(out, text, 1) < 0)
				return -1;
		} else if (buf_append(out, escape, sizeof(escape)) < 0) {
			return -1;
		}
	}
	return 0;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool s3_decode(char *text)
{
	char *out = text;

	for (; *text; text++) {
		int high, low;

		if (*text != '%') {
			*out++ = *text == '+' ? ' ' : *text;
			continue;
		}
		high = digit_of(text[1]);
		low = high < 0 ? -1 : digit_of(text[2]);
		if (low < 0 || high + low == 0)
			return false;
		*out++ = (char)(high << 4 | low);
		text += 2;
	}
	*out = '\0';
	return true;
}

/* Digits and dots, IPv6 in brackets, or this host: none has names below it. */
static bool is_address(const char *host)
{
	size_t name = strcspn(host, ":/");

	return *host == '[' || strspn(host, "0123456789.") == name ||
	       (name == 9 && strncmp(host, "localhost", name) == 0);
}

static int put_amazon(const struct s3_place *p, struct buf *out)
{
	const char *end = strncmp(p->region, "cn-", 3) == 0 ? ".cn" : "";

	if (p->path_style || strchr(p->bucket, '.'))
		return buf_printf(out, "https://s3.%s.amazonaws.com%s/%s", p->region, end,
				  p->bucket);
	return buf_printf(out, "https://%s.s3.%s.amazonaws.com%s", p->bucket, p->region, end);
}

static int put_endpoint(const struct s3_place *p, const char *host, struct buf *out)
{
	int scheme = (int)(host - p->endpoint);
	size_t len = strlen(host);

	while (len && host[len - 1] == '/')
		len--;
	if (p->path_style || is_address(host) || strchr(p->bucket, '.'))
		return buf_printf(out, "%.*s%.*s/%s", scheme, p->endpoint, (int)len, host,
				  p->bucket);
	return buf_printf(out, "%.*s%s.%.*s", scheme, p->endpoint, p->bucket, (int)len, host);
}

int s3_place_url(const struct s3_place *place, struct buf *out, struct error *err)
{
	const char *host = strstr(place->endpoint, "://");
	int done;

	if (*place->endpoint == '\0') {
		done = put_amazon(place, out);
	} else if (host &&
		   (strncmp(place->endpoint, "https://", 8) == 0 ||
		    strncmp(place->endpoint, "http://", 7) == 0) &&
		   host[3] && !strpbrk(host, "@?# ")) {
		done = put_endpoint(place, host + 3, out);
	} else {
		(void)error_set(err, ERROR_CONFIG,
				"the S3 endpoint is not http:// or https:// "
				"and a host");
		return error_hint(err, "write it like https://s3.example.org:9000");
	}
	return done < 0 ? error_set(err, ERROR_NOMEM, "no memory for a URL") : 0;
}

int s3_parse_http_date(const char *text, int64_t *wall_ns)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	unsigned day, year, hour, minute, second;
	char month[4] = "";
	int end = 0;
	const char *at;

	if (sscanf(text, "%*3[A-Za-z], %2u %3[A-Za-z] %4u %2u:%2u:%2u GMT%n", &day, month, &year,
		   &hour, &minute, &second, &end) != 6 ||
	    end == 0 || text[end])
		return -1;
	at = strlen(month) == 3 ? strstr(months, month) : NULL;
	if (!at || (at - months) % 3 != 0 || day < 1 || day > 31 || hour > 23 || minute > 59 ||
	    second > 60 || year < 1970 || year > 9999)
		return -1;
	*wall_ns = ((clock_days_from_civil(year, (unsigned)(at - months) / 3 + 1, day) * 24 +
		     hour) * 3600 +
		    minute * 60 + second) *
		   NS_PER_SECOND;
	return 0;
}
