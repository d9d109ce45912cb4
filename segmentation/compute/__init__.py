"""The scoring mathematics of a night: pure functions from frames to frames.

Nothing here knows Django, Celery, the clock or a random number; `as_of` and every rule is passed
in, so the same arguments give the same result on every machine. Everything is vectorised over
customers and indifferent to the order of the rows.

The usual path of a night, all of it behind `assignments.assign`:

    measures + stage facts + rules + last night
      → scores (R, F, M)        scores.score_rfm
      → segments                segments.eleven, segments.class8
      → raw stage, held stage   stages.raw_stages, stages.hold
      → dimensions              dimensions.cut_points, dimensions.levels
      → tier                    tiers.assign
    and beside it
      moves.detect, moves.reason_text        what changed since the night before, and why
      explanations.explain                   one customer: the rule, what it read, the way up
      retention.retention                    movements of ARR, from contract lines alone
      digest.digest                          the SHA-256 that equal nights share

Conventions shared by all modules:

- A frame has one row per customer; its index identifies the customer (unique, any type).
- A missing value is NA/NaN and means *unknown*; zero means zero.
- Amounts of money are whole numbers of 10^-4 of the tenant's currency (`exact.MONEY_PLACES`),
  never floats: sums, means and comparisons of money are exact.
- Words (stages, tiers, levels, segments) are categoricals with a fixed list of categories.
"""
