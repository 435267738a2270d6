"""Solvers: how a model becomes a matrix, is solved, and what the end of the solve means.

Each module says in its first line what it is about. Begin with ``solve``, from instance to plan.

- The matrix: ``compile`` makes it of a Pyomo model, ``naming`` says what its parts are called;
  ``matrix``, ``change``, ``scaling``, ``boxing``, ``keeping``, and ``extremes``, which it may
  not have.
- HiGHS: ``session`` is what others use; its process is behind ``channel``, ``child``, ``watch``
  and ``worker``, in which ``highs``, ``listener``, ``options``, ``given`` and ``answer`` speak to
  HiGHS; ``doubt`` is when it is not believed. ``outcome`` has settings and outcomes,
  ``lp_solvers``, ``cuopt`` and ``versions`` what may solve.
- Methods: ``methods`` chooses; ``staged`` for small models; for large ones ``fast`` with
  ``rooted``, ``relaxing``, ``diving``, ``sweeping`` in ``nearness`` by ``sifting``, ``mending``,
  ``improving`` in ``regions``, ``apart``, ``search``, ``shape``, ``slices`` and ``aside``, a second
  process; what is ``vast`` is relaxed after ``merging`` by the ``roles`` of its parts; ``choosing``
  and ``settling`` make choices, ``vertex`` whole numbers exact.
- Cuts: ``tightening`` adds them; ``contests`` are where ``cutting`` looks for them; a ``cut`` is
  derived by ``mixed_rounding``.
- Sequences of solves: ``tiers`` and ``parts``; ``growing`` adds losses of links.
- The whole course: ``solve``, with a ``clock``.
- Proofs: ``certified`` is the arithmetic, ``certify`` and ``prover`` make and check certificates.
- Without a plan: ``conflict``; ``explaining`` says why work stays unmet. ``recovery`` finds what a
  run that was killed has left.
- Questions: ``front`` with its ``points``, ``prices`` with ``marginals``, ``value``, ``rolling``,
  ``stress`` of what is ``struck``, with ``without_recourse``, ``stochastic``; ``many`` solves many
  cases.
"""
