#include <assert.h>

#include "base/utf8.h"
#include "ingest/language.h"

/* Bytes that are looked at: more would change nothing. */
#define SAMPLE_MAX	(4UL << 10)
/* Texts with fewer words, or letters of a script, say too little. */
#define WORDS_MIN	30
#define LETTERS_MIN	40
/* Longer words are none of the commonest. */
#define WORD_MAX_BYTES	16
#define SLOTS		4096	/* a power of two, some five times the words */

/* A word that is common in one language weighs this, in two half of it. */
#define WEIGHT		840
/* Of a text's words, in hundredths of WEIGHT: a language that nobody declared
 * has at least this; one that is to overrule a declaration has more, and this
 * many times what the declared one has. */
#define SHARE_MIN	8
#define SHARE_OVERRULES	12
#define TIMES		2

enum script {
	SCRIPT_LATIN, SCRIPT_CYRILLIC, SCRIPT_GREEK, SCRIPT_HEBREW,
	SCRIPT_ARABIC, SCRIPT_DEVANAGARI, SCRIPT_BENGALI, SCRIPT_TAMIL,
	SCRIPT_THAI, SCRIPT_GEORGIAN, SCRIPT_ARMENIAN, SCRIPT_HANGUL,
	SCRIPT_KANA, SCRIPT_HAN, SCRIPT_COUNT
};

static const struct {
	uint32_t	from, to;
	enum script	script;
} ranges[] = {
	{ 'A', 'Z', SCRIPT_LATIN }, { 'a', 'z', SCRIPT_LATIN },
	{ 0xc0, 0x24f, SCRIPT_LATIN }, { 0x370, 0x3ff, SCRIPT_GREEK },
	{ 0x400, 0x52f, SCRIPT_CYRILLIC }, { 0x531, 0x58f, SCRIPT_ARMENIAN },
	{ 0x5d0, 0x5ea, SCRIPT_HEBREW }, { 0x620, 0x6ff, SCRIPT_ARABIC },
	{ 0x900, 0x97f, SCRIPT_DEVANAGARI }, { 0x980, 0x9ff, SCRIPT_BENGALI },
	{ 0xb80, 0xbff, SCRIPT_TAMIL }, { 0xe00, 0xe7f, SCRIPT_THAI },
	{ 0x10a0, 0x10ff, SCRIPT_GEORGIAN }, { 0x1e00, 0x1eff, SCRIPT_LATIN },
	{ 0x3040, 0x30ff, SCRIPT_KANA }, { 0x3400, 0x9fff, SCRIPT_HAN },
	{ 0xac00, 0xd7a3, SCRIPT_HANGUL },
};

/*
 * The languages of each script that are known, the likeliest first, which is
 * taken where words do not decide; of those without words only the script is
 * known.  What is declared and written in the script of the text stands unless
 * it is one of these with words.
 */
static const struct {
	const char	*tag;
	enum script	 script;
	const char	*words;
} languages[] = {
	{ "en", SCRIPT_LATIN, "the of and to in is that for was with it as on "
	    "be by at from his are have this not but has were which will they "
	    "you an or had their who been its said would" },
	{ "de", SCRIPT_LATIN, "der die und in den von zu das mit sich des auf "
	    "für ist im dem nicht ein eine als auch es an werden aus er hat "
	    "dass sie nach wird bei einer um am sind noch wie einem über zum "
	    "war haben nur oder aber vor zur bis mehr durch wurde" },
	{ "fr", SCRIPT_LATIN, "de la le et les des en un du une que est pour "
	    "qui dans par plus pas au sur ne se ce il sont avec son aux ont "
	    "cette mais comme ou nous leur ses être été elle" },
	{ "es", SCRIPT_LATIN, "de la que el en y los del se las por un para "
	    "con no una su al lo como más pero sus le ya este porque esta son "
	    "entre cuando muy sin sobre también hasta hay donde han fue ha" },
	{ "pt", SCRIPT_LATIN, "de o que e do da em um para com não uma os no "
	    "se na por mais as dos como mas ao das à seu sua ou quando muito "
	    "nos já está também pelo pela até isso são foi ser tem" },
	{ "it", SCRIPT_LATIN, "di e il la che in per un del è le della non "
	    "con i una da si dei al alla nel come anche più sono gli ha dal "
	    "delle lo ma nella dalla questo tra su" },
	{ "nl", SCRIPT_LATIN, "de het een en van in is dat op te zijn met voor "
	    "niet aan er om ook als dan maar bij nog uit door over worden naar "
	    "heeft hij was wordt ze deze hebben kan meer" },
	{ "sv", SCRIPT_LATIN, "och i att det som en på är av för med den till "
	    "inte har de ett om var från men så han nu ut kan när vi sig ska "
	    "hon efter eller också" },
	{ "da", SCRIPT_LATIN, "og i at det er en til af på for med den der som "
	    "de ikke et har han var fra vil men hun også blev efter kan om "
	    "eller skal" },
	{ "no", SCRIPT_LATIN, "og i er det på som en til av for å med at den "
	    "ikke har et de fra var han men om ble hun også kan etter eller "
	    "skal vi seg" },
	{ "fi", SCRIPT_LATIN, "ja on ei että se oli hän mutta ovat myös kun ole "
	    "joka niin mukaan sen tai kuin mitä vain sekä ollut hänen olla nyt "
	    "jos" },
	{ "pl", SCRIPT_LATIN, "i w na z się nie do to że jest o jak po co od "
	    "dla przez za ale są tym tego może oraz jego przy już było tak "
	    "który która które" },
	{ "cs", SCRIPT_LATIN, "a v se na je že s z do o to i jako za pro ale by "
	    "si od po které který jsou podle jeho není jen také při jsme byl "
	    "bylo" },
	{ "sk", SCRIPT_LATIN, "a v sa na je že s z do o to aj ako za pre ale by "
	    "si od po ktoré ktorý sú podľa jeho nie len tiež pri sme bol bolo" },
	{ "hu", SCRIPT_LATIN, "a az és hogy nem is egy van de meg ez csak már "
	    "mint volt ha még azt el ki után szerint lehet lesz ezt vagy" },
	{ "ro", SCRIPT_LATIN, "de și în a la cu că pe nu din o un pentru este "
	    "care se mai au fi sunt ca al ale dar sau după prin fost lui cea" },
	{ "tr", SCRIPT_LATIN, "ve bir bu da de için ile çok olarak daha olan "
	    "gibi en kadar ne sonra var dedi ancak ise her ya" },
	{ "id", SCRIPT_LATIN, "yang dan di untuk dengan ini dari itu pada tidak "
	    "dalam akan ke juga adalah oleh mereka ada bisa kami telah" },
	{ "ca", SCRIPT_LATIN, "de la que i el a en les els per un del amb no "
	    "una al és es més com ha són ser però aquest aquesta dels" },
	{ "vi", SCRIPT_LATIN, "và của là có cho trong được với không những "
	    "người này đã một các để khi từ" },
	{ "hr", SCRIPT_LATIN, "i u je na se da za su od s o koji što kao ne to "
	    "bi iz će ili nije ali koja biti" },
	{ "sl", SCRIPT_LATIN, "in je v na se da za so ki z pa ne s tudi po bi "
	    "ni kot ali ter" },
	{ "et", SCRIPT_LATIN, "ja on ei et see oli ka kui aga mis oma tema ning "
	    "selle pole seda" },
	{ "lv", SCRIPT_LATIN, "un ir ka par ar no uz kas bija tas gan arī lai "
	    "pēc viņš tā" },
	{ "lt", SCRIPT_LATIN, "ir į kad yra su iš buvo tai kaip bet už apie po "
	    "jis nuo taip" },
	{ "ru", SCRIPT_CYRILLIC, "и в не на что с по как это он к из у за от "
	    "но о для его также был что бы который" },
	{ "uk", SCRIPT_CYRILLIC, "і в на що з не до як та за у це від але його "
	    "про для був також який" },
	{ "bg", SCRIPT_CYRILLIC, "и на в да се за от не че с по са като е си "
	    "това който" },
	{ "sr", SCRIPT_CYRILLIC, "и у је да на се за су од са који као што ће "
	    "није" },
	{ "el", SCRIPT_GREEK, "" }, { "he", SCRIPT_HEBREW, "" },
	{ "ar", SCRIPT_ARABIC, "في من على إلى أن التي الذي عن مع هذا هذه كان" },
	{ "fa", SCRIPT_ARABIC, "در به از که این را با است برای آن یک خود" },
	{ "ur", SCRIPT_ARABIC, "کے میں کی ہے اور سے کا کو اس نے پر ہیں" },
	{ "hi", SCRIPT_DEVANAGARI, "के में की है और से का को इस ने पर हैं" },
	{ "bn", SCRIPT_BENGALI, "" }, { "ta", SCRIPT_TAMIL, "" },
	{ "th", SCRIPT_THAI, "" }, { "ka", SCRIPT_GEORGIAN, "" },
	{ "hy", SCRIPT_ARMENIAN, "" }, { "ko", SCRIPT_HANGUL, "" },
	{ "ja", SCRIPT_KANA, "" }, { "zh", SCRIPT_HAN, "" },
};
#define LANGUAGES	(sizeof(languages) / sizeof(*languages))
#define NONE		LANGUAGES

/* Languages that are declared by another name, or written in two scripts. */
static const struct {
	char		name[4], tag[4];
} aliases[] = {
	{ "nb", "no" }, { "nn", "no" }, { "in", "id" }, { "iw", "he" },
	{ "bs", "hr" }, { "ms", "id" }, { "yue", "zh" },
};

/* Declared languages without words here, by script, so that a text in them is
 * no surprise; what is in neither list is taken for Latin. */
static const struct {
	char		tag[4];
	enum script	script;
} others[] = {
	{ "be", SCRIPT_CYRILLIC }, { "mk", SCRIPT_CYRILLIC },
	{ "kk", SCRIPT_CYRILLIC }, { "ky", SCRIPT_CYRILLIC },
	{ "mn", SCRIPT_CYRILLIC }, { "tg", SCRIPT_CYRILLIC },
	{ "tt", SCRIPT_CYRILLIC }, { "ps", SCRIPT_ARABIC },
	{ "ug", SCRIPT_ARABIC }, { "sd", SCRIPT_ARABIC },
	{ "ckb", SCRIPT_ARABIC }, { "yi", SCRIPT_HEBREW },
	{ "mr", SCRIPT_DEVANAGARI }, { "ne", SCRIPT_DEVANAGARI },
	{ "as", SCRIPT_BENGALI },
};

struct slot {
	char		word[WORD_MAX_BYTES];
	size_t		length;
	uint64_t	languages;
};

static struct slot slots[SLOTS];
static bool ready;

static struct slot *
find_slot(struct str word)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < word.n; i++)
		h = (h ^ (unsigned char)word.p[i]) * 16777619u;
	for (h ^= h >> 15;; h++) {
		struct slot *slot = &slots[h & (SLOTS - 1)];

		if (slot->length == 0 || str_eq(word,
		    (struct str){ slot->word, slot->length }))
			return slot;
	}
}

static void
fill_slots(void)
{
	static_assert(LANGUAGES <= 64, "one bit each");
	for (size_t i = 0; i < LANGUAGES; i++) {
		struct str rest = str_of(languages[i].words), word;

		while (str_split(&rest, ' ', &word)) {
			struct slot *slot = find_slot(word);

			assert(word.n < WORD_MAX_BYTES);
			memcpy(slot->word, word.p, word.n);
			slot->length = word.n;
			slot->languages |= UINT64_C(1) << i;
		}
	}
	ready = true;
}

/* What was counted in a text. */
struct counts {
	unsigned	letters[SCRIPT_COUNT], all;
	unsigned	words;
	unsigned	weights[LANGUAGES];
};

static void
count_letter(struct counts *c, uint32_t cp)
{
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (cp >= ranges[i].from && cp <= ranges[i].to) {
			c->letters[ranges[i].script]++;
			c->all++;
			return;
		}
}

static void
count_word(struct counts *c, struct str word)
{
	char lower[WORD_MAX_BYTES];
	uint64_t found;
	unsigned weight;

	c->words++;
	if (word.n >= WORD_MAX_BYTES)
		return;
	for (size_t i = 0; i < word.n; i++)
		lower[i] = to_lower(word.p[i]);
	found = find_slot((struct str){ lower, word.n })->languages;
	if (found == 0)
		return;
	weight = WEIGHT / (unsigned)__builtin_popcountll(found);
	for (size_t i = 0; i < LANGUAGES; i++)
		c->weights[i] += found >> i & 1 ? weight : 0;
}

static void
count(struct counts *c, struct str text)
{
	size_t start = 0;

	*c = (struct counts){ .all = 0 };
	text = str_slice(text, 0, SAMPLE_MAX);
	for (size_t i = 0; i <= text.n; i++) {
		bool letter = i < text.n && (is_alpha(text.p[i]) ||
		    (unsigned char)text.p[i] >= 0x80);

		if (letter)
			continue;
		if (i > start)
			count_word(c, str_slice(text, start, i));
		start = i + 1;
	}
	for (const char *p = text.p, *end = text.p + text.n; p < end;) {
		unsigned n;

		count_letter(c, utf8_decode(p, end, &n));
		p += n;
	}
}

static unsigned
share(const struct counts *c, size_t language)
{
	return c->words ? c->weights[language] * 100 / WEIGHT / c->words : 0;
}

/* The script of most letters; kana and Han together are Japanese. */
static enum script
script_of(const struct counts *c)
{
	enum script best = SCRIPT_LATIN;

	for (int s = 0; s < SCRIPT_COUNT; s++)
		if (c->letters[s] > c->letters[best])
			best = (enum script)s;
	return best == SCRIPT_HAN &&
	    c->letters[SCRIPT_KANA] * 10 > c->letters[SCRIPT_HAN] ?
	    SCRIPT_KANA : best;
}

/* The likeliest language of the script: by its words, else the first. */
static size_t
likeliest(const struct counts *c, enum script script)
{
	size_t best = NONE;

	for (size_t i = 0; i < LANGUAGES; i++)
		if (languages[i].script == script && (best == NONE ||
		    c->weights[i] > c->weights[best]))
			best = i;
	return best;
}

static bool
has_words(size_t language)
{
	return languages[language].words[0] != '\0';
}

/* The primary subtag, by the name it has here. */
static struct str
primary_of(struct str tag)
{
	struct str primary = STR_NONE;

	str_split(&tag, '-', &primary);		/* of none it makes none */
	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		if (str_ieq(primary, str_of(aliases[i].name)))
			return str_of(aliases[i].tag);
	return primary;
}

static size_t
number_of(struct str primary)
{
	for (size_t i = 0; i < LANGUAGES; i++)
		if (str_ieq(primary, str_of(languages[i].tag)))
			return i;
	return NONE;
}

static enum script
script_declared(struct str primary)
{
	size_t number = number_of(primary);

	if (number != NONE)
		return languages[number].script;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (str_ieq(primary, str_of(others[i].tag)))
			return others[i].script;
	return SCRIPT_LATIN;
}

/* May a text declared so be written in `script`?  Serbian is in two, and so are
 * languages that share a script's letters. */
static bool
may_be_in(struct str declared, struct str primary, enum script script)
{
	enum script own = script_declared(primary);

	if (own == script || (own == SCRIPT_KANA && script == SCRIPT_HAN))
		return true;
	/* a script is named where it is not the usual: sr-Latn, zh-Hant */
	if (str_find(declared, STR("-"), 0) >= 0 &&
	    (str_ifind(declared, STR("-latn"), 0) >= 0 ||
	    str_ifind(declared, STR("-cyrl"), 0) >= 0))
		return true;
	return str_ieq(primary, STR("sr")) && script == SCRIPT_LATIN;
}

struct str
language_of_text(struct str text, struct str declared)
{
	struct str primary = primary_of(declared);
	size_t said = number_of(primary), found;
	enum script script;
	struct counts c;
	bool sure;

	if (!ready)
		fill_slots();
	count(&c, text);
	script = script_of(&c);
	if (script == SCRIPT_KANA)
		c.letters[script] += c.letters[SCRIPT_HAN];
	if (c.all < LETTERS_MIN || c.letters[script] * 2 < c.all)
		return declared;
	found = likeliest(&c, script);
	if (found == NONE || found == said)
		return declared;
	sure = !has_words(found) || (script != SCRIPT_LATIN &&
	    script != SCRIPT_CYRILLIC) || (c.words >= WORDS_MIN &&
	    share(&c, found) >= (declared.n > 0 ? SHARE_OVERRULES : SHARE_MIN));
	if (declared.n > 0 && may_be_in(declared, primary, script))
		sure = said != NONE && has_words(said) && has_words(found) &&
		    languages[said].script == script && sure &&
		    share(&c, found) >= SHARE_OVERRULES &&
		    share(&c, found) >= TIMES * share(&c, said);
	return sure ? str_of(languages[found].tag) : declared;
}
