#include "ingest/filler.h"

/*
 * Lines that editors and their programs put between paragraphs.  A block is one
 * when it begins with `start`, has `inside` further on, and is no longer than
 * `most` bytes: the more common the words, the shorter the line must be.
 */
static const struct {
	const char	*start, *inside;
	size_t		 most;
} fillers[] = {
	{ "ad", "", 2 }, { "advert", "", 40 }, { "anzeige", "", 40 },
	{ "werbung", "", 40 }, { "publicité", "", 40 },
	{ "publicidad", "", 40 }, { "pubblicità", "", 40 },
	{ "reklam", "", 40 }, { "iklan", "", 5 },
	{ "scroll to continue", "", 80 },
	{ "story continues", "", 80 }, { "article continues", "", 80 },
	{ "continue reading", "", 140 }, { "read more", "", 140 },
	{ "read also", "", 140 }, { "also read", "", 140 },
	{ "read next", "", 140 }, { "related:", "", 140 },
	{ "related", "", 25 }, { "related stor", "", 60 },
	{ "related article", "", 60 }, { "related topic", "", 60 },
	{ "recommended", "", 40 }, { "more from", "", 60 },
	{ "more stories", "", 60 }, { "see also", "", 140 },
	{ "explore further", "", 40 }, { "you may also like", "", 60 },
	{ "you might also like", "", 60 }, { "most read", "", 40 },
	{ "most popular", "", 40 }, { "trending", "", 30 },
	{ "lesen sie auch", "", 140 }, { "lesen sie mehr", "", 140 },
	{ "lies auch", "", 140 }, { "mehr zum thema", "", 140 },
	{ "auch interessant", "", 140 }, { "das könnte sie", "", 80 },
	{ "das könnte dich", "", 80 }, { "weiterlesen", "", 60 },
	{ "zum thema", "", 60 }, { "lire aussi", "", 140 },
	{ "à lire aussi", "", 140 }, { "voir aussi", "", 140 },
	{ "lea también", "", 140 }, { "leer también", "", 140 },
	{ "lee también", "", 140 }, { "te puede interesar", "", 140 },
	{ "leia também", "", 140 }, { "leggi anche", "", 140 },
	{ "lees ook", "", 140 }, { "läs också", "", 140 },
	{ "les også", "", 140 }, { "czytaj t", "", 140 },
	{ "mehr lesen", "", 60 }, { "lees meer", "", 140 },
	{ "bekijk ook", "", 140 }, { "läs mer", "", 140 },
	{ "les mer", "", 140 }, { "læs også", "", 140 },
	{ "læs mere", "", 140 }, { "lue myös", "", 140 },
	{ "lire la suite", "", 60 }, { "en savoir plus", "", 60 },
	{ "leer más", "", 60 }, { "lea más", "", 60 },
	{ "ver también", "", 140 }, { "le puede interesar", "", 140 },
	{ "você pode gostar", "", 60 }, { "você também pode", "", 60 },
	{ "veja também", "", 140 }, { "leia mais", "", 140 },
	{ "saiba mais", "", 60 }, { "potrebbe interessarti", "", 60 },
	{ "leggi tutto", "", 60 }, { "zobacz ta", "", 140 },
	{ "zobacz też", "", 140 }, { "przeczytaj ta", "", 140 },
	{ "čtěte také", "", 140 }, { "citește și", "", 140 },
	{ "olvasta már", "", 140 }, { "baca juga", "", 140 },
	{ "читайте также", "", 280 }, { "смотрите также", "", 280 },
	{ "читать далее", "", 80 }, { "читайте також", "", 280 },
	{ "相关阅读", "", 140 }, { "相关新闻", "", 60 },
	{ "延伸阅读", "", 140 }, { "推荐阅读", "", 140 },
	{ "責任編輯", "", 60 }, { "责任编辑", "", 60 },
	{ "関連記事", "", 140 }, { "続きを読む", "", 60 },
	{ "관련기사", "", 140 }, { "more ", " stories", 60 },
	{ "sign up", "", 140 }, { "subscribe", "", 100 },
	{ "newsletter", "", 40 }, { "get the latest", "", 140 },
	{ "get ", "newsletter", 200 }, { "get ", "inbox", 200 },
	{ "get ", "subscri", 250 }, { "get ", "click here", 250 },
	{ "if you enjoyed this", "", 400 }, { "if you liked this", "", 400 },
	{ "follow us", "", 140 }, { "like us on", "", 140 },
	{ "follow ", "twitter", 200 }, { "follow ", "facebook", 200 },
	{ "follow ", "instagram", 200 }, { "join us on", "", 140 },
	{ "download our", "", 140 }, { "download the", " app", 140 },
	{ "share this", "", 30 }, { "share on", "", 40 }, { "share", "", 6 },
	{ "send us", "", 60 },
	{ "leave a comment", "", 60 }, { "leave a reply", "", 60 },
	{ "comments", "", 20 }, { "view comments", "", 40 },
	{ "tags:", "", 200 }, { "filed under", "", 140 },
	{ "posted in", "", 140 },
	{ "this entry was posted", "", 300 },
	{ "dieser eintrag wurde", "", 300 },
	{ "dieser beitrag wurde", "veröffentlicht", 300 },
	{ "der beitrag wurde am", "", 300 },
	{ "esta entrada fue publicada", "", 300 },
	{ "ce contenu a été publié", "", 300 },
	{ "cette entrée a été publiée", "", 300 },
	{ "questa voce è stata pubblicata", "", 300 },
	{ "dit bericht werd geplaatst", "", 300 },
	{ "den här posten postades", "", 300 },
	{ "ten wpis został opublikowany", "", 300 },
	{ "(noch keine bewertung", "", 60 }, { "(no ratings yet", "", 60 },
	{ "receive our ", "newsletter", 200 }, { "topics:", "", 140 },
	{ "source:", "", 60 }, { "quelle:", "", 60 },
	{ "watch:", "", 140 }, { "listen:", "", 140 },
	{ "photo:", "", 140 }, { "image:", "", 140 }, { "video:", "", 140 },
	{ "image ", " of ", 20 }, { "photo ", " of ", 20 },
	{ "©", "", 140 }, { "all rights reserved", "", 140 },
	{ "", "hier anmelden", 300 }, { "", "jetzt anmelden", 250 },
	{ "", "sign up here", 250 }, { "", "subscribe here", 250 },
	{ "", "sign up for our", 300 }, { "", "subscribe to our", 300 },
	{ "", "newsletter abonnieren", 250 },
	{ "create an account", "", 140 }, { "sign in", "", 60 },
	{ "log in", "", 60 }, { "register", "sign in", 80 },
	{ "already a", "sign in", 80 }, { "already a", "log in", 80 },
	{ "already have an account", "", 80 },
	{ "don't have an account", "", 80 },
	{ "don’t have an account", "", 80 },
	{ "empfohlener", " inhalt", 60 },
	{ "an dieser stelle", " extern", 250 },
	{ "ich bin damit einverstanden", " inhalt", 250 },
	{ "personenbezogene daten können", "", 250 },
	{ "damit werden personenbezogene daten", "", 250 },
	{ "damit können personenbezogene daten", "", 250 },
	{ "this content is hosted by a third party", "", 250 },
	{ "we need your consent", "", 250 },
	{ "pour visualiser ce contenu", "", 250 },
	{ "para ver este contenido", "", 250 },
	{ "この記事は会員限定", "", 140 }, { "この記事は有料", "", 140 },
	{ "table of contents", "", 24 }, { "inhaltsverzeichnis", "", 24 },
	{ "in this article", "", 24 }, { "sommaire", "", 12 },
	{ "", "affiliate commission", 250 },
	{ "", "requires javascript", 60 }, { "", "enable javascript", 140 },
	{ "caption", "", 7 }, { "close", "", 5 }, { "tweet", "", 5 },
	{ "print", "", 5 }, { "email", "", 5 }, { "loading", "", 12 },
	{ "hide caption", "", 12 }, { "toggle caption", "", 14 },
	{ "enlarge this image", "", 20 }, { "learn more", "", 12 },
	{ "show more", "", 12 }, { "breaking news", "", 13 },
	{ "back to top", "", 12 }, { "print this", "", 40 },
};
#define FILLER_MAX	400

/* May `text` begin with `start`?  Most lines are told by their first byte. */
static bool
begins(struct str text, const char *start)
{
	return *start == '\0' || (text.n > 0 &&
	    to_lower(text.p[0]) == *start);
}

/* The longest caption of a picture, and the longest name of who made it. */
#define CAPTION_MAX	250
#define CREDIT_MAX	60

/* "The quay at noon © Ada Marsh": a caption, though nothing calls it one. */
static bool
ends_with_credit(struct str text)
{
	ptrdiff_t at = str_find(text, STR("©"), 0);

	return text.n <= CAPTION_MAX && at >= 0 &&
	    text.n - (size_t)at <= CREDIT_MAX && !str_ends(text, STR("."));
}

bool
filler_is(struct str text)
{
	text = str_trim(text);
	if (text.n > FILLER_MAX)
		return false;
	if (ends_with_credit(text))
		return true;
	for (size_t i = 0; i < sizeof(fillers) / sizeof(*fillers); i++)
		if (text.n <= fillers[i].most && begins(text, fillers[i].start) &&
		    str_istarts(text, str_of(fillers[i].start)) &&
		    str_ifind(text, str_of(fillers[i].inside), 0) >= 0)
			return true;
	return false;
}

bool
filler_is_address(struct str text)
{
	text = str_trim(text);
	return str_starts(text, STR("http")) &&
	    memchr(text.p, ' ', text.n) == NULL;
}
