"""The model: what a plan decides, the rules it keeps, and the audit that checks them.

Each module says in its first line what it is about. Begin with ``build``, the formulation as a
table of contents, or with ``audit``, the same for what is checked.

- The formulation: ``variables``, ``constraints`` (a family of rules each), ``objective``.
- What families look up: ``facts``, ``bounds``, ``additions``, ``in_force``, ``measures``,
  ``bandwidth``, ``beyond_use``, ``commodity``, ``feeding``, ``limits``, ``link_losses``,
  ``selections``, ``surviving``, ``exact``;
  what makes the model smaller: ``pools``, ``tunnels``, ``appetite``, ``sought``, ``holding``;
  ``size`` reckons how large it is.
- Models of other questions: ``elastic``, ``extensive`` with ``common_orders``, ``hindsight``,
  ``rerouting``, ``lacking``.
- From a solved model to decisions and back: ``decide`` with ``sharing``, ``leasing``, ``standby``
  and ``reservations``; ``recall``.
- The plan as plain data: ``plan``, ``plan_json``, ``certificate``, ``explanation``,
  ``contradiction``.
- What follows from it, exactly: ``account`` with ``quantities``, ``ledger``, ``lots``,
  ``option_costs``, ``traffic``, ``moved`` and ``used``; ``losses``, ``flows``, ``needs``.
- The audit: ``rules``, ``findings``, ``audit_together``. It shares no code with the formulation.
"""
