#!/bin/sh
# What make install puts somewhere works from there, and goes again.
. "$(dirname "$0")/../lib/tap.sh"
[ "$STANCE_VARIANT" = release ] || skip_all 'only release is installed'

# -o: what was built for this test is not built again with other flags
target() {
	MAKEFLAGS='' make -C "$TOP" -s -o release "$1" DESTDIR="$TMP/root"
}
bin=$TMP/root/usr/local/bin
ok 'it installs' target install
cd / || exit
is "$(echo '{"id":"a","title":"Ministry lifts ban on exports of grain"}' |
    "$bin/stance" classify | jq -r .stance.label)" easing \
    'the installed classifier finds its rules'
ok 'the manual is there' test -f "$TMP/root/usr/local/share/man/man1/stance.1"
ok 'it uninstalls' target uninstall
is "$(find "$TMP/root" -type f)" '' 'and leaves nothing'
done_testing
