#include "ingest/when.h"

/* The web is younger, and what is later is a mistake. */
#define YEAR_MIN	1990
#define YEAR_MAX	2100

static const struct {
	const char	*name;
	int		 month;
} months[] = {
	/* a text's word matches when a name begins with it; those of several
	 * languages that share a beginning share an entry, and where a
	 * beginning is of two months the more common is first */
	{ "january", 1 }, { "januar", 1 }, { "jänner", 1 }, { "janvier", 1 },
	{ "enero", 1 }, { "gennaio", 1 }, { "januari", 1 }, { "janeiro", 1 },
	{ "gener", 1 }, { "ianuarie", 1 }, { "január", 1 }, { "stycznia", 1 },
	{ "ledna", 1 }, { "leden", 1 }, { "ocak", 1 }, { "tammikuuta", 1 },
	{ "января", 1 }, { "януари", 1 }, { "січня", 1 },
	{ "Ιανουαρίου", 1 }, { "يناير", 1 },
	{ "february", 2 }, { "februar", 2 }, { "feber", 2 }, { "février", 2 },
	{ "febrero", 2 }, { "febbraio", 2 }, { "februari", 2 },
	{ "fevereiro", 2 }, { "febrer", 2 }, { "februarie", 2 },
	{ "február", 2 }, { "lutego", 2 }, { "února", 2 }, { "şubat", 2 },
	{ "helmikuuta", 2 }, { "февраля", 2 }, { "февруари", 2 },
	{ "лютого", 2 }, { "Φεβρουαρίου", 2 }, { "فبراير", 2 },
	{ "march", 3 }, { "märz", 3 }, { "mars", 3 }, { "marzo", 3 },
	{ "maart", 3 }, { "março", 3 }, { "març", 3 }, { "marts", 3 },
	{ "maret", 3 }, { "martie", 3 }, { "március", 3 }, { "marca", 3 },
	{ "března", 3 }, { "maaliskuuta", 3 }, { "марта", 3 },
	{ "березня", 3 }, { "Μαρτίου", 3 }, { "مارس", 3 }, { "mrz", 3 },
	{ "april", 4 }, { "avril", 4 }, { "abril", 4 }, { "aprile", 4 },
	{ "aprilie", 4 }, { "április", 4 }, { "kwietnia", 4 }, { "dubna", 4 },
	{ "nisan", 4 }, { "huhtikuuta", 4 }, { "апреля", 4 },
	{ "април", 4 }, { "квітня", 4 }, { "Απριλίου", 4 }, { "أبريل", 4 },
	{ "may", 5 }, { "mai", 5 }, { "mayo", 5 }, { "maggio", 5 },
	{ "mei", 5 }, { "maio", 5 }, { "maj", 5 }, { "maja", 5 },
	{ "maig", 5 }, { "május", 5 }, { "května", 5 }, { "mayıs", 5 },
	{ "toukokuuta", 5 }, { "мая", 5 }, { "май", 5 }, { "травня", 5 },
	{ "Μαΐου", 5 }, { "مايو", 5 },
	{ "june", 6 }, { "juni", 6 }, { "juin", 6 }, { "junio", 6 },
	{ "giugno", 6 }, { "junho", 6 }, { "juny", 6 }, { "iunie", 6 },
	{ "június", 6 }, { "czerwca", 6 }, { "června", 6 }, { "haziran", 6 },
	{ "kesäkuuta", 6 }, { "июня", 6 }, { "юни", 6 }, { "червня", 6 },
	{ "Ιουνίου", 6 }, { "يونيو", 6 },
	{ "july", 7 }, { "juli", 7 }, { "juillet", 7 }, { "julio", 7 },
	{ "luglio", 7 }, { "julho", 7 }, { "juliol", 7 }, { "iulie", 7 },
	{ "július", 7 }, { "lipca", 7 }, { "července", 7 }, { "temmuz", 7 },
	{ "heinäkuuta", 7 }, { "июля", 7 }, { "юли", 7 }, { "липня", 7 },
	{ "Ιουλίου", 7 }, { "يوليو", 7 },
	{ "august", 8 }, { "août", 8 }, { "agosto", 8 }, { "augustus", 8 },
	{ "augusti", 8 }, { "agost", 8 }, { "agustus", 8 }, { "augusztus", 8 },
	{ "sierpnia", 8 }, { "srpna", 8 }, { "ağustos", 8 }, { "elokuuta", 8 },
	{ "августа", 8 }, { "серпня", 8 }, { "Αυγούστου", 8 },
	{ "أغسطس", 8 },
	{ "september", 9 }, { "sept", 9 }, { "septembre", 9 },
	{ "septiembre", 9 }, { "settembre", 9 }, { "setembro", 9 },
	{ "setembre", 9 }, { "septembrie", 9 }, { "szeptember", 9 },
	{ "września", 9 }, { "září", 9 }, { "eylül", 9 }, { "syyskuuta", 9 },
	{ "сентября", 9 }, { "септември", 9 }, { "вересня", 9 },
	{ "Σεπτεμβρίου", 9 }, { "سبتمبر", 9 },
	{ "october", 10 }, { "oktober", 10 }, { "octobre", 10 },
	{ "octubre", 10 }, { "ottobre", 10 }, { "outubro", 10 },
	{ "octombrie", 10 }, { "október", 10 }, { "października", 10 },
	{ "října", 10 }, { "ekim", 10 }, { "lokakuuta", 10 },
	{ "октября", 10 }, { "октомври", 10 }, { "жовтня", 10 },
	{ "Οκτωβρίου", 10 }, { "أكتوبر", 10 },
	{ "november", 11 }, { "novembre", 11 }, { "noviembre", 11 },
	{ "novembro", 11 }, { "noiembrie", 11 }, { "listopada", 11 },
	{ "listopadu", 11 }, { "kasım", 11 }, { "marraskuuta", 11 },
	{ "ноября", 11 }, { "ноември", 11 }, { "листопада", 11 },
	{ "Νοεμβρίου", 11 }, { "نوفمبر", 11 },
	{ "december", 12 }, { "dezember", 12 }, { "décembre", 12 },
	{ "diciembre", 12 }, { "dicembre", 12 }, { "dezembro", 12 },
	{ "desembre", 12 }, { "desember", 12 }, { "decembrie", 12 },
	{ "grudnia", 12 }, { "prosince", 12 }, { "aralık", 12 },
	{ "joulukuuta", 12 }, { "декабря", 12 }, { "декември", 12 },
	{ "грудня", 12 }, { "Δεκεμβρίου", 12 }, { "ديسمبر", 12 },
};

static bool
is_plausible(int year, int month, int day)
{
	return year >= YEAR_MIN && year <= YEAR_MAX &&
	    date_is_valid(year, month, day);
}

static bool
set_day(struct date *d, int year, int month, int day)
{
	if (!is_plausible(year, month, day))
		return false;
	*d = (struct date){ .seconds = days_from_civil(year, month, day) * 86400 };
	return true;
}

/* Exactly `n` digits at `at`, or -1. */
static int
digits(struct str s, size_t at, size_t n)
{
	struct str part = str_slice(s, at, at + n);

	return part.n == n ? (int)str_number(part, 99999999) : -1;
}

static bool
take(struct str *s, size_t n, int *v)
{
	*v = digits(*s, 0, n);
	if (*v >= 0)
		*s = str_from(*s, n);
	return *v >= 0;
}

static bool
take_any(struct str *s, const char *chars)
{
	if (s->n == 0 || strchr(chars, s->p[0]) == NULL)
		return false;
	*s = str_from(*s, 1);
	return true;
}

/* hh:mm[:ss[.fraction]][zone] behind a day; what cannot be read is passed over. */
static void
add_time(struct str s, struct date *d)
{
	int hour, minute, second = 0, offset = 0;

	if (!take(&s, 2, &hour) || !take_any(&s, ":") ||
	    !take(&s, 2, &minute) || hour > 23 || minute > 59)
		return;
	if (take_any(&s, ":") && !take(&s, 2, &second))
		return;
	if (take_any(&s, ".,"))
		while (s.n > 0 && is_digit(s.p[0]))
			s = str_from(s, 1);
	s = str_trim(s);
	if (s.n > 0 && date_parse_zone(s, &offset) == -1)
		offset = 0;
	d->seconds += hour * 3600 + minute * 60 + (second > 59 ? 59 : second) -
	    (int64_t)offset * 60;
	d->offset = offset;
	d->has_time = true;
}

bool
when_machine(struct str s, struct date *d)
{
	struct str rest;
	int year, month, day;

	rest = s = str_trim(s);
	if (take(&rest, 4, &year) && take_any(&rest, "-/.") &&
	    take(&rest, 2, &month) && take_any(&rest, "-/.") &&
	    take(&rest, 2, &day) && set_day(d, year, month, day)) {
		take_any(&rest, "Tt");
		add_time(str_trim(rest), d);
		return true;
	}
	rest = s;
	if (s.n >= 8 && take(&rest, 4, &year) && take(&rest, 2, &month) &&
	    take(&rest, 2, &day) && (rest.n == 0 || !is_digit(rest.p[0])))
		return set_day(d, year, month, day);
	return date_parse_822(s, d) == 0;
}

/* A whole number of 1 or 2, or 4 digits at `at`; its length in *n. */
static int
number_at(struct str s, size_t at, size_t *n)
{
	size_t end = at;

	while (end < s.n && is_digit(s.p[end]))
		end++;
	*n = end - at;
	return *n == 0 || *n > 4 || *n == 3 ? -1 : digits(s, at, *n);
}

/* "2026/11/23", "2026-11-3" or "23-11-2026" at the start of `s`. */
static bool
separated_day(struct str s, struct date *d)
{
	int v[3];
	size_t n[3], at = 0;
	char separator = '\0';

	for (unsigned i = 0; i < 3; i++) {
		v[i] = number_at(s, at, &n[i]);
		at += n[i];
		if (v[i] < 0)
			return false;
		if (i == 2)
			break;
		if (at >= s.n || strchr("/-_.", s.p[at]) == NULL ||
		    (i == 1 && s.p[at] != separator))
			return false;
		separator = s.p[at++];
	}
	if (n[0] == 4 && n[1] <= 2 && n[2] <= 2)
		return set_day(d, v[0], v[1], v[2]);
	return n[0] == 2 && n[1] == 2 && n[2] == 4 &&
	    set_day(d, v[2], v[1], v[0]);
}

/* The address behind the last "//": an archive's copy bears the day it was made
 * before the address of the page, http://archive.example/20261123/http://a/b. */
static struct str
innermost(struct str url)
{
	for (ptrdiff_t at; (at = str_find(url, STR("//"), 0)) >= 0;)
		url = str_from(url, (size_t)at + 2);
	return url;
}

bool
when_url(struct str url, struct date *d)
{
	url = innermost(url);
	for (size_t i = 0; i < url.n; i++) {
		struct str rest = str_from(url, i);

		if (!is_digit(url.p[i]) || (i > 0 && is_digit(url.p[i - 1])))
			continue;
		if (separated_day(rest, d))
			return true;
		if (digits(rest, 0, 8) >= 0 &&
		    (rest.n == 8 || !is_digit(rest.p[8])) &&
		    set_day(d, digits(rest, 0, 4), digits(rest, 4, 2),
		    digits(rest, 6, 2)))
			return true;
	}
	return false;
}

static bool
is_word_byte(char c)
{
	return is_alpha(c) || (unsigned char)c >= 0x80;
}

/* The month that the word at `at` names, 0 for none; its length in *n. */
static int
month_at(struct str s, size_t at, size_t *n)
{
	struct str word = str_from(s, at);

	*n = 0;
	while (*n < word.n && is_word_byte(word.p[*n]))
		++*n;
	word.n = *n;
	if (word.n < 3)
		return 0;
	for (size_t i = 0; i < sizeof(months) / sizeof(*months); i++)
		if (months[i].name[0] == to_lower(word.p[0]) &&
		    str_istarts(str_of(months[i].name), word))
			return months[i].month;
	return 0;
}

static size_t
skip(struct str s, size_t at, const char *any)
{
	while (at < s.n && s.p[at] != '\0' && strchr(any, s.p[at]) != NULL)
		at++;
	return at;
}

/* Behind the "of" that stands before a month or a year. */
static size_t
skip_of(struct str s, size_t at)
{
	static const struct str words[] = { { "of ", 3 }, { "de ", 3 },
	    { "del ", 4 }, { "d'", 2 }, { "d’", 4 } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (str_istarts(str_from(s, at), words[i]))
			return at + words[i].n;
	return at;
}

/* "23 November 2026", "23. November 2026", "23rd of Nov., 2026"; at the day. */
static bool
day_first(struct str s, size_t at, struct date *d)
{
	size_t n;
	int day = number_at(s, at, &n), month;

	if (day < 1 || n > 2)
		return false;
	at += n;
	if (str_istarts(str_from(s, at), STR("st")) ||
	    str_istarts(str_from(s, at), STR("nd")) ||
	    str_istarts(str_from(s, at), STR("rd")) ||
	    str_istarts(str_from(s, at), STR("th")) ||
	    str_istarts(str_from(s, at), STR("er")))
		at += 2;
	at = skip_of(s, skip(s, at, ". -"));
	month = month_at(s, at, &n);
	if (month == 0)
		return false;
	at = skip_of(s, skip(s, at + n, "., -"));
	return set_day(d, number_at(s, at, &n), month, day) && n == 4;
}

/* "2026. november 23."; at the year. */
static bool
year_first(struct str s, size_t at, struct date *d)
{
	size_t n;
	int year = number_at(s, at, &n), month;

	if (n != 4)
		return false;
	at = skip(s, at + n, "., -");
	month = month_at(s, at, &n);
	if (month == 0)
		return false;
	at = skip(s, at + n, "., -");
	return set_day(d, year, month, number_at(s, at, &n)) && n <= 2;
}

/* "November 23, 2026"; at the month. */
static bool
month_first_words(struct str s, size_t at, struct date *d)
{
	size_t n;
	int month = month_at(s, at, &n), day;

	if (month == 0)
		return false;
	at = skip(s, at + n, ". ");
	day = number_at(s, at, &n);
	if (day < 1 || n > 2)
		return false;
	at += n;
	if (str_istarts(str_from(s, at), STR("st")) ||
	    str_istarts(str_from(s, at), STR("nd")) ||
	    str_istarts(str_from(s, at), STR("rd")) ||
	    str_istarts(str_from(s, at), STR("th")))
		at += 2;
	at = skip(s, at, "., ");
	return set_day(d, number_at(s, at, &n), month, day) && n == 4;
}

/* The sign behind a year or a month in Chinese, Japanese and Korean. */
static bool
is_mark(struct str s)
{
	return str_starts(s, STR("年")) || str_starts(s, STR("月")) ||
	    str_starts(s, STR("년")) || str_starts(s, STR("월"));
}

/* "23.11.2026", "11/23/2026", "2026-11-23", "2026年11月23日"; at the first
 * number. */
static bool
numbers(struct str s, size_t at, bool month_first, struct date *d)
{
	int v[3];
	size_t n[3];
	bool dotted = true;		/* 23.11.26 is a day; 23/11/26 is many */

	for (unsigned i = 0; i < 3; i++) {
		v[i] = number_at(s, at, &n[i]);
		if (v[i] < 0)
			return false;
		at += n[i];
		if (i == 2)
			break;
		dotted = dotted && at < s.n && s.p[at] == '.';
		if (at < s.n && strchr("./-", s.p[at]) && s.p[at] != '\0')
			at = skip(s, at + 1, " ");
		else {
			at = skip(s, at, " ");
			if (!is_mark(str_from(s, at)))
				return false;
			at = skip(s, at + strlen("年"), " ");
		}
	}
	if (n[0] == 4)
		return set_day(d, v[0], v[1], v[2]);
	if (n[2] == 2 && dotted)
		v[2] += 2000;
	else if (n[2] != 4)
		return false;
	if ((month_first && v[0] <= 12) || v[1] > 12)
		return set_day(d, v[2], v[0], v[1]);
	return set_day(d, v[2], v[1], v[0]);
}

bool
when_text(struct str text, bool month_first, struct date *d)
{
	for (size_t i = 0; i < text.n; i++) {
		bool digit = is_digit(text.p[i]);

		if (i > 0 && (digit ? is_digit(text.p[i - 1]) :
		    is_word_byte(text.p[i - 1])))
			continue;
		if (digit && (numbers(text, i, month_first, d) ||
		    day_first(text, i, d) || year_first(text, i, d)))
			return true;
		if (is_word_byte(text.p[i]) && month_first_words(text, i, d))
			return true;
	}
	return false;
}
