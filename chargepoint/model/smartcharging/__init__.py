"""Smart charging: how much a central system lets each connector draw, now and later.

A central system installs *charging profiles*. Each has a purpose, a stack level and a schedule, and a schedule
is a staircase: a list of periods, each with its limit, counted in seconds from the schedule's start.

    purpose       installed at         says
    STATION_MAX   0                    what all connectors together may draw
    TX_DEFAULT    0 (all) or one       what a transaction may draw unless it is told otherwise
    TX            one connector        what this one transaction may draw

Four steps say what holds at a moment, and two more what holds over a stretch of time, the composite schedule:

    1 applicable   which profiles concern this connector and its transaction            composite.py
    2 active       which of them are valid and have a period running                    timeline.py
    3 leading      per purpose, the one of these with the highest stack level           composite.py
    4 merged       TX, else TX_DEFAULT, else nothing; never above the hardware rating   composite.py
    5 walked       from one boundary to the next, over the time asked for               composite.py
    6 rendered     in the unit asked for, rounded down, equal neighbours made one       composite.py

So a gap in a high stack level lets the level below it rule, a gap in all TX profiles lets TX_DEFAULT rule,
and a gap in everything leaves the rating. Intervals are half-open: a period rules from its first second up to,
and without, the first second of the next.

Every moment is a float of POSIX seconds and an argument; recurring schedules count days of 86400 s in UTC.
``profiles`` holds the words and the installed set, ``validation`` says which profiles are taken,
``limits`` converts between amperes and watts, ``context`` says what the engine must be told of the station,
``records`` writes the installed set down.

How the station's maximum is shared among connectors that charge at the same time is no part of this:
a station asks for each connector's own limit and for the station's maximum, and shares.
"""
