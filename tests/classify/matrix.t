#!/usr/bin/env python3
# What is done times what it is done to, in eight languages: every verb of the
# tables with every burden and every freedom, in the orders of each language.
import json, os, subprocess, sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(os.environ.get("STANCE_BUILD", TOP + "/build/release"), "stance-classify")
# The effect on a burden; a freedom's is the other one.
SIGNS = {"lift": "easing", "delay": "easing", "impose": "tightening", "extend": "tightening", "restrict": "easing"}
OTHER = {"easing": "tightening", "tightening": "easing"}
TABLES = {}
TABLES["de"] = """
lift: Malta hebt {o} auf / Malta schafft {o} ab / Malta streicht {o} / Malta kippt {o} / {O} wird aufgehoben /
    {O} wird abgeschafft / {O} entfällt / {O} läuft aus / {O} fällt weg / {O} wird nicht verlängert /
    Malta verlängert {o} nicht / Malta setzt {o} aus / {O} wird ausgesetzt / Malta nimmt {o} zurück /
    Malta will {o} abschaffen
delay: Malta verschiebt {o} / {O} wird verschoben
impose: Malta führt {o} ein / {O} wird eingeführt / Malta will {o} einführen
extend: Malta verlängert {o} / {O} wird verlängert / Malta weitet {o} aus
burdens: das Verbot / die Ausfuhrsperre / die Genehmigungspflicht / den Zoll / die Visumpflicht /
    die Sanktionen / die Gebühr / die Quarantäne
freedoms: die Ausnahme / die Steuerbefreiung / die Übergangsfrist / den Rabatt / die Zollfreiheit
"""
TABLES["es"] = """
lift: Malta levanta {o} / Malta elimina {o} / Malta suprime {o} / Malta pone fin a {o} / Se levanta {o} /
    {O} queda suprimida / {O} desaparece / {O} expira / {O} vence / {O} no se prorrogará /
    Malta no prorroga {o} / Malta suspende {o} / Malta renuncia a {o} / Malta quiere suprimir {o}
delay: Malta aplaza {o} / {O} se aplaza
impose: Malta impone {o} / Malta restablece {o} / Malta quiere imponer {o}
extend: Malta prorroga {o} / {O} se prorroga / Malta amplía {o}
burdens: la prohibición / la tasa / la restricción / la sobretasa / la cuarentena / la veda
freedoms: la exención / la bonificación / la exoneración / la deducción / la franquicia
"""
TABLES["fr"] = """
lift: Malte lève {o} / Malte supprime {o} / Malte abolit {o} / Malte met fin à {o} / {O} est levée /
    {O} est supprimée / {O} disparaît / {O} expire / {O} prend fin / {O} ne sera pas prolongée /
    Malte ne prolonge pas {o} / Malte suspend {o} / {O} est suspendue / Malte renonce à {o} /
    Malte veut supprimer {o}
delay: Malte reporte {o} / {O} est reportée
impose: Malte instaure {o} / {O} est instaurée / Malte rétablit {o} / Malte veut instaurer {o}
extend: Malte prolonge {o} / {O} est prolongée / Malte étend {o}
burdens: l'interdiction / la taxe / l'obligation / la surtaxe / la restriction / la quarantaine
freedoms: l'exemption / l'exonération / la dérogation / la ristourne / la franchise
"""
TABLES["it"] = """
lift: Malta revoca {o} / Malta elimina {o} / Malta abolisce {o} / Malta toglie {o} / {O} è abolita /
    {O} sparisce / {O} scade / {O} decade / {O} non sarà prorogata / Malta non proroga {o} /
    Malta sospende {o} / Malta rinuncia a {o} / Malta vuole abolire {o}
delay: Malta rinvia {o} / {O} slitta
impose: Malta impone {o} / Malta introduce {o} / Malta ripristina {o} / Malta vuole introdurre {o}
extend: Malta proroga {o} / {O} è prorogata / Malta estende {o}
burdens: la restrizione / la tassa / la quarantena / la sanzione / la stretta
freedoms: la deroga / l'esenzione / la detrazione / l'agevolazione / la franchigia
"""
TABLES["nl"] = """
lift: Malta heft {o} op / Malta schaft {o} af / Malta schrapt {o} / {O} wordt opgeheven /
    {O} wordt afgeschaft / {O} vervalt / {O} loopt af / {O} verdwijnt / {O} wordt niet verlengd /
    Malta verlengt {o} niet / Malta schort {o} op / {O} wordt opgeschort / Malta trekt {o} in /
    Malta wil {o} afschaffen
delay: Malta stelt {o} uit / {O} wordt uitgesteld
impose: Malta voert {o} in / {O} wordt ingevoerd / Malta wil {o} invoeren
extend: Malta verlengt {o} / {O} wordt verlengd / Malta breidt {o} uit
burdens: het verbod / de uitvoerstop / de vergunningplicht / de heffing / de visumplicht / de sancties /
    de belasting / de quarantaine
freedoms: de uitzondering / de vrijstelling / de overgangstermijn / de korting / de ontheffing
"""
TABLES["pt"] = """
lift: Malta levanta {o} / Malta elimina {o} / Malta revoga {o} / Malta acaba com {o} / {O} é abolida /
    {O} desaparece / {O} expira / {O} caduca / {O} não será prorrogada / Malta não prorroga {o} /
    Malta suspende {o} / Malta desiste de {o} / Malta quer abolir {o}
delay: Malta adia {o} / {O} é adiada
impose: Malta impõe {o} / Malta repõe {o} / Malta quer impor {o}
extend: Malta prorroga {o} / {O} é prorrogada / Malta alarga {o}
burdens: a proibição / a taxa / a restrição / a sobretaxa / a quarentena
freedoms: a isenção / a dedução / a dispensa / a franquia
"""
TABLES["ru"] = """
lift: Мальта отменила {o} / Мальта сняла {o} / Мальта упразднила {o} / {O} отменены / {O} исчезнут /
    {O} истекают / {O} не будут продлены / Мальта не продлила {o} / Мальта приостановила {o} /
    Мальта отказалась от {o} / Мальта хочет отменить {o}
delay: Мальта отложила {o} / {O} отложены
impose: Мальта ввела {o} / {O} введены / Мальта вернула {o} / Мальта хочет ввести {o}
extend: Мальта продлила {o} / {O} продлены / Мальта расширила {o}
burdens: запреты / ограничения / пошлины / санкции / сборы
freedoms: льготы / послабления / преференции / налоговые каникулы
"""
TABLES["sv"] = """
lift: Malta häver {o} / Malta slopar {o} / Malta avskaffar {o} / Malta tar bort {o} / {O} hävs / {O} slopas /
    {O} avskaffas / {O} tas bort / Malta drar in {o} / Malta river upp {o} / {O} förlängs inte /
    Malta förlänger inte {o} / {O} löper ut / {O} upphör / {O} försvinner / Malta pausar {o} / {O} pausas /
    Malta återkallar {o}
delay: Malta skjuter upp {o} / {O} skjuts upp
impose: Malta inför {o} / {O} införs / Malta återinför {o}
extend: Malta förlänger {o} / {O} förlängs / Malta utvidgar {o} / {O} utvidgas
restrict: Malta begränsar {o}
burdens: förbudet / exportförbudet / tillståndsplikten / tullen / kravet på visum / sanktionerna / avgiften /
    karantänen
freedoms: undantaget / skattelättnaden / dispensen / rabatten / tullfriheten / bidragsavdraget
"""

def read(text):
    """The lines of a table: what is done, with its sentences, and the things."""
    rows = {}
    for line in text.strip().replace("\n   ", "").split("\n"):
        name, row = line.split(":", 1)
        rows[name] = [cell.strip() for cell in row.split(" / ")]
    return rows

def sentences(text):
    """Each title and its label."""
    table, wanted = read(text), {}
    for phrase, kind in [(p, k) for k in table if k not in ("burdens", "freedoms") for p in table[k]]:
        for thing in table["burdens"] + table["freedoms"]:
            burden = thing in table["burdens"]
            # to put a freedom off and to curb a burden are said in other words
            if kind == ("restrict" if burden else "delay"):
                continue
            title = phrase.format(o=thing, O=thing[0].upper() + thing[1:])
            wanted[title] = SIGNS[kind] if burden else OTHER[SIGNS[kind]]
    return wanted


def check(number, language, wanted, options):
    """Are all titles labelled as they should be?"""
    news = "".join(json.dumps({"id": t, "title": t, "language": language}, ensure_ascii=False) + "\n" for t in wanted)
    out = subprocess.run([PROGRAM, *options], input=news.encode(), stdout=subprocess.PIPE, check=True).stdout
    got = {r["id"]: r["stance"]["label"] for r in map(json.loads, out.decode().splitlines())}
    bad = [t for t in wanted if got.get(t) != wanted[t]]
    print("%sok %d - %s: %d of %d" % ("not " if bad else "", number, " ".join([language, *options]),
                                      len(wanted) - len(bad), len(wanted)))
    for t in bad[:10]:
        print("# %s: %s, not %s" % (t, got.get(t), wanted[t]))


if sys.argv[1:] == ["--print"]:     # as labelled articles, to learn from
    for language, text in sorted(TABLES.items()):
        for number, (title, label) in enumerate(sentences(text).items()):
            print(json.dumps({"id": "%s-%d" % (language, number), "title": title, "content_text": "", "language": language,
                              "kind": "frame", "label": label}, ensure_ascii=False))
    sys.exit()
print("1..%d" % (2 * len(TABLES)))
for number, (language, text) in enumerate(sorted(TABLES.items())):
    check(2 * number + 1, language, sentences(text), ["--by-rules"])
    check(2 * number + 2, language, sentences(text), [])
