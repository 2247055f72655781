"""The rules once more, each in one short file that can be copied out and read in a court.

The house itself counts with `tally.rules`; the tests compare those with these. Each file needs
Python's standard library only and is written to be read, not to be fast: exact fractions, no
grouping of ballots, no search cleverer than the definition.

All of them take the same plain things:

costs : id -> cost of the option, a whole number or a fraction, not negative
limit : the money there is, in the same unit
ballots : for each voter one dict, id -> points: 1 for each option approved, the points of a
    cumulative or scored ballot, or the Borda points of a ranked one; an empty dict is a voter too.
    `pb_ear` alone takes rankings: for each voter one list of ids, best first
ties : all ids, in the order that decides between equals: the first wins

and give the ids of the funded options in order of choice, or what their docstring says. The two
checks, `ejr` and `priceability`, take an outcome and tell what is wrong with it.

`utility` says what an option is worth to a voter who names it: "cardinality" 1, "cost" its cost,
"points" the number on the ballot (0 is no support). An option of cost 0 that has support is funded
first, and nobody pays for it; one without support where the rule's text lets it in.

The rules on ranked and scored ballots take candidates instead of options, and weighted ballots: a
list of tiers, the best first, each a set of those who share a rank, or a dict of points. Rules that
compare two at a time take the votes that `pairwise` counts. A candidate stands at most once on a
ballot there.

Sources are named in each file. Where a paper leaves a choice open, the file says so and what is
done here: as a rule what pabutools does, the common library of the field.
"""
