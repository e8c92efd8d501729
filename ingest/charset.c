#include <assert.h>
#include <stdio.h>

#include <unicode/uclean.h>
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

#include "base/utf8.h"
#include "ingest/charset.h"

/* The longest label anywhere is cspc850multilingual; what is longer is none. */
#define LABEL_MAX	40
/* Text that a guess looks at. */
#define GUESS_MAX	(64UL << 10)

/*
 * Where the WHATWG's reading of a label differs from ICU's.  ICU compares names
 * without regard to case, hyphens, underscores and leading zeros, so one
 * spelling of each is enough.  NULL: encodings that hide markup from a scanner
 * of ASCII; the standard refuses them too.
 */
static const struct {
	const char	*label, *converter;
} overrides[] = {
	{ "utf-8", "utf-8" }, { "unicode-1-1-utf-8", "utf-8" },
	{ "unicode11utf8", "utf-8" }, { "unicode20utf8", "utf-8" },
	{ "x-unicode20utf8", "utf-8" },
	{ "utf-16", "utf-16le" }, { "unicode", "utf-16le" },
	{ "ucs-2", "utf-16le" }, { "iso-10646-ucs-2", "utf-16le" },
	{ "csunicode", "utf-16le" }, { "unicodefeff", "utf-16le" },
	{ "unicodefffe", "utf-16be" },
	{ "us-ascii", "windows-1252" }, { "ascii", "windows-1252" },
	{ "ansi_x3.4-1968", "windows-1252" }, { "iso-8859-1", "windows-1252" },
	{ "iso8859-1", "windows-1252" }, { "iso_8859-1:1987", "windows-1252" },
	{ "iso-ir-100", "windows-1252" }, { "latin1", "windows-1252" },
	{ "l1", "windows-1252" }, { "cp819", "windows-1252" },
	{ "ibm819", "windows-1252" }, { "csisolatin1", "windows-1252" },
	{ "x-cp1252", "windows-1252" }, { "ansi", "windows-1252" },
	{ "iso-8859-9", "windows-1254" }, { "iso_8859-9:1989", "windows-1254" },
	{ "latin5", "windows-1254" }, { "l5", "windows-1254" },
	{ "iso-ir-148", "windows-1254" }, { "csisolatin5", "windows-1254" },
	{ "iso-8859-11", "windows-874" }, { "tis-620", "windows-874" },
	{ "dos-874", "windows-874" },
	{ "x-cp1250", "windows-1250" }, { "x-cp1251", "windows-1251" },
	{ "x-cp1253", "windows-1253" }, { "x-cp1254", "windows-1254" },
	{ "x-cp1255", "windows-1255" }, { "x-cp1256", "windows-1256" },
	{ "x-cp1257", "windows-1257" }, { "x-cp1258", "windows-1258" },
	{ "iso-8859-8-i", "iso-8859-8" }, { "iso-8859-8-e", "iso-8859-8" },
	{ "logical", "iso-8859-8" }, { "visual", "iso-8859-8" },
	{ "koi", "koi8-r" }, { "koi8", "koi8-r" }, { "koi8-ru", "koi8-u" },
	{ "gb2312", "gb18030" }, { "gb_2312", "gb18030" },
	{ "gb_2312-80", "gb18030" }, { "gbk", "gb18030" },
	{ "x-gbk", "gb18030" }, { "chinese", "gb18030" },
	{ "csgb2312", "gb18030" }, { "iso-ir-58", "gb18030" },
	{ "csiso58gb231280", "gb18030" }, { "cp936", "gb18030" },
	{ "big5", "big5-hkscs" }, { "cn-big5", "big5-hkscs" },
	{ "csbig5", "big5-hkscs" }, { "x-x-big5", "big5-hkscs" },
	{ "shift_jis", "ibm-943_P15A-2003" }, { "sjis", "ibm-943_P15A-2003" },
	{ "x-sjis", "ibm-943_P15A-2003" }, { "ms_kanji", "ibm-943_P15A-2003" },
	{ "csshiftjis", "ibm-943_P15A-2003" }, { "ms932", "ibm-943_P15A-2003" },
	{ "windows-31j", "ibm-943_P15A-2003" },
	{ "x-euc-jp", "euc-jp" },
	{ "euc-kr", "windows-949-2000" }, { "korean", "windows-949-2000" },
	{ "ks_c_5601-1987", "windows-949-2000" },
	{ "ks_c_5601-1989", "windows-949-2000" },
	{ "ksc5601", "windows-949-2000" }, { "ksc_5601", "windows-949-2000" },
	{ "cseuckr", "windows-949-2000" }, { "iso-ir-149", "windows-949-2000" },
	{ "csksc56011987", "windows-949-2000" }, { "cp949", "windows-949-2000" },
	{ "x-mac-roman", "macintosh" }, { "mac", "macintosh" },
	{ "x-mac-ukrainian", "x-mac-cyrillic" },
	{ "mac-iceland", "macintosh" }, { "mac-centeuro", "macos-29-10.2" },
	{ "mac-latin2", "macos-29-10.2" }, { "mac-greek", "macos-6_2-10.4" },
	{ "mac-turkish", "macos-35-10.2" },
	{ "ibm039", "ibm-037" }, { "csibm858", "ibm-858" },
	{ "cp866u", "ibm-1125" }, { "ruscii", "ibm-1125" },
	{ "cp1051", "hp-roman8" },
	{ "latin7", "iso-8859-13" }, { "l7", "iso-8859-13" },
	{ "latin", "windows-1252" }, { "iso8859", "windows-1252" },
	{ "thai", "windows-874" }, { "tis-620-0", "windows-874" },
	{ "iso-ir-166", "windows-874" },
	{ "uhc", "windows-949-2000" }, { "ks-x-1001", "windows-949-2000" },
	{ "big5-tw", "big5-hkscs" }, { "hkscs", "big5-hkscs" },
	{ "gb18030-2000", "gb18030" }, { "eucgb2312-cn", "gb18030" },
	{ "u8", "utf-8" }, { "utf", "utf-8" },
	{ "utf-7", NULL }, { "unicode-1-1-utf-7", NULL }, { "imap", NULL },
	{ "scsu", NULL }, { "bocu-1", NULL }, { "cesu-8", NULL },
	{ "hz", NULL }, { "hz-gb-2312", NULL }, { "iso-2022-kr", NULL },
	{ "iso-2022-cn", NULL }, { "iso-2022-cn-ext", NULL },
};

/* The converter's name for a label, in `label`'s storage or static; NULL: none. */
static const char *
converter_name(struct str name, char label[LABEL_MAX])
{
	name = str_trim(name);
	if (name.n == 0 || name.n + 2 >= LABEL_MAX ||
	    memchr(name.p, '\0', name.n) != NULL ||
	    memchr(name.p, ',', name.n) != NULL)	/* options of a converter */
		return NULL;
	/* A bare number is a code page. */
	snprintf(label, LABEL_MAX, "%s%.*s",
	    str_number(name, 99999) == -1 ? "" : "cp", STR_FMT(name));
	for (size_t i = 0; i < sizeof(overrides) / sizeof(*overrides); i++)
		if (ucnv_compareNames(label, overrides[i].label) == 0)
			return overrides[i].converter;
	return label;
}

static UConverter *
converter_open(struct str name)
{
	char label[LABEL_MAX];
	const char *converter = converter_name(name, label);
	UErrorCode status = U_ZERO_ERROR;

	if (converter == NULL)
		return NULL;
	UConverter *cnv = ucnv_open(converter, &status);
	assert(U_SUCCESS(status) == (cnv != NULL));
	return cnv;
}

bool
charset_is_known(struct str name)
{
	UConverter *cnv = converter_open(name);

	ucnv_close(cnv);
	return cnv != NULL;
}

void
charset_setup(void)
{
	UErrorCode status = U_ZERO_ERROR;

	u_init(&status);
	if (U_FAILURE(status))
		die("cannot set up ICU: %s", u_errorName(status));
	ucnv_close(converter_open(STR("windows-1251")));
	(void)charset_guess(STR("\xc7\xd1\xb1\xb9"));
}

/* ICU would write U+001A for some of these. */
static void
on_malformed(const void *damaged, UConverterToUnicodeArgs *args,
    const char *bytes, int32_t n, UConverterCallbackReason reason,
    UErrorCode *status)
{
	static const UChar replacement = 0xFFFD;

	(void)bytes;
	(void)n;
	if (reason > UCNV_IRREGULAR)		/* reset, close, clone */
		return;
	*(bool *)(uintptr_t)damaged = true;
	*status = U_ZERO_ERROR;
	ucnv_cbToUWriteUChars(args, &replacement, 1, 0, status);
}

static void
add_utf16(struct buf *to, const UChar *from, const UChar *end)
{
	size_t units = (size_t)(end - from);
	int32_t n = 0;
	UErrorCode status = U_ZERO_ERROR;

	if (buf_reserve(to, 3 * units + 1) == -1)
		return;
	u_strToUTF8WithSub(to->p + to->n, (int32_t)(3 * units), &n, from,
	    (int32_t)units, 0xFFFD, NULL, &status);
	assert(U_SUCCESS(status));
	to->n += (size_t)n;
}

static void
convert(UConverter *cnv, struct str bytes, struct buf *to)
{
	UChar units[2048];
	const char *p = bytes.p, *end = bytes.p + bytes.n;
	size_t held = 0;		/* a high surrogate waiting for its other half */
	UErrorCode status;

	do {
		UChar *at = units + held;

		status = U_ZERO_ERROR;
		ucnv_toUnicode(cnv, &at, units + sizeof(units) / sizeof(*units),
		    &p, end, NULL, true, &status);
		held = status == U_BUFFER_OVERFLOW_ERROR && at > units &&
		    U16_IS_LEAD(at[-1]);
		add_utf16(to, units, at - held);
		if (held)
			units[0] = at[-1];
	} while (status == U_BUFFER_OVERFLOW_ERROR && !to->full);
}

/* What nearly everyone sends, without a converter. */
static void
decode_utf8(struct str bytes, struct buf *to, bool *damaged)
{
	size_t good = utf8_check(bytes);

	buf_adds(to, str_slice(bytes, 0, good));
	if (good < bytes.n) {
		*damaged = true;
		utf8_repair(to, str_from(bytes, good));
	}
}

int
charset_decode(struct str bytes, struct str name, struct buf *to, bool *damaged)
{
	UErrorCode status = U_ZERO_ERROR;

	if (str_ieq(name, STR("utf-8")) || str_ieq(name, STR("utf8"))) {
		decode_utf8(bytes, to, damaged);
		return 0;
	}
	UConverter *cnv = converter_open(name);
	if (cnv == NULL)
		return -1;
	ucnv_setToUCallBack(cnv, on_malformed, damaged, NULL, NULL, &status);
	assert(U_SUCCESS(status));
	convert(cnv, bytes, to);
	ucnv_close(cnv);
	return 0;
}

const char *
charset_of_mark(struct str bytes, size_t *skip)
{
	static const struct {
		struct str	 mark;
		const char	*name;
	} marks[] = {			/* UTF-32LE's begins with UTF-16LE's */
		{ { "\xEF\xBB\xBF", 3 }, "utf-8" },
		{ { "\xFF\xFE\0\0", 4 }, "utf-32le" },
		{ { "\0\0\xFE\xFF", 4 }, "utf-32be" },
		{ { "\xFF\xFE", 2 }, "utf-16le" },
		{ { "\xFE\xFF", 2 }, "utf-16be" },
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (str_starts(bytes, marks[i].mark)) {
			*skip = marks[i].mark.n;
			return marks[i].name;
		}
	*skip = 0;
	return NULL;
}

/* Thai in TIS-620, which ICU does not look for: nothing but its letters, and
 * one in ten of them a vowel or tone above or below another. */
static bool
is_thai(struct str bytes)
{
	size_t high = 0, letters = 0, marks = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char c = (unsigned char)bytes.p[i];

		high += c >= 0x80;
		letters += (c >= 0xA1 && c <= 0xDA) || (c >= 0xDF && c <= 0xFB);
		marks += c == 0xD1 || (c >= 0xD4 && c <= 0xDA) ||
		    (c >= 0xE7 && c <= 0xEE);
	}
	return letters * 20 >= high * 19 && marks * 10 >= high;
}

/* ICU's names for what is better read as a superset of it; NULL: no guess for
 * text with tags in ASCII. */
static const char *
usual_name(const char *guess)
{
	if (strncmp(guess, "ISO-8859-8", 10) == 0)
		return "windows-1255";
	if (strncmp(guess, "UTF-", 4) == 0 || strncmp(guess, "IBM", 3) == 0)
		return NULL;
	return guess;
}

/* Below this, ICU is guessing as well. */
#define CONFIDENCE_MIN	15

const char *
charset_guess(struct str bytes)
{
	UErrorCode status = U_ZERO_ERROR;
	UCharsetDetector *detector = ucsdet_open(&status);
	const UCharsetMatch **matches;
	const char *guess = NULL;
	int32_t n = 0;

	if (bytes.n > GUESS_MAX)
		bytes.n = GUESS_MAX;
	ucsdet_setText(detector, bytes.p, (int32_t)bytes.n, &status);
	ucsdet_enableInputFilter(detector, true);	/* look past markup */
	matches = ucsdet_detectAll(detector, &n, &status);
	for (int32_t i = 0; i < n && guess == NULL &&
	    ucsdet_getConfidence(matches[i], &status) >= CONFIDENCE_MIN; i++)
		guess = usual_name(ucsdet_getName(matches[i], &status));
	ucsdet_close(detector);		/* the names are ICU's own literals */
	if (guess == NULL && is_thai(bytes))
		return "tis-620";
	return guess != NULL && charset_is_known(str_of(guess)) ? guess :
	    "windows-1252";
}
