"""The rule set: what every vendor may set about scores, segments, stages and tiers.

A rule set is one JSON document. Pure code, without Django:

- `defaults.DEFAULT_RULES`: the document a tenant starts with;
- `schema.json`, read by `schema.SCHEMA`: its published JSON Schema, with a description per key;
- `reading.parse_rules`: text of a rule file → the change it asks for;
- `merging.merge_rules`: the current document and a change → the whole new document;
- `validation.validate_rules`: a whole document → everything wrong with it, by JSON path;
- `basis`: which measures "auto" stands for, and settling the basis at the first night;
- `printing.print_rules`: a document as the text that people read and load again.
"""

from segmentation.rules.defaults import DEFAULT_RULES

__all__ = ["DEFAULT_RULES"]
