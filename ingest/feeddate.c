/*
 * Dates as feeds write them.  Two thirds are RFC 822 or RFC 3339; the rest is
 * everything else: month names in the publisher's language, the order of the
 * publisher's country, ordinal days, names of zones.  So what is neither of the
 * two is cut into numbers, words and signs, and the pieces are put together:
 *
 *	2004-július-13T9:15-05:00	two numbers and a month's name, a time, a zone
 *	03335				five digits: year 03, day 335
 *	Fri, 2006/09/15 08:19:53 EDT	a number of four digits leads: Y/M/D
 *
 * A word that means nothing here (a weekday, "at", "Uhr") is passed over.  What
 * is left without year, or with a month 13, is no date.
 */
#include "base/text/words.h"
#include "ingest/feedmodel.h"

#define TEXT_MAX	96	/* longer is prose */
#define NUMBERS_MAX	3
#define YEAR_MIN	1800	/* earlier is a number, not a year */
#define UNKNOWN		(-1)

struct number {
	int	v, digits;
	char	sign;		/* behind it */
};

struct pieces {
	struct number	numbers[NUMBERS_MAX];
	int		n;
	int		month;			/* by name */
	int		h, min, sec;
	int		offset;			/* minutes */
	char		summer;			/* the rule of a zone: 'U'S, 'E'U */
	bool		has_time, has_zone, pm, am;
	bool		time_next;		/* a T came last */
};

/* The start of a month's name, in lower case; a longer match stands first. */
static const struct {
	const char	*start;
	int		 month;
} months[] = {
	{ "jan", 1 }, { "ene", 1 }, { "gen", 1 }, { "led", 1 }, { "sty", 1 },
	{ "янв", 1 }, { "ιαν", 1 }, { "oca", 1 }, { "січ", 1 }, { "tammi", 1 },
	{ "feb", 2 }, { "fév", 2 }, { "fev", 2 }, { "úno", 2 }, { "lut", 2 },
	{ "фев", 2 }, { "φεβ", 2 }, { "şub", 2 }, { "лют", 2 }, { "helmi", 2 },
	{ "marras", 11 }, { "mar", 3 }, { "mär", 3 }, { "mrz", 3 },
	{ "mrt", 3 }, { "már", 3 }, { "bře", 3 }, { "мар", 3 }, { "μάρ", 3 },
	{ "μαρ", 3 }, { "бер", 3 }, { "maalis", 3 },
	{ "apr", 4 }, { "abr", 4 }, { "avr", 4 }, { "ápr", 4 }, { "dub", 4 },
	{ "kwi", 4 }, { "апр", 4 }, { "απρ", 4 }, { "nis", 4 }, { "кві", 4 },
	{ "huhti", 4 },
	{ "may", 5 }, { "mai", 5 }, { "mag", 5 }, { "mei", 5 }, { "maj", 5 },
	{ "máj", 5 }, { "kvě", 5 }, { "май", 5 }, { "мая", 5 }, { "μάι", 5 },
	{ "μαϊ", 5 }, { "μαι", 5 }, { "μάϊ", 5 }, { "тра", 5 }, { "touko", 5 },
	{ "juin", 6 }, { "jun", 6 }, { "jún", 6 }, { "giu", 6 }, { "cze", 6 },
	{ "июн", 6 }, { "ιούν", 6 }, { "ιον", 6 }, { "ιουν", 6 },
	{ "haz", 6 }, { "чер", 6 }, { "kesä", 6 },
	{ "jul", 7 }, { "júl", 7 }, { "juil", 7 }, { "lug", 7 }, { "lip", 7 },
	{ "июл", 7 }, { "ιούλ", 7 }, { "ιολ", 7 }, { "ιουλ", 7 },
	{ "tem", 7 }, { "heinä", 7 },
	{ "aug", 8 }, { "ago", 8 }, { "aoû", 8 }, { "aou", 8 }, { "sie", 8 },
	{ "srp", 8 }, { "авг", 8 }, { "αύγ", 8 }, { "αυγ", 8 }, { "ağu", 8 },
	{ "сер", 8 }, { "elo", 8 },
	{ "sep", 9 }, { "set", 9 }, { "szept", 9 }, { "wrz", 9 }, { "zář", 9 },
	{ "сен", 9 }, { "σεπ", 9 }, { "eyl", 9 }, { "вер", 9 }, { "syys", 9 },
	{ "oct", 10 }, { "okt", 10 }, { "ott", 10 }, { "out", 10 },
	{ "říj", 10 }, { "paź", 10 }, { "окт", 10 }, { "οκτ", 10 },
	{ "eki", 10 }, { "жов", 10 }, { "loka", 10 },
	{ "nov", 11 }, { "lis", 11 }, { "ноя", 11 }, { "νοέ", 11 },
	{ "νοε", 11 }, { "kas", 11 },
	{ "dec", 12 }, { "dez", 12 }, { "dic", 12 }, { "déc", 12 },
	{ "des", 12 }, { "pro", 12 }, { "gru", 12 }, { "дек", 12 },
	{ "δεκ", 12 }, { "ara", 12 }, { "гру", 12 }, { "joulu", 12 },
};

/*
 * Zones by name, in lower case: minutes east of UTC in winter, and whose rule
 * for the summer holds.  There is no zone database in the jail; these are the
 * names that feeds use.
 */
static const struct {
	const char	*name;
	int		 offset;
	char		 summer;
} zones[] = {
	{ "z", 0, 0 }, { "gmt", 0, 0 }, { "ut", 0, 0 }, { "utc", 0, 0 },
	{ "wet", 0, 0 }, { "west", 60, 0 }, { "bst", 60, 0 }, { "ist", 330, 0 },
	{ "cet", 60, 0 }, { "cest", 120, 0 }, { "met", 60, 0 },
	{ "mest", 120, 0 }, { "mez", 60, 0 }, { "mesz", 120, 0 },
	{ "eet", 120, 0 }, { "eest", 180, 0 }, { "msk", 180, 0 },
	{ "msd", 240, 0 }, { "gst", 240, 0 }, { "pkt", 300, 0 },
	{ "ict", 420, 0 }, { "wib", 420, 0 }, { "sgt", 480, 0 },
	{ "hkt", 480, 0 }, { "awst", 480, 0 }, { "jst", 540, 0 },
	{ "kst", 540, 0 }, { "acst", 570, 0 }, { "aest", 600, 0 },
	{ "aedt", 660, 0 }, { "nzst", 720, 0 }, { "nzdt", 780, 0 },
	{ "brt", -180, 0 }, { "art", -180, 0 }, { "sast", 120, 0 },
	{ "est", -300, 0 }, { "edt", -240, 0 }, { "et", -300, 'U' },
	{ "cst", -360, 0 }, { "cdt", -300, 0 }, { "ct", -360, 'U' },
	{ "mst", -420, 0 }, { "mdt", -360, 0 }, { "mt", -420, 'U' },
	{ "pst", -480, 0 }, { "pdt", -420, 0 }, { "pt", -480, 'U' },
	{ "akst", -540, 0 }, { "akdt", -480, 0 }, { "hst", -600, 0 },
	{ "ast", -240, 0 }, { "adt", -180, 0 }, { "nst", -210, 0 },
	{ "ndt", -150, 0 },
	{ "america/new_york", -300, 'U' }, { "america/toronto", -300, 'U' },
	{ "america/detroit", -300, 'U' }, { "us/eastern", -300, 'U' },
	{ "america/chicago", -360, 'U' }, { "us/central", -360, 'U' },
	{ "america/denver", -420, 'U' }, { "us/mountain", -420, 'U' },
	{ "america/phoenix", -420, 0 },
	{ "america/los_angeles", -480, 'U' }, { "us/pacific", -480, 'U' },
	{ "america/vancouver", -480, 'U' }, { "america/anchorage", -540, 'U' },
	{ "america/halifax", -240, 'U' }, { "america/sao_paulo", -180, 0 },
	{ "america/bogota", -300, 0 }, { "america/lima", -300, 0 },
	{ "america/mexico_city", -360, 0 },
	{ "america/argentina/buenos_aires", -180, 0 },
	{ "europe/london", 0, 'E' }, { "europe/dublin", 0, 'E' },
	{ "europe/lisbon", 0, 'E' }, { "europe/berlin", 60, 'E' },
	{ "europe/paris", 60, 'E' }, { "europe/madrid", 60, 'E' },
	{ "europe/rome", 60, 'E' }, { "europe/amsterdam", 60, 'E' },
	{ "europe/brussels", 60, 'E' }, { "europe/vienna", 60, 'E' },
	{ "europe/zurich", 60, 'E' }, { "europe/stockholm", 60, 'E' },
	{ "europe/oslo", 60, 'E' }, { "europe/copenhagen", 60, 'E' },
	{ "europe/prague", 60, 'E' }, { "europe/warsaw", 60, 'E' },
	{ "europe/budapest", 60, 'E' }, { "europe/athens", 120, 'E' },
	{ "europe/helsinki", 120, 'E' }, { "europe/kiev", 120, 'E' },
	{ "europe/kyiv", 120, 'E' }, { "europe/bucharest", 120, 'E' },
	{ "europe/sofia", 120, 'E' }, { "europe/istanbul", 180, 0 },
	{ "europe/moscow", 180, 0 }, { "asia/dubai", 240, 0 },
	{ "asia/karachi", 300, 0 }, { "asia/kolkata", 330, 0 },
	{ "asia/calcutta", 330, 0 }, { "asia/dhaka", 360, 0 },
	{ "asia/bangkok", 420, 0 }, { "asia/jakarta", 420, 0 },
	{ "asia/ho_chi_minh", 420, 0 }, { "asia/shanghai", 480, 0 },
	{ "asia/hong_kong", 480, 0 }, { "asia/singapore", 480, 0 },
	{ "asia/taipei", 480, 0 }, { "asia/manila", 480, 0 },
	{ "asia/tokyo", 540, 0 }, { "asia/seoul", 540, 0 },
	{ "australia/brisbane", 600, 0 }, { "africa/johannesburg", 120, 0 },
	{ "africa/cairo", 120, 0 }, { "africa/lagos", 60, 0 },
	{ "africa/nairobi", 180, 0 },
};

static int
month_of(struct str word)
{
	for (size_t i = 0; i < sizeof(months) / sizeof(*months); i++)
		if (str_starts(word, str_of(months[i].start)))
			return months[i].month;
	return UNKNOWN;
}

static bool
take_zone(struct pieces *p, struct str word)
{
	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++)
		if (str_eq(word, str_of(zones[i].name))) {
			p->offset = zones[i].offset;
			p->summer = zones[i].summer;
			p->has_zone = true;
			return true;
		}
	return false;
}

static bool
is_any(struct str word, const char *one, const char *two, const char *three)
{
	return str_eq(word, str_of(one)) || str_eq(word, str_of(two)) ||
	    str_eq(word, str_of(three));
}

/* A word: month, half of the day, zone, unit, or nothing to us. */
static void
take_word(struct pieces *p, struct str word)
{
	int month;

	if (str_eq(word, STR("t")))
		p->time_next = true;
	else if (is_any(word, "am", "오전", "上午"))
		p->am = true;
	else if (is_any(word, "pm", "오후", "下午"))
		p->pm = true;
	else if ((p->has_time && take_zone(p, word)) ||
	    is_any(word, "st", "th", "nd"))
		return;
	else if ((month = month_of(word)) != UNKNOWN)
		p->month = month;
	if (is_any(word, "년", "오전", "오후") && !p->has_zone) {
		p->offset = 9 * 60;		/* Korean is written in Korea */
		p->has_zone = true;
	}
}

static int
digits_at(struct str s, size_t at, int *v)
{
	int n = 0;

	*v = 0;
	while (at + (size_t)n < s.n && n < 9 && is_digit(s.p[at + (size_t)n]))
		*v = *v * 10 + (s.p[at + (size_t)n++] - '0');
	return n;
}

/* hh:mm[:ss[.fraction]], or 13h15 as in French, at `at`, whose hour has `n` digits: the bytes, or 0. */
static size_t
take_time(struct pieces *p, struct str s, size_t at, int n)
{
	size_t i = at + (size_t)n;
	int digits;

	digits_at(s, at, &p->h);
	if (++i > s.n || (digits = digits_at(s, i, &p->min)) == 0 || digits > 2)
		return 0;
	i += (size_t)digits;
	if (i < s.n && s.p[i] == ':') {
		digits = digits_at(s, ++i, &p->sec);
		if (digits == 0 || digits > 2)
			return 0;
		i += (size_t)digits;
	}
	if (i + 1 < s.n && (s.p[i] == '.' || s.p[i] == ',') &&
	    is_digit(s.p[i + 1]))
		for (i++; i < s.n && is_digit(s.p[i]); i++)
			;
	if (i < s.n && s.p[i] == ':')
		return 0;
	p->has_time = true;
	return i - at;
}

/* Digits without a colon behind a T: hh, hhmm, hhmmss. */
static bool
take_compact_time(struct pieces *p, int v, int n)
{
	if (n != 2 && n != 4 && n != 6)
		return false;
	p->sec = n == 6 ? v % 100 : 0;
	p->min = n == 6 ? v / 100 % 100 : n == 4 ? v % 100 : 0;
	p->h = n == 6 ? v / 10000 : n == 4 ? v / 100 : v;
	p->has_time = true;
	p->time_next = false;
	return true;
}

/* Numbers that are a whole date: 20031231, 2003365, 03365, 031231. */
static bool
take_compact_date(struct pieces *p, int v, int n)
{
	static const struct {
		int	digits, year, month, day;	/* digits of each */
	} forms[] = { { 8, 4, 2, 2 }, { 7, 4, 0, 3 }, { 5, 2, 0, 3 },
	    { 6, 2, 2, 2 } };
	static const int powers[] = { 1, 10, 100, 1000, 10000 };

	for (size_t i = 0; p->n == 0 && i < sizeof(forms) / sizeof(*forms); i++)
		if (n == forms[i].digits) {
			int rest = powers[forms[i].day];

			p->numbers[p->n++] = (struct number){
			    v / rest / powers[forms[i].month], forms[i].year, '-' };
			if (forms[i].month > 0)
				p->numbers[p->n++] = (struct number){
				    v / rest % 100, 2, '-' };
			p->numbers[p->n++] = (struct number){ v % rest,
			    forms[i].day, '\0' };
			return true;
		}
	return false;
}

/* A number at `at`: the bytes it takes, 0 where it cannot be part of a date. */
static size_t
take_number(struct pieces *p, struct str s, size_t at)
{
	int v, n = digits_at(s, at, &v);
	char next = at + (size_t)n < s.n ? s.p[at + (size_t)n] : '\0';

	if (!p->has_time && n <= 2 && (next == ':' || (next == 'h' &&
	    at + (size_t)n + 1 < s.n && is_digit(s.p[at + (size_t)n + 1]))))
		return take_time(p, s, at, n);
	if (p->time_next && take_compact_time(p, v, n))
		return (size_t)n;
	if (n > 4 && take_compact_date(p, v, n))
		return (size_t)n;
	if (n > 4 || p->n == NUMBERS_MAX)
		return 0;
	p->numbers[p->n++] = (struct number){ v, n, next };
	return (size_t)n;
}

/* A sign and digits behind the time: +0200, -05:00, +2. */
static size_t
take_offset(struct pieces *p, struct str s, size_t at)
{
	int v, minutes = 0, n = digits_at(s, at + 1, &v);
	size_t len = 1 + (size_t)n;

	if (n == 0 || n > 4)
		return 0;
	if (n > 2) {
		minutes = v % 100;
		v /= 100;
	} else if (at + len < s.n && s.p[at + len] == ':') {
		n = digits_at(s, at + len + 1, &minutes);
		if (n != 2)
			return 0;
		len += 1 + (size_t)n;
	}
	if (v > 23 || minutes > 59)
		return 0;
	p->offset = (s.p[at] == '-' ? -1 : 1) * (v * 60 + minutes);
	p->has_zone = true;
	p->summer = 0;
	return len;
}

static size_t
word_length(struct str s, size_t at)
{
	size_t i = at;

	while (i < s.n && (is_alpha(s.p[i]) || (s.p[i] & 0x80) ||
	    ((s.p[i] == '/' || s.p[i] == '_') && i > at && i + 1 < s.n &&
	    is_alpha(s.p[i + 1]))))
		i++;
	return i - at;
}

static int
cut(struct str s, struct pieces *p)
{
	char word[WORD_MAX];
	size_t i = 0, n;

	while (i < s.n) {
		char c = s.p[i];

		if (is_digit(c))
			n = take_number(p, s, i);
		else if ((c == '+' || c == '-') && p->has_time &&
		    i + 1 < s.n && is_digit(s.p[i + 1]))
			n = take_offset(p, s, i);
		else if (is_alpha(c) || (c & 0x80)) {
			n = word_length(s, i);
			take_word(p, (struct str){ word,
			    word_fold(str_slice(s, i, i + n), word) });
		} else if (c == '(' && p->has_time)
			return 0;		/* a comment */
		else
			n = 1;
		if (n == 0)
			return -1;
		i += n;
	}
	return 0;
}

static int
full_year(const struct number *number)
{
	if (number->digits > 2)
		return number->v;
	return number->v + (number->v < 70 ? 2000 : 1900);
}

struct day {
	int	year, month, day;
};

/* The order of three numbers, or two and a month's name. */
static int
order(const struct pieces *p, struct day *d)
{
	const struct number *v = p->numbers;
	bool year_first = v[0].digits > 2;

	if (p->month != UNKNOWN && p->n == 2) {
		year_first = year_first || v[0].v > 31;
		*d = (struct day){ full_year(&v[!year_first]), p->month,
		    v[year_first].v };
		return 0;
	}
	if (p->n != 3)
		return -1;
	if (year_first || (v[2].digits <= 2 && v[0].sign == '-'))
		*d = (struct day){ full_year(&v[0]), v[1].v, v[2].v };
	else if (v[0].sign == '/' && v[0].v <= 12)	/* as in America */
		*d = (struct day){ full_year(&v[2]), v[0].v, v[1].v };
	else
		*d = (struct day){ full_year(&v[2]), v[1].v, v[0].v };
	return 0;
}

/* A year alone, a year and its month, a year and its ordinal day. */
static int
partial(const struct pieces *p, struct day *d)
{
	const struct number *v = p->numbers;
	int64_t year;

	if (p->n == 0 || p->n > 2 || (v[0].digits != 4 &&
	    !(p->n == 2 && v[1].digits == 3)))
		return -1;
	*d = (struct day){ full_year(&v[0]), 1, 1 };
	if (p->month != UNKNOWN)
		d->month = p->month;
	else if (p->n == 2 && v[1].digits < 3)
		d->month = v[1].v;
	else if (p->n == 2 && v[1].v >= 1 && v[1].v <= 366) {
		civil_from_days(days_from_civil(d->year, 1, 1) + v[1].v - 1,
		    &year, &d->month, &d->day);
		d->year = (int)year;
	}
	return 0;
}

/* Days since 1970 of the Sunday number `n` of a month, or its last (n < 0). */
static int64_t
sunday(int year, int month, int n)
{
	int64_t first = n > 0 ? days_from_civil(year, month, 1) :
	    days_from_civil(year, month, 31) - 6;	/* March and October */
	int64_t weekday = (first % 7 + 7 + 4) % 7;

	return first + (7 - weekday) % 7 + (n > 0 ? 7 * (n - 1) : 0);
}

/* Is it summer by the zone's rule, at this local hour? */
static bool
is_summer(char rule, int year, int64_t day, int hour)
{
	bool american = rule == 'U', later = year >= 2007;
	int64_t from = !american ? sunday(year, 3, -1) :
	    later ? sunday(year, 3, 2) : sunday(year, 4, 1);
	int64_t to = american && later ? sunday(year, 11, 1) :
	    sunday(year, 10, -1);
	int64_t now = day * 24 + hour;

	return rule != 0 && now >= from * 24 + 2 && now < to * 24 + 2;
}

static int
assemble(struct pieces *p, struct date *date)
{
	struct day d;
	int64_t days;

	if (order(p, &d) == -1 && partial(p, &d) == -1)
		return -1;
	if (!date_is_valid(d.year, d.month, d.day)) {
		int swapped = d.month;

		if (p->month != UNKNOWN || !date_is_valid(d.year, d.day, d.month))
			return -1;
		d.month = d.day;
		d.day = swapped;
	}
	if (p->pm && p->h < 12)
		p->h += 12;
	else if (p->am && p->h == 12)
		p->h = 0;
	if (p->h > 24 || p->min > 59 || p->sec > 60 || d.year < YEAR_MIN)
		return -1;
	days = days_from_civil(d.year, d.month, d.day);
	if (is_summer(p->summer, d.year, days, p->h))
		p->offset += 60;
	date->seconds = days * 86400 + p->h * 3600 + p->min * 60 +
	    (p->sec == 60 ? 59 : p->sec) - (int64_t)p->offset * 60;
	date->offset = p->offset;
	date->has_time = p->has_time;
	return 0;
}

/* Seconds or milliseconds since 1970, of this century. */
static int
epoch(struct str s, struct date *d)
{
	long long v = str_number(s, 9999999999999LL);

	if (v == -1 || (s.n != 10 && s.n != 13))
		return -1;
	*d = (struct date){ s.n == 13 ? v / 1000 : v, 0, true };
	return 0;
}

int
feed_date(struct str s, struct date *d)
{
	struct pieces p = { .month = UNKNOWN };

	s = str_trim(s);
	if (date_parse_3339(s, d) == 0 || date_parse_822(s, d) == 0 ||
	    epoch(s, d) == 0)
		return 0;
	if (s.n == 0 || s.n > TEXT_MAX || cut(s, &p) == -1)
		return -1;
	return assemble(&p, d);
}
