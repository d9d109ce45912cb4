"""The nightly engine: usage facts, measures, scores, segments, stages, tiers and moves."""
