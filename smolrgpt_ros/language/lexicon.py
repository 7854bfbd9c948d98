"""Words and phrases the grammar reacts to, and those it knows to be harmless."""

from __future__ import annotations

from .meaning import Order


def _straight_lines() -> list[str]:
    """Lines whose length is a distance: "the length of the path"."""
    said = []
    for line in ("line", "path", "way", "route", "segment"):
        said += [f"straight {line}", f"length of the {line}", f"length of a {line}"]
        said += [f"{line} length", f"length of {line}"]
        said += [f"{line} {link}" for link in ("between", "connecting", "joining", "linking")]
        said += [f"{line} from"] if line != "way" else []  # "which way from"
    return said


def _phrases() -> dict[str, tuple[str, object]]:
    table: dict[str, tuple[str, object]] = {}
    for side, order in (("left", Order.LEFTMOST), ("right", Order.RIGHTMOST)):
        table[side] = ("side", order)
        for ending in (" hand", "ward", "wards"):
            table[f"{side}{ending}"] = ("side", order)
        for phrase in (f"{side}most", f"{side} most", f"far {side}", f"extreme {side}"):
            table[phrase] = ("extreme", order)
        for more in ("furthest", "farthest", "further", "farther", "more", "most"):
            for link in ("", "to the ", "on the ", "towards the "):
                table[f"{more} {link}{side}"] = ("extreme", order)
        other = Order.RIGHTMOST if order is Order.LEFTMOST else Order.LEFTMOST
        for link in ("", "far ", "to the ", "far to the "):
            table[f"less {link}{side}"] = ("extreme", other)
        for near in ("closest", "nearest"):
            for edge in ("side", "edge", "border"):
                table[f"{near} to the {side} {edge}"] = ("extreme", order)
    for word in ("middle", "center", "centre", "central"):
        table[word] = ("extreme", Order.MIDDLE)
    for order, words in {
        Order.NEAREST: "nearest,closest,closer,nearer,shortest distance,smallest distance,"
        "least distance,minimum distance,lowest distance,minimal distance,min distance,"
        "minimises the distance,minimizes the distance,shortest way,shortest path,shortest,"
        "least way,least far,less far,less distant",
        Order.FARTHEST: "farthest,furthest,further,farther,most distant,longest distance,"
        "largest distance,greatest distance,maximum distance,maximal distance,max distance",
        Order.LARGEST: "largest,biggest,larger,bigger",
        Order.SMALLEST: "smallest,smaller",
    }.items():
        for word in words.split(","):
            table[word] = ("superlative", order)
    for word in "empty,idle,unloaded,unladen,vacant".split(","):  # longer ways: states.py
        table[word] = ("state", Order.EMPTY)
    for word in ("loaded", "full"):
        table[word] = ("state", Order.LOADED)
    for phrase in (
        "how many,hwo many,number of,count,counts,counting,how full,how many of,total number of,"
        "tally,add up,adding up,sum up,occupancy of,quantity of,fill level of,what number,"
        "number in,number within,number inside,as a number"
    ).split(","):
        table[phrase] = ("cue", "count")
    for phrase in (
        "how far,how close,how distant,how near,distance,distances,dist,apart,far from,"
        "how much distance,how much space,how much room,gap,range,"
        "spacing,separation,separates,separated,meters between,metres between,clearance,how long,"
        "how wide,in meters,in metres,meters from,metres from,m between,m from,ruler,"
        "rope,tape measure"
    ).split(","):
        table[phrase] = ("cue", "distance")
    table |= {phrase: ("cue", "distance") for phrase in _straight_lines()}
    for unit in "m,meter,meters,metre,metres,feet,ft,cm,centimeters,centimetres,inches".split(","):
        table[f"how many {unit}"] = ("cue", "distance")
    for phrase in ("which side,what side,which way,the side,which direction,what direction").split(
        ","
    ):
        table[phrase] = ("cue", "side")
    for phrase in (
        "right now,right away,all right,centre to centre,center to center,middle to middle,"
        "centres,centers,midpoint,midpoints"
    ).split(","):
        table[phrase] = ("aside", None)
    for phrase in "which,what,whichever".split(","):
        table[phrase] = ("which", None)
    for word in (
        "pick,picks,picked,pickup,picking,collect,collects,retrieve,retrieval,take,reach,reached,grab,"
        "fetch,access,accessible,assigned,select,selected,best,optimal,suitable,suited,convenient,"
        "candidate,next in turn,carry,lift,load,serve,choose,assign,assigns,go for,"
        "goes for,head for,get to first,gets to first,come to first,arrive at first,go get,"
        "go and get,soonest,quickest,fastest,earliest"
    ).split(","):
        table[word] = ("fetch", None)
    for word in "region,regions,object,objects,item,items,mask,masks,id,ids,one,ones".split(","):
        table[word] = ("generic", word.endswith("s"))
    for word in (
        "the,a,an,this,that,my,our,your,any,all,each,every,these,those,both,following"
    ).split(","):
        table[word] = ("article", None)
    for phrase in "next to,near,by,beside,close to,adjacent to".split(","):
        table[phrase] = ("near", None)
    for word in "among,amongst,in,inside,within,from,of,at,into,on".split(","):
        table[word] = ("link", word)
    for word in "camera,sensor,lens,me,us,here".split(","):
        table[word] = ("camera", word)
    return table


PHRASES: dict[str, tuple[str, object]] = _phrases()
LONGEST_PHRASE = max(len(p.split()) for p in PHRASES)

ORDINALS = {
    word: rank
    for rank, word in enumerate(
        "first,second,third,fourth,fifth,sixth,seventh,eighth,ninth,tenth".split(","), start=1
    )
}
NUMBER_WORDS = {
    word: n
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
}

# Verbs by what they say; every regular form of them is harmless.
_VERBS = (
    # holding and standing
    "accommodate cover include occupy remain rest store stay deposit drop leave park "
    # connecting
    "connect extend join lead link run span stretch "
    # moving and looking
    "approach arrive begin drive face follow gaze glance head move rotate shift start steer swing "
    "travel turn "
    "walk watch "
    # asking
    "calculate check compare compute confirm consider decide determine estimate evaluate express "
    "identify judge list mention name need output print report request require return show specify "
    "state tell use verify wish wonder"
).split()


def _inflected(verb: str) -> set[str]:
    """The regular forms of a verb."""
    stem = verb.removesuffix("e")
    forms = {verb, f"{verb}s", f"{stem}ed", f"{stem}ing"}
    if verb.endswith("y"):
        forms |= {f"{verb[:-1]}ies", f"{verb[:-1]}ied"}
    return forms | ({f"{verb}es"} if verb.endswith(("s", "h")) else set())


# Nouns and adjectives of measuring, of looking and of listing, which name no object either.
_ABSTRACT = frozenset(
    """
    accuracy calculation dimension direct euclidean lateral length lengths linear metric physical
    planar planner precise precision quantity relevant same respective resulting result results
    rough single sole specific specified true unit units
    anchor base baseline basis context eye eyes gaze landmark orientation origin photo photograph
    reference references screen shot sideways snapshot stream video
    beginning destination end ends ending goal target targets start trip
    couple group groups list listed lists mentioned pair pairs respectively selection set sets
    border borders building facility hall warehouse
    content contents others portion remaining rest sum
    cargo freight goods payload
    """.split()
)

_ORDINARY = frozenset(
    """
    about above according across actually again ahead along also am amount and angle answer
    anything appear appears approximate approximately are around ask assess at automated automatic
    automatically autonomously available away back based be been being below besides better between
    both box boxes but called can captured choice chosen compute computed confirm considering
    contain contained contains could current currently describe determine determined did direction
    do does done easiest easily easy edge efficiency efficient estimate estimated estimation exact
    exactly extent feet figure find first floor for former found frame free front ft get give given
    go goal goes going good got greatest ground had hand happen has have held hello help here hey
    hi hold holding holds how i if image images in inch inches indicate into is it its job just
    know latter lie lies like line located location locations long look looking looks lot may mean
    meaning measure measured measurement measurements meter meters metre metres might moment most
    move much must name navigate need needs next no not nothing now number observer observing of
    off ok okay on only optimal or order other out over path perspective picture place placed
    placement plan please pls point position positioned positions possible present proceed provide
    provided proximity put question r reading regarding relation relative report robots' roughly
    scene see seen shall should show side sides sight sit sits situated slot slots so some space
    spaces spatial spot spots stand standing stands state still stored storing straight system task
    tell than thank thanks that their them then there they thing things think to toward towards
    trip truth try u until up using value vehicle's versus via view viewer viewing viewpoint
    visible vs want wants was way we well were what's when whether while who whose will with
    without would yes you your yours level levels height heights width widths size sizes volume
    clock hour hours plan horizontal horizontally vertical vertically difference differ surface
    surfaces clearance separation bottom top taller shorter wider thinner narrower bigger smaller
    larger higher lower front behind room compared check checks stock tape joins lay centimetre
    centimetres centimeter centimeters greater less o'clock oclock o said face faces tall high wide
    broad elevation dropped dropping spanned spanning running ran drove held stood put puts went
    gone came come comes coming
    """.split()
)

# Harmless beside two regions, but things one may ask the distance to.
THINGS = frozenset(
    "anchor base border box boxes building cargo edge facility floor freight goods ground hall "
    "head park payload room screen store surface".split()
)

# Ordinary words that are no object, and that must not be "corrected" into one of ours
# (might/right, lift/left). An unlisted noun after an article is reported as an unknown object.
HARMLESS = _ORDINARY | _ABSTRACT | {form for verb in _VERBS for form in _inflected(verb)}
