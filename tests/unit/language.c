#include "tests/unit/test.h"

#include "base/buf.h"
#include "ingest/language.h"

static void
is_in(const char *text, const char *declared, const char *wanted)
{
	struct buf many = BUF_INIT, got = BUF_INIT;

	for (int i = 0; i < 4; i++)
		buf_addz(&many, text);
	buf_adds(&got, language_of_text(buf_str(&many), str_of(declared)));
	assert_string_equal(buf_z(&got), wanted);
	buf_release(&many);
	buf_release(&got);
}

#define ENGLISH	"The ministry lifted the quota on sand, and traders who had " \
	"asked for it were glad of it. "
#define GERMAN	"Das Ministerium hat die Quote für Sand aufgehoben, und die " \
	"Händler, die es gefordert hatten, sind froh. "
#define SPANISH	"El ministerio levantó la cuota sobre la arena y los " \
	"comerciantes que la habían pedido se alegraron por ello. "
#define PORTUGUESE	"O ministério retirou a quota da areia e os " \
	"comerciantes, que não a queriam, ficaram contentes com isso. "
#define DANISH	"Ministeriet har ophævet kvoten på sand, og de handlende, der " \
	"havde bedt om det, blev glade for det. "
#define RUSSIAN	"Министерство отменило квоту на песок, и торговцы, которые " \
	"об этом просили, были рады, что это так. "
#define UKRAINIAN	"Міністерство скасувало квоту на пісок, і торговці, " \
	"які про це просили, були раді, що це так. "

static void
a_declaration_that_fits_stands(void **state)
{
	(void)state;
	is_in(ENGLISH, "en-GB", "en-GB");
	is_in(GERMAN, "de-AT", "de-AT");
	is_in(DANISH, "nb", "nb");		/* too close to tell */
	is_in(SPANISH, "gl", "gl");		/* not known here */
	is_in("放宽出口管制，商人们都很高兴。", "zh-TW", "zh-TW");
	is_in(RUSSIAN, "kk", "kk");
	is_in("Kupac.", "en", "en");
}

static void
the_text_overrules_one_that_does_not(void **state)
{
	(void)state;
	is_in(GERMAN, "en-US", "de");
	is_in(ENGLISH, "de", "en");
	is_in(SPANISH, "pt-BR", "es");
	is_in(PORTUGUESE, "es", "pt");
	is_in(UKRAINIAN, "ru", "uk");
	is_in(RUSSIAN, "en", "ru");
	is_in("放宽出口管制，商人们都很高兴。", "en", "zh");
	is_in("輸出規制が緩和され、業者は喜んでいる。", "en", "ja");
	is_in("수출 규제가 완화되어 업자들이 기뻐하고 있다.", "en", "ko");
	is_in("Το υπουργείο κατάργησε την ποσόστωση.", "en", "el");
}

static void
what_nobody_declared_is_found(void **state)
{
	(void)state;
	is_in(ENGLISH, "", "en");
	is_in(DANISH, "", "da");
	is_in(RUSSIAN, "", "ru");
	is_in("xqz 123 wvx 456. ", "", "");
	is_in("", "", "");
	assert_int_equal(language_of_text(STR("b"), STR_NONE).n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_declaration_that_fits_stands),
		cmocka_unit_test(the_text_overrules_one_that_does_not),
		cmocka_unit_test(what_nobody_declared_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
