"""Instances: everything given, read and checked before any mathematics.

Each module says in its first line what it is about. Begin with ``schema``, the fields, and with
``read``, from a file to an instance; ``shipped`` has the examples.

- Reading and writing: ``document`` with ``files``, ``from_yaml``, ``from_json``, ``scalars`` and
  ``tables``; ``units``; ``formats``, ``write``, ``seal``; ``graphs``; ``imports`` of the world's
  formats; ``generate`` and ``ladder`` for instances of any size.
- Faults: ``faults``, ``annotations``, ``sampled``; ``check`` with ``checks``. What is allowed and
  looks odd: ``plausibility`` with ``feeding``, ``fitness``, ``link_promises``, ``offers``,
  ``outgrown``, ``prospects``, ``spans`` and ``survival``.
- The instance: ``instance``, of ``frozen`` mappings, and what it works out: ``calendar``,
  ``places``, ``feeds``, ``loads``, ``network``, ``routes``, ``contracts``, ``standing_orders``,
  ``in_force``.
- Instances made from others: ``paths``, ``edits``, ``baseline``, ``relaxing`` with ``ample``;
  ``futures``, ``came_true``, ``outlook``, ``average``, ``revealed``; ``variants``, ``grids``,
  ``draws``, ``distributions``, ``uncertainty``; ``shocks`` with ``shock_sizes``, ``delays`` and
  ``surges``.
"""
