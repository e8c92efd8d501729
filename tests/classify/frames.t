#!/usr/bin/env python3
# English sentences by the thousand: verbs, objects and those ruled, crossed with the
# frames that news puts them in.  What a sentence says follows from its parts, so each
# has its label; a part of them is read wrongly, and the floors only rise.
import itertools, json, os, subprocess, sys

PROGRAM = os.path.join(os.environ.get("STANCE_BUILD", "build/release"), "stance-classify")
EASING, TIGHTENING, NEUTRAL = "easing", "tightening", "neutral"
OTHER = {EASING: TIGHTENING, TIGHTENING: EASING}
POWERS = ["Peru's trade ministry", "the government of Ghana", "Malaysia", "the European Commission",
          "India's central bank", "the customs service of Chile", "Vietnam's industry ministry"]
BODIES = ["The notice runs to four pages.", "Officials gave the details at a briefing.",
          "The order was published on Monday."]
GOODS = ["onions", "used cars", "solar panels", "fishmeal", "cement", "drones", "rice"]
SAMPLE = 3000       # sentences of each matrix


def cells(text):
    return [cell.strip() for cell in text.replace("\n", " ").split(" / ")]


# What is done to a thing.  Of a verb its forms: lift, lifts, lifted, lifting, (has) lifted.
VERBS = {
    "ease": """lift lifts lifted lifting / scrap scraps scrapped scrapping / remove removes removed removing /
        abolish abolishes abolished abolishing / end ends ended ending / repeal repeals repealed repealing /
        suspend suspends suspended suspending / ease eases eased easing / relax relaxes relaxed relaxing /
        loosen loosens loosened loosening / waive waives waived waiving / rescind rescinds rescinded rescinding""",
    "tighten": """impose imposes imposed imposing / introduce introduces introduced introducing /
        adopt adopts adopted adopting / reinstate reinstates reinstated reinstating /
        extend extends extended extending / widen widens widened widening / toughen toughens toughened toughening /
        tighten tightens tightened tightening / restore restores restored restoring""",
    "raise": """raise raises raised raising / increase increases increased increasing /
        double doubles doubled doubling / triple triples tripled tripling""",
    "lower": """cut cuts cut cutting / lower lowers lowered lowering / reduce reduces reduced reducing /
        halve halves halved halving / trim trims trimmed trimming""",
    "allow": """allow allows allowed allowing / permit permits permitted permitting /
        authorise authorises authorised authorising / approve approves approved approving""",
    "forbid": """ban bans banned banning / prohibit prohibits prohibited prohibiting /
        outlaw outlaws outlawed outlawing / halt halts halted halting / restrict restricts restricted restricting""",
}
THINGS = {
    "burden": """the ban on imports of {g} / the embargo on {g} / the import restrictions on {g} /
        the export controls on {g} / the tariff on {g} / the anti-dumping duties on {g} /
        the licensing requirement for {g} / the moratorium on imports of {g} / the capital controls / the travel ban /
        the border checks / the curfew / the limits on cash withdrawals / the rent controls / the arms embargo""",
    "price": """the import duty on {g} / the export tax on {g} / the key interest rate / the reserve requirement /
        the stamp duty / the corporate tax / the visa fee / the value-added tax / the capital buffer for banks""",
    "room": """the import quota for {g} / the ceiling on exports of {g} / the duty-free allowance /
        the cap on student visas / the cash withdrawal limit / the loan-to-value limit / the fishing quota""",
    "doing": "exports of {g} / imports of {g} / the sale of {g} / shipments of {g} / the import of {g}",
}
DEEDS = [("ease", "burden", EASING), ("tighten", "burden", TIGHTENING), ("raise", "price", TIGHTENING),
         ("lower", "price", EASING), ("raise", "room", EASING), ("lower", "room", TIGHTENING),
         ("allow", "doing", EASING), ("forbid", "doing", TIGHTENING)]
SAID = {
    "same": """{A} {vs} {o} / {A} {vd} {o} on Monday / {A} has {vd} {o} / {A} will {v} {o} from next month /
        {A} to {v} {o} / {A} said it would {v} {o} / {A} said on Monday it had {vd} {o} /
        {A} has decided to {v} {o} / {A} agreed to {v} {o} / {A} plans to {v} {o} / {A} is {ving} {o} /
        {A} announced that it will {v} {o} / {A} moves to {v} {o} / {A} voted to {v} {o} /
        {A} issued a decree {ving} {o} / {A} published an order that {vs} {o} / {A} signed a decree to {v} {o} /
        {A} is considering {ving} {o} / {A} proposed {ving} {o} / {A} has partially {vd} {o} /
        {A} has, with immediate effect, {vd} {o} / {A}, which had promised to act by June, {vd} {o} /
        Under a decree signed on Monday, {a} will {v} {o} / {O} was {vd} by {a} / {O} will be {vd}, {a} said""",
    "none": """{A} did not {v} {o} / {A} refused to {v} {o} / {A} has no plans to {v} {o} / {A} ruled out {ving} {o} /
        {A} denied that it would {v} {o} / Exporters urged {a} to {v} {o} / Analysts expect {a} to {v} {o} /
        A lobby group wants {a} to {v} {o} / {A} said it was too early to {v} {o}""",
    "other": """{A} dropped a plan to {v} {o} / {A} reversed a decision to {v} {o} /
        {A} put off {ving} {o} until spring / {A} delayed a plan to {v} {o}""",
}


def composition():
    for verbs, things, label in DEEDS:
        for verb, thing in itertools.product(cells(VERBS[verbs]), cells(THINGS[things])):
            v, vs, vd, ving = verb.split()
            for kind, frames in SAID.items():
                meant = {"same": label, "none": NEUTRAL, "other": OTHER[label]}[kind]
                for frame in cells(frames):
                    yield meant, frame, {"v": v, "vs": vs, "vd": vd, "ving": ving, "o": thing}


# What people must do, and what they may.  Of a deed the verb and its -ing form.
RULED = cells("""importers / banks / landlords / coffee shippers / pharmacies / hauliers / foreign students /
    private clinics / insurers / online sellers / restaurants / tobacco growers / pension funds""")
DUTIES = cells("""file monthly returns, filing monthly returns / label every carton, labelling every carton /
    hire a licensed agent, hiring a licensed agent / publish their prices, publishing their prices /
    undergo yearly audits, undergoing yearly audits / show proof of origin, showing proof of origin /
    report large payments, reporting large payments / insure their cargo locally, insuring their cargo locally""")
LIBERTIES = cells("""sell abroad, selling abroad / open on Sundays, opening on Sundays /
    keep dollars abroad, keeping dollars abroad / use old engines, using old engines /
    advertise loans, advertising loans / import used parts, importing used parts / raise rents, raising rents /
    bring in workers from overseas, bringing in workers from overseas""")
MUST = {
    TIGHTENING: """{A} requires {r} to {d} / {A} will require {r} to {d} / {A} has ordered {r} to {d} /
        {A} told {r} to {d} / {A} obliges {r} to {d} / {A} is forcing {r} to {d} / {A} intends to make {r} {d} /
        {R} must {d}, {a} ruled / {R} will have to {d} from May, {a} said / From May {r} have to {d}, {a} said /
        {A} made it compulsory for {r} to {d}""",
    EASING: """{R} no longer have to {d}, {a} said / {A} will no longer require {r} to {d} / {A} freed {r} from {ding} /
        {A} excuses {r} from {ding} / {A} exempts {r} from {ding} / {A} dropped a rule that {r} {d} /
        {A} gives {r} another year to {d} / {R} do not have to {d} any more, {a} said""",
    NEUTRAL: "{A} denied that {r} will have to {d} / Analysts expect {a} to require {r} to {d}",
}
MAY = {
    EASING: """{A} allows {r} to {d} / {A} lets {r} {d} / {A} cleared {r} to {d} / {A} has authorised {r} to {d} /
        {R} can now {d}, {a} said / {R} will be able to {d}, {a} said / {R} are free to {d} again, {a} ruled /
        {A} plans to let {r} {d} / {A} no longer bars {r} from {ding} / {A} made it easier for {r} to {d}""",
    TIGHTENING: """{A} bars {r} from {ding} / {A} has banned {r} from {ding} / {A} forbids {r} to {d} /
        {R} may no longer {d}, {a} ruled / {R} can no longer {d}, {a} said / {R} must not {d}, {a} said /
        {R} will not be allowed to {d} from May, {a} said / {A} ordered {r} to stop {ding} /
        {A} makes it an offence for {r} to {d} / {A} made it harder for {r} to {d}""",
    NEUTRAL: "{A} has no plans to let {r} {d} / A lobby group wants {a} to let {r} {d}",
}


def duties():
    for table, deeds in ((MUST, DUTIES), (MAY, LIBERTIES)):
        for (label, frames), ruled, deed in itertools.product(table.items(), RULED, deeds):
            d, ding = deed.split(", ")
            for frame in cells(frames):
                yield label, frame, {"r": ruled, "d": d, "ding": ding}


# When a measure comes and goes.
MEASURES = {
    TIGHTENING: cells("""the plastic bag ban / a levy on truckers / the new emission standard / a ban on cod fishing /
        stricter axle-weight limits / the carbon tax on ferries / labelling rules for honey / visa checks for Turks /
        a licensing regime for drones / higher reserve requirements / a duty on {g} / capital rules for insurers"""),
    EASING: cells("""the tariff cut on {g} / visa-free entry for Turks / the tax break for start-ups / the fuel tax cut /
        a waiver of port fees / the exemption of small firms from audits / the duty holiday on {g} /
        looser mortgage rules"""),
}
COMES = {
    "same": """{A} brings forward {m} to July / {A} speeds up {m} / {A} extends {m} to 2028 / {A} renewed {m} /
        {A} makes {m} permanent / {M} takes effect on Friday, {a} said / {A} goes ahead with {m} /
        {A} confirmed {m} from June""",
    "other": """{A} delays {m} / {A} puts off {m} until January / {A} postponed {m} by six months /
        {A} pushed back {m} to 2028 / {A} has deferred {m} / {A} gave firms another year before {m} begins /
        {A} drops {m} / {A} shelves {m} / {A} scraps plan for {m} / {A} decided against {m} /
        {A} will not go ahead with {m} / {A} lets {m} lapse / {A} will not extend {m} /
        {M} runs out on Sunday, {a} said / {A} allowed {m} to expire""",
}


def times():
    for (label, measures), (kind, frames) in itertools.product(MEASURES.items(), COMES.items()):
        for measure, frame in itertools.product(measures, cells(frames)):
            yield label if kind == "same" else OTHER[label], frame, {"m": measure}


# Levels, each with what more of it means.
LEVELS = [(level, TIGHTENING) for level in cells("""import duty on {g}, 5%, 12% / policy rate, 4%, 5% / reserve ratio, 8%, 10% /
    minimum down payment for flats, 10%, 20% / fee for a work visa, $90, $140""")] + [
    (level, EASING) for level in cells("""speed limit for lorries, 70 km/h, 80 km/h / catch limit for hake, 3000 tonnes, 5000 tonnes /
    cap on foreign stakes in banks, 30%, 49% / daily cash limit, $300, $500 / loan-to-value ceiling, 70%, 80% /
    import quota for {g}, 2000 tonnes, 3500 tonnes""")]
MOVES = """{A} {put} the {l} to {new} from {old} / {A} {put} the {l} from {old} to {new} /
    {A} set the {l} at {new}, against {old} until now / {A} put the {l} at {new} instead of {old} /
    The {l} will be {new} from May, {way} from {old}, {a} said / {A} will {puts} the {l} by a quarter /
    The {l} goes {way} to {new} from {old}, {a} said / The {l} is now {new}; it was {old} last year, {a} said"""


def levels():
    for (level, label), frame, up in itertools.product(LEVELS, cells(MOVES), (True, False)):
        name, low, high = level.split(", ")
        yield label if up else OTHER[label], frame, {
            "l": name, "new": high if up else low, "old": low if up else high, "way": "up" if up else "down",
            "put": "raised" if up else "lowered", "puts": "raise" if up else "lower"}


def capital(text):
    return text[0].upper() + text[1:]


def sentences(matrix):
    """(label, frame, record): a sample that is the same each time, as titles and as texts in turn."""
    crossed = list(itertools.product(list(matrix()), POWERS, GOODS))
    step = max(1, len(crossed) // SAMPLE) | 1
    for number, ((label, frame, slots), power, goods) in enumerate(crossed[::step]):
        filled = {name: text.format(g=goods) for name, text in slots.items()}
        filled.update({name.upper(): capital(text) for name, text in filled.items() if len(name) == 1})
        text = capital(frame.format(a=power, A=capital(power), **filled))
        body = BODIES[number % len(BODIES)]
        title, text = (text, body) if number % 2 else ("Notice of Monday", "%s. %s" % (text, body))
        yield label, frame, {"id": str(number), "language": "en", "title": title, "content_text": text}


# The share that must be right, and the share that may be taken the wrong way round: by
# the rules alone, and with what the wording says.
FLOORS = [(composition, 0.97, 0.001, 0.965, 0.007), (duties, 0.97, 0.002, 0.99, 0.003), (times, 0.97, 0.001, 0.985, 0.008),
          (levels, 0.90, 0.012, 0.955, 0.042)]
count = 0


def check(name, asked, options, least, most):
    """Are enough of the sentences labelled as they should be?"""
    global count
    news = "".join(json.dumps(record) + "\n" for _, _, record in asked)
    out = subprocess.run([PROGRAM, *options], input=news.encode(), stdout=subprocess.PIPE, check=True).stdout
    got = [json.loads(line)["stance"]["label"] for line in out.decode().splitlines()]
    right = sum(label == told for (label, _, _), told in zip(asked, got))
    turned = sum(OTHER.get(label) == told for (label, _, _), told in zip(asked, got))
    share, wrong_way = right / len(asked), turned / len(asked)
    for good, what in ((share >= least, "%d of %d right, %.3f" % (right, len(asked), share)),
                       (wrong_way <= most, "%d the wrong way, %.3f" % (turned, wrong_way))):
        count += 1
        print("%sok %d - %s: %s" % ("" if good else "not ", count, " ".join([name, *options]), what))
    missed = {}
    for (label, frame, _), told in zip(asked, got):
        missed.setdefault(frame, []).append(label != told)
    for frame, wrong in sorted(missed.items(), key=lambda f: -sum(f[1]) / len(f[1]))[:5]:
        print("# %s: %d of %d wrong" % (frame, sum(wrong), len(wrong)))


if sys.argv[1:] == ["--print"]:     # as labelled articles, to learn from
    for matrix, *_ in FLOORS:
        for number, (label, _, record) in enumerate(sentences(matrix)):
            print(json.dumps({**record, "id": "%s-%d" % (matrix.__name__, number), "kind": "frame", "label": label}))
    sys.exit()
for matrix, least, most, worded_least, worded_most in FLOORS:
    asked = list(sentences(matrix))
    check(matrix.__name__, asked, ["--by-rules"], least, most)
    check(matrix.__name__, asked, [], worded_least, worded_most)
print("1..%d" % count)
