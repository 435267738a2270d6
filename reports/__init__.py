"""Reports: what was found as sentences, tables, charts, HTML, workbooks and plain data.

Each module says in its first line what it is about. What is told is a ``Document`` of sections
(``sections``), which ``terminal``, ``plain_text``, ``html`` and ``html_repr`` draw.

- A plan: ``answer`` with ``headline``, ``unmet``, ``purchases``, ``lots``, ``capacity``, ``gangs``,
  ``tight``, ``stages``, ``changes``, ``surviving``, ``link_losses``, ``dependence`` and ``proven``;
  its tables: ``tables`` with ``flows``, ``usage``, ``limits`` and ``feeding``, which are
  ``remembered``, and ``stranded`` in the ``room`` that is left; ``stats``, ``plots`` and
  ``charts``, ``excel``.
- An instance: ``understood``, ``scenarios``.
- Why: ``explain`` with ``explain_plain``, ``blocking``, ``evidence`` and ``families``;
  ``contradiction``.
- Plans side by side: ``compare`` and ``compare_document``; ``diff`` with ``diff_document``,
  ``diff_words``, ``input_changes``, ``input_tree`` and ``plan_changes``.
- Questions: ``prices`` with ``steps``; ``worth``; ``front``; ``stochastic`` with
  ``stochastic_json``, ``stochastic_sections``, ``stochastic_tables`` and ``stochastic_words``;
  ``stress`` with ``stress_document``, ``stress_json`` and ``stress_words``; ``roll`` and
  ``roll_document``; ``study`` with ``study_document``, ``study_figures`` and ``study_sections``.
- The rest: ``bench``, ``doctor``; ``words`` and ``page`` write numbers and lines; ``headings`` are
  told apart.
"""
