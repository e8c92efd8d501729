#include "tests/unit/test.h"

#include "ingest/filler.h"

static void
knows_lines_between_paragraphs(void **state)
{
	static const char *const fillers[] = { "Advertisement", " ADVERT ",
	    "Read more: the port at night", "Lesen Sie auch: Nebel",
	    "Follow us on every network", "Follow The Tideline on Facebook.",
	    "Get our letter in your inbox each morning", "Image 3 of 12",
	    "Share", "Tags: ports, fees", "Close" };

	(void)state;
	for (size_t i = 0; i < sizeof(fillers) / sizeof(*fillers); i++)
		assert_true(filler_is(str_of(fillers[i])));
}

static void
leaves_sentences_alone(void **state)
{
	static const char *const text[] = { "",
	    "Share prices fell on Monday after the bank held its rate.",
	    "Close to a thousand boats lay in the harbour that night.",
	    "Comments by the minister were taken for a promise.",
	    "Get well soon, the card said, and he did.",
	    "Advertisements for the loan had been banned since May, and the "
	    "regulator now lifts the ban for those who show the full cost." };

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		assert_false(filler_is(str_of(text[i])));
}

static void
knows_addresses(void **state)
{
	(void)state;
	assert_true(filler_is_address(STR(" https://a.example/x?y ")));
	assert_false(filler_is_address(STR("http is a protocol")));
	assert_false(filler_is_address(STR("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_lines_between_paragraphs),
		cmocka_unit_test(leaves_sentences_alone),
		cmocka_unit_test(knows_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
